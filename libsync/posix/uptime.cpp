// SPDX-License-Identifier: MIT
#include "libsync/posix/uptime.hpp"

#include <array>
#include <string_view>

#include <fcntl.h>
#include <unistd.h>

#include "libsync/posix/fd.hpp"
#include "libsync/record/decimal_seconds.hpp"

namespace isletime {

std::optional<nanoseconds> uptime() {
  const Fd file{open("/proc/uptime", O_RDONLY | O_CLOEXEC)};
  std::array<char, 64> buffer{};
  const ssize_t size = file.is_open() ? read(file.get(), buffer.data(), buffer.size()) : -1;
  if (size < 0) return std::nullopt;
  const std::string_view text{buffer.data(), static_cast<std::size_t>(size)};
  const auto since_boot = parse_decimal_seconds(text.substr(0, text.find(' ')));
  return since_boot ? std::optional{*since_boot} : std::nullopt;
}

}  // namespace isletime
