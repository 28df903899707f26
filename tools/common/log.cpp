// SPDX-License-Identifier: MIT
#include "tools/common/log.hpp"

#include <unistd.h>

#include <fmt/format.h>

#include "libsync/record/plain_text.hpp"

namespace isletime {

void Log::write(Level level, std::string_view message) const {
  if (level > level_) return;
  // Control characters in texts from a peer or a file, those of Unicode included, must not reach a terminal.
  const std::string line = made_plain(fmt::format("{}: {}", tool_, message)) + '\n';
  // One write per line keeps the lines of several threads whole. Nothing can be done if it fails.
  [[maybe_unused]] const auto written = ::write(STDERR_FILENO, line.data(), line.size());
}

}  // namespace isletime
