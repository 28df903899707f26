// SPDX-License-Identifier: MIT
// Access rules: the longest prefix that contains the address decides; between equal ones, denial wins. An
// address without a rule is denied. The rules are a view; their owner keeps them sorted.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>

#include "libsync/core/ip_address.hpp"

namespace isletime {

enum class Access : std::uint8_t { kDeny, kAllow };

struct AccessRule {
  Prefix prefix;
  Access access = Access::kDeny;
};

// Loopback, private (RFC 1918, RFC 4193) and link-local (RFC 3927, RFC 4291) addresses.
inline constexpr std::array kLocalPrefixes{
    Prefix::v4(0x7f00'0000, 8),
    Prefix::v4(0x0a00'0000, 8),
    Prefix::v4(0xac10'0000, 12),
    Prefix::v4(0xc0a8'0000, 16),
    Prefix::v4(0xa9fe'0000, 16),
    Prefix{{0, 1}, 128},
    Prefix{{0xfc00'0000'0000'0000, 0}, 7},
    Prefix{{0xfe80'0000'0000'0000, 0}, 10},
};

inline constexpr std::array kLoopbackPrefixes{Prefix::v4(0x7f00'0000, 8), Prefix{{0, 1}, 128}};

// Puts the rules into the order that `decide` needs.
constexpr void sort_by_precedence(std::span<AccessRule> rules) {
  std::sort(rules.begin(), rules.end(), [](const AccessRule& a, const AccessRule& b) {
    if (a.prefix.length != b.prefix.length) return a.prefix.length > b.prefix.length;
    return a.access == Access::kDeny && b.access == Access::kAllow;
  });
}

constexpr Access decide(std::span<const AccessRule> rules, IpAddress address) {
  const auto rule = std::find_if(rules.begin(), rules.end(),
                                 [&](const AccessRule& r) { return contains(r.prefix, address); });
  return rule == rules.end() ? Access::kDeny : rule->access;
}

}  // namespace isletime
