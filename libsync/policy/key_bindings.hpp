// SPDX-License-Identifier: MIT
// Decides which addresses may use a key, so that a device with one key of an island can sign only for itself
// (CVE-2015-7974). A key without a binding is valid for all addresses.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>

#include "libsync/core/ip_address.hpp"

namespace isletime {

struct KeyBinding {
  std::uint32_t key_id = 0;
  Prefix prefix;
};

constexpr bool may_use(std::span<const KeyBinding> bindings, std::uint32_t key_id, IpAddress address) {
  bool is_bound = false;
  for (const KeyBinding& binding : bindings) {
    if (binding.key_id != key_id) continue;
    if (contains(binding.prefix, address)) return true;
    is_bound = true;
  }
  return !is_bound;
}

}  // namespace isletime
