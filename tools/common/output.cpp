// SPDX-License-Identifier: MIT
#include "tools/common/output.hpp"

#include <unistd.h>

namespace isletime {

void Output::write(std::string_view text) {
  while (!failure_ && !text.empty()) {
    const ssize_t written = ::write(STDOUT_FILENO, text.data(), text.size());
    if (written >= 0) {
      text.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno != EINTR) {
      failure_ = SysError{errno, "stdout"};
    }
  }
}

}  // namespace isletime
