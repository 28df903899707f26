// SPDX-License-Identifier: MIT
// The client's side of sntpd's control socket: sends a line and receives a line, each with a timeout.
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

// The reason why there is no line.
enum class Silence : std::uint8_t {
  kTooLate,      // none came in time
  kClosed,       // sntpd has ended, or has closed the connection
  kTooLong,      // the line is longer than any reply
  kInterrupted,  // a signal asks to stop
};

class ControlConnection {
 public:
  // Connects to the first of the paths at which an sntpd listens. The error is one line that names a path.
  static Result<ControlConnection, std::string> open(std::span<const std::string> paths);

  // Returns false if sntpd has closed the connection.
  bool send(std::string_view line);
  // Without `patience` this waits until a signal asks to stop.
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
