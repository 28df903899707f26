// SPDX-License-Identifier: MIT
// Repeats write(2) until everything is written or an error occurs.
#pragma once

#include <optional>
#include <string_view>

#include "libsync/posix/sys_error.hpp"

namespace isletime {

std::optional<SysError> write_all(int descriptor, std::string_view text);

}  // namespace isletime
