// SPDX-License-Identifier: MIT
// The client's side of sntpd's control socket: a line there, a line back, and no waiting without end.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "libsync/core/result.hpp"
#include "libsync/core/time_types.hpp"
#include "libsync/posix/fd.hpp"
#include "tools/common/line_splitter.hpp"

namespace isletime {

inline constexpr seconds kPatience{5};

// Why there is no line.
enum class Silence : std::uint8_t {
  kTooLate,      // none came in time
  kClosed,       // sntpd has ended, or thrown us out
  kTooLong,      // the line is no reply
  kInterrupted,  // we are to stop
};

class ControlConnection {
 public:
  // Connects to the first of the paths where somebody answers. Error: one line, which names a path.
  static Result<ControlConnection, std::string> open(std::span<const std::string> paths);

  // False: sntpd is gone.
  bool send(std::string_view line);
  // An absent `patience` waits for ever, or until a signal asks to stop.
  Result<std::string, Silence> receive(std::optional<nanoseconds> patience);

  const std::string& path() const { return path_; }
  int descriptor() const { return socket_.get(); }

 private:
  ControlConnection(Fd socket, std::string path);

  Fd socket_;
  std::string path_;
  LineSplitter lines_;
};

}  // namespace isletime
