// SPDX-License-Identifier: MIT
#include "tools/syncweb/serving/connection_counts.hpp"

#include <gtest/gtest.h>

namespace isletime::syncweb::connection_counts_test {
namespace {

constexpr IpAddress kPhone = IpAddress::v4(0xc0a8'0411);
constexpr IpAddress kOther = IpAddress::v4(0xc0a8'0412);

void fill(ConnectionCounts& counts, std::uint32_t first, std::size_t clients, std::size_t each) {
  for (std::uint32_t client = 0; client < clients; ++client) {
    for (std::size_t i = 0; i < each; ++i) counts.add(IpAddress::v4(first + client));
  }
}

TEST(ConnectionCounts, OneClientHasItsLimitAndOthersStillHaveRoom) {
  ConnectionCounts counts;
  for (std::size_t i = 0; i < ConnectionCounts::kMostOfOneClient; ++i) {
    EXPECT_FALSE(counts.is_refused(kPhone));
    counts.add(kPhone);
  }
  EXPECT_TRUE(counts.is_refused(kPhone));
  EXPECT_FALSE(counts.is_refused(kOther));
  counts.remove(kPhone);
  EXPECT_FALSE(counts.is_refused(kPhone));
}

TEST(ConnectionCounts, ThisMachineIsManyClientsBehindAProxyAndHasNoLimitOfItsOwn) {
  constexpr IpAddress kProxy = IpAddress::v4(0x7f00'0001);
  ConnectionCounts counts;
  for (std::size_t i = 0; i < ConnectionCounts::kMostInAll; ++i) {
    EXPECT_FALSE(counts.is_refused(kProxy));
    counts.add(kProxy);
  }
  EXPECT_TRUE(counts.is_full());
  EXPECT_EQ(counts.greediest_besides(kPhone), kProxy) << "others still have room";
  EXPECT_EQ(counts.greediest_besides(kProxy), kProxy) << "its newest clients take the place of its oldest";
}

TEST(ConnectionCounts, AddressesOfOneNetworkOfIpv6AreOneClient) {
  constexpr IpAddress kFirst{0x2001'0db8'0000'0001, 1};
  constexpr IpAddress kSecond{0x2001'0db8'0000'0001, 2};
  constexpr IpAddress kElsewhere{0x2001'0db8'0000'0002, 1};
  ConnectionCounts counts;
  for (std::size_t i = 0; i < ConnectionCounts::kMostOfOneClient; ++i) counts.add(kFirst);
  EXPECT_TRUE(counts.is_refused(kSecond));
  EXPECT_FALSE(counts.is_refused(kElsewhere));
}

TEST(ConnectionCounts, WhenFullTheGreediestLosesOneUnlessTheNewcomerIsAsGreedy) {
  ConnectionCounts counts;
  fill(counts, 0x0a00'0001, 12, 100);
  EXPECT_TRUE(counts.is_full());
  ASSERT_TRUE(counts.greediest_besides(kPhone));
  EXPECT_NE(*counts.greediest_besides(kPhone), kPhone);
  EXPECT_FALSE(counts.greediest_besides(IpAddress::v4(0x0a00'0001)));
}

TEST(ConnectionCounts, AThousandIdleClientsFit) {
  ConnectionCounts counts;
  fill(counts, 0x0a00'0001, 1000, 1);
  EXPECT_FALSE(counts.is_full());
  EXPECT_FALSE(counts.greediest_besides(kPhone));
}

TEST(ConnectionCounts, RemovingAnUnknownClientChangesNothing) {
  ConnectionCounts counts;
  counts.remove(kPhone);
  EXPECT_FALSE(counts.is_full());
}

}  // namespace
}  // namespace isletime::syncweb::connection_counts_test
