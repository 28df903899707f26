// SPDX-License-Identifier: MIT
#include "tools/syncweb/phone/confirmations.hpp"

#include <chrono>

#include <gtest/gtest.h>

namespace isletime::syncweb::confirmations_test {
namespace {

using namespace std::chrono_literals;

constexpr IpAddress kPhone = IpAddress::v4(0xc0a8'0411);
constexpr MonoTime kNow{100s};
const Confirmations::Question kQuestion{kPhone, {48h}};

TEST(Confirmations, CountOnce) {
  Confirmations open;
  open.ask("T", kQuestion, kNow);
  EXPECT_TRUE(open.redeem("T", kQuestion, kNow + 2min));
  EXPECT_FALSE(open.redeem("T", kQuestion, kNow + 2min));
}

TEST(Confirmations, CountSoonByTheMonotonicClock) {
  Confirmations open;
  open.ask("T", kQuestion, kNow);
  EXPECT_FALSE(open.redeem("T", kQuestion, kNow + 2min + 1ns));
}

TEST(Confirmations, CountForThatAddressAndOffsetOnly) {
  Confirmations open;
  open.ask("T", kQuestion, kNow);
  EXPECT_FALSE(open.redeem("", kQuestion, kNow));
  EXPECT_FALSE(open.redeem("U", kQuestion, kNow));
  EXPECT_FALSE(open.redeem("T", {IpAddress::v4(1), {48h}}, kNow));
  EXPECT_FALSE(open.redeem("T", {kPhone, {48h + 10s + 1ns}}, kNow));
  EXPECT_FALSE(open.redeem("T", {kPhone, {nanoseconds::min()}}, kNow));
  EXPECT_TRUE(open.redeem("T", {kPhone, {48h - 10s}}, kNow));
}

TEST(Confirmations, AreBounded) {
  Confirmations open;
  for (int i = 0; i < 1000; ++i) open.ask("T" + std::to_string(i), kQuestion, kNow);
  EXPECT_EQ(open.size(), Confirmations::kMostOpen);
  EXPECT_TRUE(open.redeem("T999", kQuestion, kNow));
}

}  // namespace
}  // namespace isletime::syncweb::confirmations_test
