// SPDX-License-Identifier: MIT
#include "libsync/policy/led_pattern.hpp"

#include <gtest/gtest.h>

namespace isletime::led_pattern_test {
namespace {

using namespace std::chrono_literals;

constexpr WallTime kBoundary{1'790'000'000s};

int flashes_in_ten_seconds(LedState state, std::optional<WallTime> time) {
  int flashes = 0;
  bool was_on = false;
  for (nanoseconds at = 50ms; at < 10s; at += 1ms) {
    const Led led = led_at(state, MonoTime{at}, time ? std::optional{*time + at} : std::nullopt);
    flashes += led.is_on && !was_on ? 1 : 0;
    was_on = led.is_on;
  }
  return flashes;
}

TEST(LedPattern, BlinksAtEveryTenthSecondOfTheTime) {
  for (const seconds boundary : {0s, 10s, 500s}) {
    const WallTime at = kBoundary + boundary;
    EXPECT_FALSE(led_at(LedState::kGood, {}, at - 1ns).is_on);
    EXPECT_EQ(led_at(LedState::kGood, {}, at - 1ns).lasts, 1ns);
    EXPECT_TRUE(led_at(LedState::kGood, {}, at).is_on);
    EXPECT_EQ(led_at(LedState::kGood, {}, at).lasts, 100ms);
    EXPECT_TRUE(led_at(LedState::kGood, {}, at + 100ms - 1ns).is_on);
    EXPECT_FALSE(led_at(LedState::kGood, {}, at + 100ms).is_on);
    EXPECT_EQ(led_at(LedState::kGood, {}, at + 100ms).lasts, 9900ms);
  }
}

TEST(LedPattern, BlinksAtTheSameInstantWhateverTheCounter) {
  EXPECT_TRUE(led_at(LedState::kGood, MonoTime{1234567ns}, kBoundary + 50ms).is_on);
  EXPECT_TRUE(led_at(LedState::kGood, MonoTime{3h}, kBoundary + 50ms).is_on);
}

TEST(LedPattern, ShowsNoSyncWithoutATime) {
  EXPECT_EQ(flashes_in_ten_seconds(LedState::kGood, std::nullopt),
            flashes_in_ten_seconds(LedState::kUnset, std::nullopt));
}

TEST(LedPattern, TellsTheStatesApart) {
  EXPECT_EQ(flashes_in_ten_seconds(LedState::kGood, kBoundary), 1);
  EXPECT_EQ(flashes_in_ten_seconds(LedState::kUnset, kBoundary), 10);
  EXPECT_EQ(flashes_in_ten_seconds(LedState::kError, kBoundary), 20);
  EXPECT_EQ(flashes_in_ten_seconds(LedState::kJoining, kBoundary), 50);
}

TEST(LedPattern, ChangesWhenItSaysSo) {
  for (const LedState state : {LedState::kJoining, LedState::kUnset, LedState::kGood, LedState::kError}) {
    nanoseconds at = 12'345us;
    for (int i = 0; i < 20; ++i) {
      const Led led = led_at(state, MonoTime{at}, kBoundary + at);
      ASSERT_GT(led.lasts, 0ns);
      EXPECT_EQ(led_at(state, MonoTime{at + led.lasts - 1ns}, kBoundary + at + led.lasts - 1ns).is_on,
                led.is_on);
      EXPECT_NE(led_at(state, MonoTime{at + led.lasts}, kBoundary + at + led.lasts).is_on, led.is_on);
      at += led.lasts;
    }
  }
}

TEST(LedPattern, HoldsBeforeTheEpochToo) {
  EXPECT_TRUE(led_at(LedState::kGood, {}, WallTime{-10s}).is_on);
  EXPECT_FALSE(led_at(LedState::kGood, {}, WallTime{-1ns}).is_on);
}

}  // namespace
}  // namespace isletime::led_pattern_test
