// SPDX-License-Identifier: MIT
#include "libsync/posix/locked_bytes.hpp"

#include <algorithm>

#include <sodium.h>

namespace isletime {

std::optional<LockedBytes> LockedBytes::allocate(std::size_t size) {
  // This call initialises the library's page size; further calls do nothing.
  if (sodium_init() < 0) return std::nullopt;
  auto* start = static_cast<std::uint8_t*>(sodium_malloc(size));
  if (start == nullptr) return std::nullopt;
  std::fill_n(start, size, std::uint8_t{0});
  return LockedBytes{start, size};
}

void LockedBytes::protect() {
  if (start_) sodium_mprotect_readonly(start_.get());
}

void LockedBytes::Free::operator()(std::uint8_t* start) const {
  sodium_free(start);
}

}  // namespace isletime
