// SPDX-License-Identifier: MIT
#include "libsync/policy/rate_limit.hpp"

#include <gtest/gtest.h>

namespace isletime::rate_limit_test {
namespace {

using namespace std::chrono_literals;

constexpr MonoTime kStart{1000s};
constexpr std::uint32_t kUnlucky = 33;  // random number of a request that is neither spared nor kissed

TEST(RateLimit, AnswersABurstAndThenNoMore) {
  RateLimit limit;
  for (int i = 0; i < 64; ++i) EXPECT_EQ(limit.admit(kStart, kUnlucky), Allowance::kWithin) << i;
  EXPECT_NE(limit.admit(kStart, kUnlucky), Allowance::kWithin);
}

TEST(RateLimit, AnswersSixteenASecondForEver) {
  RateLimit limit;
  for (int i = 0; i < 100'000; ++i) {
    ASSERT_EQ(limit.admit(kStart + i * 62'500us, kUnlucky), Allowance::kWithin) << i;
  }
}

TEST(RateLimit, AnswersNoMoreThanSixteenASecondInTheLongRun) {
  RateLimit limit;
  int answered = 0;
  for (int i = 0; i < 100'000; ++i) {
    if (limit.admit(kStart + i * 1ms, kUnlucky) == Allowance::kWithin) ++answered;
  }
  EXPECT_EQ(answered, 64 + 100 * 16 - 1);  // the last token arrives at 100 s
}

TEST(RateLimit, FourSecondsOfSilenceMakeUpForABurst) {
  RateLimit limit;
  for (int i = 0; i < 1000; ++i) (void)limit.admit(kStart, kUnlucky);
  for (int i = 0; i < 64; ++i) EXPECT_EQ(limit.admit(kStart + 4s, kUnlucky), Allowance::kWithin) << i;
  EXPECT_NE(limit.admit(kStart + 4s, kUnlucky), Allowance::kWithin);
}

// RFC 8633, section 5.4: an attacker who floods in a victim's name must not silence the victim.
TEST(RateLimit, SparesOneInFourOfWhatIsBeyond) {
  RateLimit limit;
  for (int i = 0; i < 64; ++i) (void)limit.admit(kStart, kUnlucky);
  int spared = 0;
  for (std::uint32_t random = 0; random < 4000; ++random) {
    if (limit.admit(kStart, random) == Allowance::kSpared) ++spared;
  }
  EXPECT_GE(spared, 4000 / 4 - 4000 / 32);
  EXPECT_LE(spared, 4000 / 4);
}

TEST(RateLimit, KissesOneIn32OfWhatIsBeyond) {
  RateLimit limit;
  for (int i = 0; i < 64; ++i) (void)limit.admit(kStart, kUnlucky);
  int kisses = 0;
  for (std::uint32_t random = 0; random < 32'000; ++random) {
    if (limit.admit(kStart, random) == Allowance::kKiss) ++kisses;
  }
  EXPECT_EQ(kisses, 1000);
}

// If kisses came by count, an attacker could time his requests to have them sent to a victim.
TEST(RateLimit, WhoIsKissedIsUpToTheRandomNumberAndNotToTheCount) {
  RateLimit limit;
  for (int i = 0; i < 64; ++i) (void)limit.admit(kStart, kUnlucky);
  for (int i = 0; i < 1000; ++i) ASSERT_EQ(limit.admit(kStart, kUnlucky), Allowance::kNothing) << i;
  for (int i = 0; i < 1000; ++i) ASSERT_EQ(limit.admit(kStart, 0), Allowance::kKiss) << i;
}

// The limit of 16 requests a second corresponds to a poll of 2^-4 s.
TEST(RateLimit, AKissAsksForAPollFarWithinTheLimit) {
  EXPECT_GE(std::chrono::seconds{1 << RateLimit::kKissPoll}, RateLimit::kInterval);
}

TEST(RateLimit, ATimeThatRunsBackGivesNothing) {
  RateLimit limit;
  for (int i = 0; i < 64; ++i) (void)limit.admit(kStart, kUnlucky);
  for (const MonoTime now : {kStart - 1h, MonoTime::min(), kStart}) {
    EXPECT_NE(limit.admit(now, kUnlucky), Allowance::kWithin);
  }
  EXPECT_EQ(limit.admit(MonoTime::max(), kUnlucky), Allowance::kWithin);
}

TEST(LimitedAs, AnIpv4AddressIsItsOwn) {
  EXPECT_EQ(limited_as(IpAddress::v4(0xc000'0201)), IpAddress::v4(0xc000'0201));
}

TEST(LimitedAs, TheAddressesOfAnIpv6NetworkAreOne) {
  EXPECT_EQ(limited_as({0x2001'0db8'0000'0001, 1}), limited_as({0x2001'0db8'0000'0001, 2}));
  EXPECT_NE(limited_as({0x2001'0db8'0000'0001, 1}), limited_as({0x2001'0db8'0000'0002, 1}));
}

TEST(LimitedAs, TheNeighboursOnALinkAreNot) {
  EXPECT_NE(limited_as({0xfe80'0000'0000'0000, 1}), limited_as({0xfe80'0000'0000'0000, 2}));
}

}  // namespace
}  // namespace isletime::rate_limit_test
