// SPDX-License-Identifier: MIT
// Data for stdout, a line at a time and at once, so that a pipe's reader sees it and an interrupted
// program ends with a whole line. The first failure to write is kept; later lines are dropped.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "libsync/posix/sys_error.hpp"

namespace isletime {

class Output {
 public:
  void line(std::string_view text) { write(std::string{text} + '\n'); }
  void write(std::string_view text);
  const std::optional<SysError>& failure() const { return failure_; }

 private:
  std::optional<SysError> failure_;
};

}  // namespace isletime
