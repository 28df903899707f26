// SPDX-License-Identifier: MIT
#include "tools/syncweb/phone/exchange_sessions.hpp"

#include <chrono>

#include <gtest/gtest.h>

namespace isletime::syncweb::exchange_sessions_test {
namespace {

using namespace std::chrono_literals;

constexpr IpAddress kPhone = IpAddress::v4(0xc0a8'0411);
constexpr IpAddress kOther = IpAddress::v4(0xc0a8'0412);
constexpr MonoTime kNow{100s};

Instant at(MonoTime mono) {
  return {mono, WallTime{1'800'000'000s} + mono.time_since_epoch(), 0ns};
}

TEST(ExchangeSessions, NumberTheirExchangesAndKeepTheHubsStamps) {
  ExchangeSessions sessions;
  sessions.begin("s", kPhone, kNow);
  EXPECT_EQ(*sessions.stamp("s", kPhone, at(kNow)), 1U);
  EXPECT_EQ(*sessions.stamp("s", kPhone, at(kNow + 1s)), 2U);
  const auto joined = sessions.join("s", kPhone, {{2, WallTime{5s}, WallTime{6s}}}, kNow + 2s);
  ASSERT_TRUE(joined);
  ASSERT_EQ(joined->size(), 1U);
  EXPECT_EQ(joined->front().hub.mono, kNow + 1s);
  EXPECT_EQ(joined->front().t4, WallTime{6s});
}

TEST(ExchangeSessions, BelongToTheAddressThatBeganThem) {
  ExchangeSessions sessions;
  sessions.begin("s", kPhone, kNow);
  EXPECT_EQ(sessions.stamp("s", kOther, at(kNow)).error().name, "unknown-session");
  EXPECT_EQ(sessions.stamp("t", kPhone, at(kNow)).error().name, "unknown-session");
  EXPECT_EQ(sessions.join("s", kOther, {{1, {}, {}}}, kNow).error().name, "unknown-session");
}

TEST(ExchangeSessions, RefuseNumbersThatAreUnknownOrGivenTwice) {
  ExchangeSessions sessions;
  sessions.begin("s", kPhone, kNow);
  ASSERT_TRUE(sessions.stamp("s", kPhone, at(kNow)));
  const auto fault = [&](const std::vector<PhoneStamps>& stamps) {
    return sessions.join("s", kPhone, stamps, kNow).error().name;
  };
  EXPECT_EQ(fault({{0, {}, {}}}), "unknown-exchange");
  EXPECT_EQ(fault({{2, {}, {}}}), "unknown-exchange");
  EXPECT_EQ(fault({{1, {}, {}}, {1, {}, {}}}), "duplicate-exchange");
}

TEST(ExchangeSessions, EndAfterFiveMinutesByTheMonotonicClock) {
  ExchangeSessions sessions;
  sessions.begin("s", kPhone, kNow);
  EXPECT_TRUE(sessions.stamp("s", kPhone, at(kNow + 5min)));
  EXPECT_EQ(sessions.stamp("s", kPhone, at(kNow + 5min + 1ns)).error().name, "unknown-session");
  EXPECT_EQ(sessions.size(), 0U);
}

TEST(ExchangeSessions, HaveFewExchanges) {
  ExchangeSessions sessions;
  sessions.begin("s", kPhone, kNow);
  for (std::uint32_t n = 1; n <= ExchangeSessions::kMostExchanges; ++n)
    ASSERT_TRUE(sessions.stamp("s", kPhone, at(kNow)));
  EXPECT_EQ(sessions.stamp("s", kPhone, at(kNow)).error().name, "too-many-exchanges");
}

TEST(ExchangeSessions, AnAddressThatBeginsManyLosesItsOwnOldest) {
  ExchangeSessions sessions;
  sessions.begin("other", kOther, kNow);
  for (const char* id : {"a", "b", "c", "d", "e"}) sessions.begin(id, kPhone, kNow);
  EXPECT_EQ(sessions.size(), 1 + ExchangeSessions::kMostOfAnAddress);
  EXPECT_FALSE(sessions.stamp("a", kPhone, at(kNow)));
  EXPECT_TRUE(sessions.stamp("b", kPhone, at(kNow)));
  EXPECT_TRUE(sessions.stamp("other", kOther, at(kNow)));
}

TEST(ExchangeSessions, AFloodFromManyAddressesIsBounded) {
  ExchangeSessions sessions;
  for (std::uint32_t i = 0; i < 10'000; ++i) {
    sessions.begin("s" + std::to_string(i), IpAddress::v4(0x0a00'0000 + i), kNow);
    ASSERT_LE(sessions.size(), ExchangeSessions::kMostSessions);
  }
  EXPECT_TRUE(sessions.stamp("s9999", IpAddress::v4(0x0a00'0000 + 9999), at(kNow)));
  EXPECT_FALSE(sessions.stamp("s0", IpAddress::v4(0x0a00'0000), at(kNow)));
}

}  // namespace
}  // namespace isletime::syncweb::exchange_sessions_test
