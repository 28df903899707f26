// SPDX-License-Identifier: MIT
#include "libsync/posix/write_all.hpp"

#include <unistd.h>

namespace isletime {

std::optional<SysError> write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(descriptor, text.data(), text.size());
    if (written >= 0) {
      text.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno != EINTR) {
      return SysError{errno, "write"};
    }
  }
  return std::nullopt;
}

}  // namespace isletime
