// SPDX-License-Identifier: MIT
// IP addresses as numbers. IPv4 addresses are stored in IPv4-mapped form (::ffff:a.b.c.d, RFC 4291, section
// 2.5.5.2), so one comparison serves both families and a mapped address cannot evade an IPv4 rule.
#pragma once

#include <compare>
#include <cstdint>

#include "libsync/core/dialect.hpp"

namespace isletime {

struct IpAddress {
  std::uint64_t high = 0;
  std::uint64_t low = 0;

  static constexpr IpAddress v4(std::uint32_t address) { return {0, 0xffff'0000'0000U | address}; }
  constexpr bool is_v4() const { return high == 0 && low >> 32 == 0xffff; }
  constexpr std::uint32_t v4_value() const { return static_cast<std::uint32_t>(low); }
  constexpr bool is_any() const { return (high == 0 && low == 0) || (is_v4() && v4_value() == 0); }
  constexpr bool is_loopback() const {
    return (high == 0 && low == 1) || (is_v4() && v4_value() >> 24 == 127);
  }
  constexpr bool is_link_local_v6() const { return high >> 54 == 0xfe80 >> 6; }
  constexpr auto operator<=>(const IpAddress&) const = default;
};

struct Endpoint {
  IpAddress address;
  std::uint16_t port = 0;
  std::uint32_t scope = 0;  // interface index of a link-local IPv6 address, otherwise 0

  // time_types.hpp says why it is marked as not inline.
  [[gnu::noinline]] constexpr bool operator==(const Endpoint&) const = default;
};

// The first `length` of the 128 bits; an IPv4 /n is a /(96 + n). Further bits are ignored.
struct Prefix {
  IpAddress address;
  std::uint8_t length = 128;  // 0 to 128

  static constexpr Prefix v4(std::uint32_t address, std::uint8_t length) {
    return {IpAddress::v4(address), static_cast<std::uint8_t>(96 + length)};
  }
};

constexpr bool contains(const Prefix& prefix, IpAddress address) {
  const auto mask = [](int bits) -> std::uint64_t {
    return bits <= 0 ? 0 : bits >= 64 ? ~std::uint64_t{0} : ~std::uint64_t{0} << (64 - bits);
  };
  return ((prefix.address.high ^ address.high) & mask(prefix.length)) == 0 &&
         ((prefix.address.low ^ address.low) & mask(prefix.length - 64)) == 0;
}

// Returns whether the address is loopback, private (RFC 1918, RFC 4193) or link-local (RFC 3927, RFC 4291),
// so that strangers cannot reach it.
constexpr bool is_private(IpAddress address) {
  if (!address.is_v4())
    return (address.high == 0 && address.low == 1) || address.is_link_local_v6() ||
           address.high >> 57 == 0xfc >> 1;
  const std::uint32_t v4 = address.v4_value();
  return v4 >> 24 == 127 || v4 >> 24 == 10 || v4 >> 20 == 0xac1 || v4 >> 16 == 0xc0a8 || v4 >> 16 == 0xa9fe;
}

}  // namespace isletime
