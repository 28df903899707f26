// SPDX-License-Identifier: MIT
// One connection to sntpd's control socket that never waits: lines go out as the socket takes them and come
// in as they have come.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <poll.h>

#include "libsync/posix/fd.hpp"
#include "tools/common/line_splitter.hpp"

namespace isletime::syncweb {

class HubConnection {
 public:
  // Connects to the first of the paths at which an sntpd listens. Returns nothing if there is none.
  static std::optional<HubConnection> open(std::span<const std::string> paths);

  const std::string& path() const { return path_; }

  void send(std::string_view line);  // without its end
  pollfd poll_entry() const;
  // Sends and receives what is possible. Returns false if the connection has ended, or sends what is no line
  // of sntpd.
  bool step();
  // Returns the next line, without its end.
  std::optional<std::string> take_line();

 private:
  HubConnection(Fd socket, std::string path);

  bool flush();
  bool receive();

  Fd socket_;
  std::string path_;
  std::string output_;
  LineSplitter lines_;
  bool is_broken_ = false;
};

}  // namespace isletime::syncweb
