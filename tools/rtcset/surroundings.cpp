// SPDX-License-Identifier: MIT
#include "tools/rtcset/surroundings.hpp"

#include <array>
#include <cerrno>
#include <cstring>

#include <unistd.h>

#include "tools/common/paths.hpp"
#include "tools/common/signals.hpp"
#include "tools/rtcset/drift_fit.hpp"
#include "tools/sntpctl/connection.hpp"

namespace isletime::rtcset {

std::optional<std::string> find_sntpd(const std::optional<std::string>& control) {
  const auto paths = control ? std::vector{*control} : control_sockets_to_try(isletime::surroundings());
  const auto connection = sntpctl::Connection::open(paths);
  if (!connection) return std::nullopt;
  return connection->path();
}

Result<std::string, Fault> read_stdin() {
  std::string text;
  std::array<char, 4096> buffer{};
  for (;;) {
    const ssize_t size = read(STDIN_FILENO, buffer.data(), buffer.size());
    if (size == 0) return text;
    if (stop_requested()) return Unexpected{Fault{"interrupted", "interrupted", ExitStatus::kBadVerdict}};
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return Unexpected{Fault{"failed", std::string{"stdin: "} + std::strerror(errno)}};
    text.append(buffer.data(), static_cast<std::size_t>(size));
    if (text.size() > kLargestDriftFit) {
      return Unexpected{Fault{"bad-input", "stdin: is too long for a drift fit", ExitStatus::kUsage}};
    }
  }
}

}  // namespace isletime::rtcset
