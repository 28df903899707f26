// SPDX-License-Identifier: MIT
#include "libsync/policy/access_rules.hpp"

#include <gtest/gtest.h>

namespace isletime::access_rules_test {
namespace {

constexpr AccessRule allow(Prefix prefix) {
  return {prefix, Access::kAllow};
}
constexpr AccessRule deny(Prefix prefix) {
  return {prefix, Access::kDeny};
}
constexpr std::uint32_t kTen = 0x0a00'0000;

template <std::size_t N>
Access decide_sorted(std::array<AccessRule, N> rules, IpAddress address) {
  sort_by_precedence(rules);
  return decide(rules, address);
}

TEST(AccessRules, DenyAnAddressThatNoRuleHolds) {
  EXPECT_EQ(decide({}, IpAddress::v4(kTen)), Access::kDeny);
}

TEST(AccessRules, LongestPrefixWinsInAnyOrder) {
  const std::array rules{allow(Prefix::v4(kTen, 8)), deny(Prefix::v4(kTen + 0x10000, 16)),
                         allow(Prefix::v4(kTen + 0x10100, 24))};
  const std::array reversed{rules[2], rules[1], rules[0]};
  for (const auto& order : {rules, reversed}) {
    EXPECT_EQ(decide_sorted(order, IpAddress::v4(kTen + 1)), Access::kAllow);
    EXPECT_EQ(decide_sorted(order, IpAddress::v4(kTen + 0x10001)), Access::kDeny);
    EXPECT_EQ(decide_sorted(order, IpAddress::v4(kTen + 0x10101)), Access::kAllow);
  }
}

TEST(AccessRules, DenialWinsBetweenEqualPrefixes) {
  const std::array rules{allow(Prefix::v4(kTen, 8)), deny(Prefix::v4(kTen, 8))};
  EXPECT_EQ(decide_sorted(rules, IpAddress::v4(kTen + 1)), Access::kDeny);
}

// CVE-2015-1821: chrony wrote out of bounds for prefix lengths that are not a multiple of its table's step.
TEST(AccessRules, EveryPrefixLengthEndsAtItsOwnBit) {
  for (int length = 0; length <= 128; ++length) {
    const std::array rules{allow(Prefix{{0, 0}, static_cast<std::uint8_t>(length)})};
    const auto with_bit = [](int bit) {
      return bit < 64 ? IpAddress{std::uint64_t{1} << (63 - bit), 0}
                      : IpAddress{0, std::uint64_t{1} << (127 - bit)};
    };
    if (length > 0) {
      EXPECT_EQ(decide_sorted(rules, with_bit(length - 1)), Access::kDeny) << length;
    }
    if (length < 128) {
      EXPECT_EQ(decide_sorted(rules, with_bit(length)), Access::kAllow) << length;
    }
  }
}

TEST(AccessRules, AnIpv4RuleHoldsNoIpv6Address) {
  const std::array rules{allow(Prefix::v4(0, 0))};
  EXPECT_EQ(decide_sorted(rules, IpAddress::v4(0xcb00'7101)), Access::kAllow);
  EXPECT_EQ(decide_sorted(rules, IpAddress{0x2001'0db8'0000'0000, 1}), Access::kDeny);
}

TEST(AccessRules, LocalPrefixesAreLoopbackPrivateAndLinkLocal) {
  std::array<AccessRule, kLocalPrefixes.size()> rules{};
  std::transform(kLocalPrefixes.begin(), kLocalPrefixes.end(), rules.begin(), allow);
  for (const std::uint32_t address : {0x7f00'0001U, 0x0aff'ffffU, 0xac1f'ffffU, 0xc0a8'ffffU, 0xa9fe'0001U}) {
    EXPECT_EQ(decide_sorted(rules, IpAddress::v4(address)), Access::kAllow) << std::hex << address;
  }
  for (const std::uint32_t address : {0x0b00'0000U, 0xac20'0000U, 0xc0a9'0000U, 0xcb00'7101U, 0U}) {
    EXPECT_EQ(decide_sorted(rules, IpAddress::v4(address)), Access::kDeny) << std::hex << address;
  }
  EXPECT_EQ(decide_sorted(rules, {0, 1}), Access::kAllow);
  EXPECT_EQ(decide_sorted(rules, {0xfe80'0000'0000'0000, 1}), Access::kAllow);
  EXPECT_EQ(decide_sorted(rules, {0xfd00'0000'0000'0000, 1}), Access::kAllow);
  EXPECT_EQ(decide_sorted(rules, {0x2001'0db8'0000'0000, 1}), Access::kDeny);
}

}  // namespace
}  // namespace isletime::access_rules_test
