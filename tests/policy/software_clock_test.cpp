// SPDX-License-Identifier: MIT
#include "libsync/policy/software_clock.hpp"

#include <random>

#include <gtest/gtest.h>

namespace isletime::software_clock_test {
namespace {

using namespace std::chrono_literals;

constexpr MonoTime kBoot{0ns};
constexpr WallTime kToday{1'770'000'000s};

SoftwareClock set_at_boot() {
  SoftwareClock clock;
  clock.set(kBoot, kToday);
  return clock;
}

TEST(SoftwareClock, HasNoTimeUntilItIsSet) {
  SoftwareClock clock;
  EXPECT_FALSE(clock.at(kBoot).has_value());
  clock.set_rate(kBoot, Ppm::whole(40));
  clock.slew(kBoot, {1s}, Ppm::whole(500));
  EXPECT_FALSE(clock.at(kBoot + 1h).has_value());
}

TEST(SoftwareClock, RunsFromWhatItWasSetTo) {
  const SoftwareClock clock = set_at_boot();
  EXPECT_EQ(clock.at(kBoot), kToday);
  EXPECT_EQ(clock.at(kBoot + 1h + 1ns), kToday + 1h + 1ns);
}

TEST(SoftwareClock, GainsByItsRateFromThenOn) {
  SoftwareClock clock = set_at_boot();
  clock.set_rate(kBoot + 10s, Ppm::whole(40));
  EXPECT_EQ(clock.at(kBoot + 10s), kToday + 10s);
  EXPECT_EQ(clock.at(kBoot + 11s), kToday + 11s + 40us);
  clock.set_rate(kBoot + 11s, Ppm::whole(-40));
  EXPECT_EQ(clock.at(kBoot + 13s), kToday + 13s - 40us);
  EXPECT_EQ(clock.rate(), Ppm::whole(-40));
}

TEST(SoftwareClock, KeepsARateThatWasKnownBeforeTheTime) {
  SoftwareClock clock;
  clock.set_rate(kBoot, Ppm::whole(40));
  clock.set(kBoot + 5s, kToday);
  EXPECT_EQ(clock.at(kBoot + 6s), kToday + 1s + 40us);
}

// 500 ppm amounts to 1 ms in 2 s.
TEST(SoftwareClock, SlewsByWhatItIsToldAndNoMore) {
  for (const nanoseconds amount : {nanoseconds{1ms}, nanoseconds{-1ms}}) {
    SoftwareClock clock = set_at_boot();
    clock.slew(kBoot, {amount}, Ppm::whole(500));
    EXPECT_EQ(clock.at(kBoot + 1s), kToday + 1s + amount / 2);
    EXPECT_TRUE(clock.is_slewing(kBoot + 2s - 1ns));
    EXPECT_FALSE(clock.is_slewing(kBoot + 2s));
    EXPECT_EQ(clock.at(kBoot + 2s), kToday + 2s + amount);
    EXPECT_EQ(clock.at(kBoot + 1h), kToday + 1h + amount);
  }
}

TEST(SoftwareClock, SlewsOnTopOfItsRateAlsoWhenThatChanges) {
  SoftwareClock clock = set_at_boot();
  clock.slew(kBoot, {1ms}, Ppm::whole(500));
  clock.set_rate(kBoot + 1s, Ppm::whole(100));
  EXPECT_EQ(clock.at(kBoot + 3s), kToday + 3s + 1ms + 200us);
}

TEST(SoftwareClock, ANewSlewReplacesTheRestOfTheLast) {
  SoftwareClock clock = set_at_boot();
  clock.slew(kBoot, {1ms}, Ppm::whole(500));
  clock.slew(kBoot + 1s, {-500us}, Ppm::whole(500));
  EXPECT_EQ(clock.at(kBoot + 10s), kToday + 10s);
}

TEST(SoftwareClock, SettingItEndsASlew) {
  SoftwareClock clock = set_at_boot();
  clock.slew(kBoot, {1s}, Ppm::whole(500));
  clock.set(kBoot + 1s, kToday);
  EXPECT_EQ(clock.at(kBoot + 2s), kToday + 1s);
}

// An interrupt stamps the button press, and the clock may be adjusted before the stamp is read.
TEST(SoftwareClock, TellsTheTimeBeforeItsLastAdjustment) {
  SoftwareClock clock = set_at_boot();
  clock.set_rate(kBoot + 10s, Ppm::whole(100));
  EXPECT_EQ(clock.at(kBoot + 10s - 1ms), kToday + 10s - 1ms - 100ns);
}

TEST(SoftwareClock, NeverGoesBackUnlessItIsSet) {
  std::mt19937_64 random{1};
  const auto up_to = [&](std::int64_t most) {
    return static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(most));
  };
  SoftwareClock clock = set_at_boot();
  MonoTime now = kBoot;
  WallTime last = kToday;
  for (int i = 0; i < 200'000; ++i) {
    now += nanoseconds{up_to(i % 3 == 0 ? 1'000'000 : 20)};
    if (i % 50 == 0) clock.set_rate(now, Ppm{up_to(200'000'000'000) - 100'000'000'000});
    if (i % 70 == 0) clock.slew(now, {nanoseconds{up_to(2'000'000) - 1'000'000}}, Ppm::whole(60'000));
    const WallTime reading = *clock.at(now);
    ASSERT_GE(reading, last) << i;
    last = reading;
  }
}

TEST(SoftwareClock, IsRightAfterDecadesWithoutAnAdjustment) {
  SoftwareClock clock = set_at_boot();
  clock.set_rate(kBoot, Ppm::whole(100));
  constexpr seconds kThirtyYears{946'728'000};
  EXPECT_EQ(clock.at(kBoot + kThirtyYears), kToday + kThirtyYears + kThirtyYears / 10'000 + 800ms);
}

TEST(SoftwareClock, HostileTimesAndRatesOverflowNothing) {
  for (const MonoTime now : {MonoTime::min(), kBoot, MonoTime::max()}) {
    for (const WallTime time : {WallTime::min(), kToday, WallTime::max()}) {
      for (const std::int64_t value : {INT64_MIN, std::int64_t{0}, INT64_MAX}) {
        SoftwareClock clock;
        clock.set(now, time);
        clock.set_rate(now, Ppm{value});
        clock.slew(now, {nanoseconds{value}}, Ppm{value});
        for (const MonoTime later : {MonoTime::min(), kBoot, MonoTime::max()}) {
          EXPECT_TRUE(clock.at(later).has_value());
          clock.set_rate(later, Ppm{value});
        }
      }
    }
  }
}

}  // namespace
}  // namespace isletime::software_clock_test
