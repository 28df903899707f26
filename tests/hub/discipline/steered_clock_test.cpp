// SPDX-License-Identifier: MIT
#include "libsync/hub/discipline/steered_clock.hpp"

#include <gtest/gtest.h>

namespace isletime::steered_clock_test {
namespace {

using namespace std::chrono_literals;

constexpr WallTime kStart{1'790'000'000s};
constexpr FreeTime kFreeStart{1'790'000'000s};

TEST(SteeredClock, TheFramesAgreeUntilSomebodySteers) {
  const SteeredClock clock{kStart};
  EXPECT_EQ(clock.free_at(kStart), kFreeStart);
  EXPECT_EQ(clock.free_at(kStart + 5h), kFreeStart + 5h);
  EXPECT_EQ(clock.wall_at(kFreeStart + 5h), kStart + 5h);
}

// At +100 ppm the wall clock counts 10'001 s in 10'000 s of the oscillator.
TEST(SteeredClock, AFasterWallClockCoversMoreThanTheOscillator) {
  SteeredClock clock{kStart};
  clock.on_rate(kStart, 1e-4);
  EXPECT_EQ(clock.wall_at(kFreeStart + 10'000s), kStart + 10'001s);
  EXPECT_EQ(clock.free_at(kStart + 10'001s), kFreeStart + 10'000s);
}

TEST(SteeredClock, ARateCountsFromItsOwnReadingOn) {
  SteeredClock clock{kStart};
  clock.on_rate(kStart + 100s, 0.1);
  EXPECT_EQ(clock.free_at(kStart + 100s), kFreeStart + 100s);
  EXPECT_EQ(clock.free_at(kStart + 111s), kFreeStart + 110s);
}

TEST(SteeredClock, AReadingBeforeTheLastChangeIsOfTheRateBefore) {
  SteeredClock clock{kStart};
  clock.on_rate(kStart, 0.1);
  clock.on_rate(kStart + 11s, 0.0);
  EXPECT_EQ(clock.free_at(kStart + 5500ms), kFreeStart + 5s);
  EXPECT_EQ(clock.wall_at(kFreeStart + 5s), kStart + 5500ms);
}

// This happens when a query is under way to one server while the replies of two others steer the clock.
TEST(SteeredClock, AReadingBeforeSeveralChangesIsOfTheRateOfItsTime) {
  SteeredClock clock{kStart};
  clock.on_rate(kStart + 1s, 0.1);
  clock.on_rate(kStart + 12s, 0.0);
  clock.on_rate(kStart + 13s, -0.05);
  clock.on_step(Offset{1h});
  EXPECT_EQ(clock.free_at(kStart + 1h), kFreeStart);
  EXPECT_EQ(clock.free_at(kStart + 1h + 6500ms), kFreeStart + 6s);
  EXPECT_EQ(clock.free_at(kStart + 1h + 12s), kFreeStart + 11s);
  EXPECT_EQ(clock.wall_at(kFreeStart + 6s), kStart + 1h + 6500ms);
  EXPECT_EQ(clock.wall_at(kFreeStart), kStart + 1h);
}

TEST(SteeredClock, AReadingBeforeAllThatIsRememberedIsOfTheRateBeforeThat) {
  SteeredClock clock{kStart};
  clock.on_rate(kStart, 0.1);
  WallTime wall = kStart + 11s;
  for (int i = 0; i < 8; ++i, wall += 1s) clock.on_rate(wall, 0.0);
  EXPECT_EQ(clock.free_at(kStart + 5500ms), kFreeStart + 5s);
}

TEST(SteeredClock, AStepMovesTheWallClockOnly) {
  SteeredClock clock{kStart};
  clock.on_step(Offset{-1s});
  EXPECT_EQ(clock.free_at(kStart + 9s), kFreeStart + 10s);
  EXPECT_EQ(clock.wall_at(kFreeStart + 10s), kStart + 9s);
}

TEST(SteeredClock, TheReadingsConvertBackToThemselves) {
  SteeredClock clock{kStart};
  clock.on_rate(kStart, -37e-6);
  clock.on_step(Offset{123'456'789ns});
  clock.on_rate(kStart + 64s, 0.07);
  for (const nanoseconds later : {64s + 1ns, 65s + 0ns, 4000s + 17ns, 400'000s + 999ns}) {
    const WallTime wall = kStart + later;
    EXPECT_LE(std::chrono::abs(clock.wall_at(clock.free_at(wall)) - wall), 1ns) << later.count();
  }
}

// A week of a slew every 16 s could lose half a nanosecond each time. 37 ppm and 3 ppm in turn average 20 ppm
// over equal times of the oscillator.
TEST(SteeredClock, ManyChangesOfRateAddUpToLessThanANanosecond) {
  SteeredClock clock{kStart};
  FreeTime free = kFreeStart;
  constexpr int kPairs = 18'900;
  for (int i = 0; i < kPairs; ++i) {
    clock.on_rate(clock.wall_at(free), 37e-6);
    free += 16s;
    clock.on_rate(clock.wall_at(free), 3e-6);
    free += 16s;
  }
  const nanoseconds steered_off = 20us * (32 * kPairs);
  // Each reading at which the rate changes is itself rounded, which costs 1 ns times the rate.
  EXPECT_LE(std::chrono::abs(clock.wall_at(free) - (kStart + 32s * kPairs + steered_off)), 1ns);
}

// A caller converts a timestamp that was taken before the last two changes of rate.
TEST(SteeredClock, ACopyGoesOnConvertingTheReadingsOfItsTime) {
  SteeredClock clock{kStart};
  clock.on_rate(kStart, 0.1);
  const SteeredClock then = clock;
  clock.on_rate(kStart + 11s, 0.2);
  clock.on_rate(kStart + 23s, 0.0);
  clock.on_step(Offset{5s});
  EXPECT_EQ(then.free_at(kStart + 5500ms), kFreeStart + 5s);
}

TEST(SteeredClock, HostileReadingsStayInRange) {
  SteeredClock clock{WallTime::min()};
  clock.on_rate(WallTime::max(), 0.1);
  clock.on_step(Offset{nanoseconds::max()});
  clock.on_step(Offset{nanoseconds::min()});
  EXPECT_EQ(clock.free_at(WallTime::min()), clock.free_at(WallTime::min()));
}

}  // namespace
}  // namespace isletime::steered_clock_test
