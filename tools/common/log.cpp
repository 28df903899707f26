// SPDX-License-Identifier: MIT
#include "tools/common/log.hpp"

#include <unistd.h>

#include <fmt/format.h>

namespace isletime {

void Log::write(Level level, std::string_view message) const {
  if (level > level_) return;
  // Control characters of a peer's or a file's making must not reach a terminal.
  std::string line = fmt::format("{}: {}", tool_, message);
  for (char& c : line) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
  }
  line += '\n';
  // One write a line, so that lines of several threads stay whole. Nothing can be done if it fails.
  [[maybe_unused]] const auto written = ::write(STDERR_FILENO, line.data(), line.size());
}

}  // namespace isletime
