// SPDX-License-Identifier: MIT
// Addresses and prefixes, from the documentation ranges (RFC 5737, RFC 3849) and RFC 4291, section 2.
#pragma once

#include <cstdint>

#include "libsync/core/ip_address.hpp"
#include "tests/core/vectors/table.hpp"

namespace isletime::vectors {

inline constexpr IpAddress kDocumentation{0x2001'0db8'0000'0000, 1};  // 2001:db8::1

struct Kind {
  IpAddress address;
  bool is_v4;
  bool is_any;
  bool is_loopback;
  bool is_link_local_v6;

  constexpr bool holds() const {
    return address.is_v4() == is_v4 && address.is_any() == is_any && address.is_loopback() == is_loopback &&
           address.is_link_local_v6() == is_link_local_v6;
  }
};

inline constexpr Kind kKindsOfIpv4[] = {
    {IpAddress::v4(0xc000'0201), true, false, false, false},  // 192.0.2.1
    {IpAddress::v4(0), true, true, false, false},
    {IpAddress::v4(0x7f00'0001), true, false, true, false},
    {IpAddress::v4(0x7fff'ffff), true, false, true, false},
    {IpAddress::v4(0x7eff'ffff), true, false, false, false},
    {IpAddress::v4(0x8000'0000), true, false, false, false},
};

inline constexpr Kind kKindsOfIpv6[] = {
    {kDocumentation, false, false, false, false},
    {{0, 0}, false, true, false, false},
    {{0, 1}, false, false, true, false},
    {{0, 2}, false, false, false, false},
    {{1, 1}, false, false, false, false},
    {{0xfe80'0000'0000'0000, 1}, false, false, false, true},
    {{0xfebf'ffff'ffff'ffff, 1}, false, false, false, true},
    {{0xfec0'0000'0000'0000, 1}, false, false, false, false},
    {{0xfe7f'ffff'ffff'ffff, 1}, false, false, false, false},
    {{0, 0x0000'7f00'0001}, false, false, false, false},  // ::127.0.0.1 is not IPv4-mapped
    {{1, 0xffff'7f00'0001}, false, false, false, false},
};

// The first and the last address of each private range, and their neighbours.
struct Privacy {
  IpAddress address;
  bool is_private;

  constexpr bool holds() const { return isletime::is_private(address) == is_private; }
};

inline constexpr Privacy kPrivacies[] = {
    {IpAddress::v4(0x09ff'ffff), false},  // 9.255.255.255
    {IpAddress::v4(0x0a00'0000), true},
    {IpAddress::v4(0x0aff'ffff), true},
    {IpAddress::v4(0x0b00'0000), false},
    {IpAddress::v4(0xac0f'ffff), false},  // 172.15.255.255
    {IpAddress::v4(0xac10'0000), true},
    {IpAddress::v4(0xac1f'ffff), true},
    {IpAddress::v4(0xac20'0000), false},
    {IpAddress::v4(0xc0a7'ffff), false},  // 192.167.255.255
    {IpAddress::v4(0xc0a8'0000), true},
    {IpAddress::v4(0xc0a8'ffff), true},
    {IpAddress::v4(0xc0a9'0000), false},
    {IpAddress::v4(0xa9fe'0001), true},   // 169.254.0.1
    {IpAddress::v4(0x7f00'0001), true},   // 127.0.0.1
    {IpAddress::v4(0xc000'0201), false},  // 192.0.2.1
    {{0, 1}, true},
    {{0xfe80'0000'0000'0000, 1}, true},
    {{0xfbff'ffff'ffff'ffff, 1}, false},
    {{0xfc00'0000'0000'0000, 1}, true},
    {{0xfdff'ffff'ffff'ffff, 1}, true},
    {{0xfe00'0000'0000'0000, 1}, false},
    {kDocumentation, false},
};

struct Mapped {
  IpAddress address;
  std::uint32_t value;

  constexpr bool holds() const {
    return address.is_v4() && address.v4_value() == value && IpAddress::v4(value) == address;
  }
};

inline constexpr Mapped kMappedAddresses[] = {
    {{0, 0xffff'c000'0201}, 0xc000'0201},  // ::ffff:192.0.2.1
    {{0, 0xffff'ffff'ffff}, 0xffff'ffff},
};

struct Containment {
  Prefix prefix;
  IpAddress address;
  bool expected;

  constexpr bool holds() const { return contains(prefix, address) == expected; }
};

inline constexpr Containment kIpv4Prefixes[] = {
    {Prefix::v4(0xc000'0200, 24), IpAddress::v4(0xc000'0200), true},
    {Prefix::v4(0xc000'0200, 24), IpAddress::v4(0xc000'02ff), true},
    {Prefix::v4(0xc000'0200, 24), IpAddress::v4(0xc000'0300), false},
    {Prefix::v4(0xc000'0200, 24), IpAddress::v4(0xc000'01ff), false},
    {Prefix::v4(0xc000'02ff, 24), IpAddress::v4(0xc000'0201), true},  // bits after the prefix
    {Prefix::v4(0xc000'0201, 32), IpAddress::v4(0xc000'0201), true},
    {Prefix::v4(0xc000'0201, 32), IpAddress::v4(0xc000'0200), false},
    {Prefix::v4(0xac10'0000, 12), IpAddress::v4(0xac1f'ffff), true},
    {Prefix::v4(0xac10'0000, 12), IpAddress::v4(0xac20'0000), false},
    {Prefix::v4(0, 1), IpAddress::v4(0x7fff'ffff), true},
    {Prefix::v4(0, 1), IpAddress::v4(0x8000'0000), false},
    {Prefix::v4(0, 0), IpAddress::v4(0xffff'ffff), true},
};

inline constexpr Containment kIpv6Prefixes[] = {
    {{kDocumentation, 32}, {0x2001'0db8'ffff'ffff, ~std::uint64_t{0}}, true},
    {{kDocumentation, 32}, {0x2001'0db9'0000'0000, 1}, false},
    {{kDocumentation, 64}, {0x2001'0db8'0000'0000, ~std::uint64_t{0}}, true},
    {{kDocumentation, 64}, {0x2001'0db8'0000'0001, 1}, false},
    {{kDocumentation, 65}, {0x2001'0db8'0000'0000, 0x7fff'ffff'ffff'ffff}, true},
    {{kDocumentation, 65}, {0x2001'0db8'0000'0000, 0x8000'0000'0000'0001}, false},
    {{kDocumentation, 127}, {0x2001'0db8'0000'0000, 0}, true},
    {{kDocumentation, 128}, {0x2001'0db8'0000'0000, 0}, false},
    {{kDocumentation, 128}, kDocumentation, true},
    {{{0xfc00'0000'0000'0000, 0}, 7}, {0xfdff'0000'0000'0000, 0}, true},
    {{{0xfc00'0000'0000'0000, 0}, 7}, {0xfe00'0000'0000'0000, 0}, false},
    {{{0, 0}, 0}, {~std::uint64_t{0}, ~std::uint64_t{0}}, true},
};

inline constexpr Containment kMixedFamilies[] = {
    {Prefix::v4(0, 0), kDocumentation, false},
    {Prefix::v4(0, 0), {0, 1}, false},
    {{{0, 0}, 0}, IpAddress::v4(0xc000'0201), true},
    {{kDocumentation, 32}, IpAddress::v4(0x2001'0db8), false},
    {Prefix::v4(0x7f00'0000, 8), {0, 0xffff'7f00'0001}, true},  // ::ffff:127.0.0.1
};

inline constexpr Check kIpAddressChecks[] = {
    {"IpAddress.KindsOfIpv4", first_failing<kKindsOfIpv4>},
    {"IpAddress.KindsOfIpv6", first_failing<kKindsOfIpv6>},
    {"IpAddress.Mapped", first_failing<kMappedAddresses>},
    {"IpAddress.Ipv4Prefixes", first_failing<kIpv4Prefixes>},
    {"IpAddress.Ipv6Prefixes", first_failing<kIpv6Prefixes>},
    {"IpAddress.MixedFamilies", first_failing<kMixedFamilies>},
};

}  // namespace isletime::vectors
