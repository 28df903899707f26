// SPDX-License-Identifier: MIT
// A failed system call: its errno and its name, as in "bind: Address already in use".
#pragma once

#include <cerrno>
#include <cstring>
#include <string>

#include "libsync/core/result.hpp"

namespace isletime {

struct SysError {
  int code = 0;                // errno
  const char* operation = "";  // the call's name
};

inline Unexpected<SysError> last_error(const char* operation) {
  return Unexpected{SysError{errno, operation}};
}

inline std::string to_string(const SysError& error) {
  return std::string{error.operation} + ": " + std::strerror(error.code);
}

}  // namespace isletime
