// SPDX-License-Identifier: MIT
#include "libsync/posix/random.hpp"

#include <sodium.h>

namespace isletime {

std::uint64_t random_u64() {
  std::uint64_t value = 0;
  randombytes_buf(&value, sizeof value);
  return value;
}

}  // namespace isletime
