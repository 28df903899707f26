// SPDX-License-Identifier: MIT
#include "tools/rtcset/read_stdin.hpp"

#include <array>
#include <cerrno>
#include <cstring>

#include <unistd.h>

#include "libsync/record/fit_object.hpp"
#include "tools/common/signals.hpp"

namespace isletime::rtcset {

using battery_clock::Fault;

Result<std::string, Fault> read_stdin() {
  if (isatty(STDIN_FILENO) == 1) {
    return Unexpected{Fault{"bad-input",
                            "stdin: is a terminal: pipe a drift fit to it, one JSON object with drift_ppm",
                            ExitStatus::kUsage}};
  }
  std::string text;
  std::array<char, 4096> buffer{};
  for (;;) {
    const ssize_t size = read(STDIN_FILENO, buffer.data(), buffer.size());
    if (size == 0) return text;
    if (stop_requested()) return Unexpected{Fault{"interrupted", "interrupted", ExitStatus::kBadVerdict}};
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return Unexpected{Fault{"failed", std::string{"stdin: "} + std::strerror(errno)}};
    text.append(buffer.data(), static_cast<std::size_t>(size));
    if (text.size() > kLargestFits) {
      return Unexpected{Fault{"bad-input", "stdin: is too long for a drift fit", ExitStatus::kUsage}};
    }
  }
}

}  // namespace isletime::rtcset
