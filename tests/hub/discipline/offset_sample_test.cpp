// SPDX-License-Identifier: MIT
#include "libsync/hub/discipline/offset_sample.hpp"

#include <gtest/gtest.h>

namespace isletime::offset_sample_test {
namespace {

using namespace std::chrono_literals;

constexpr WallTime kStart{1'790'000'000s};
constexpr Dispersion kDispersion{200ns};

TEST(OffsetSample, AStepDoesNotChangeWhatTheOscillatorIsOff) {
  SteeredClock clock{kStart};
  clock.on_step(Offset{3s});
  // The wall clock is right, so the oscillator is 3 s behind.
  const auto sample = free_running(clock, kStart + 10s, Offset{0s}, Delay{1ms}, kDispersion);
  EXPECT_EQ(sample.offset.value, 3s);
  EXPECT_EQ(sample.delay->value, 1ms);
  EXPECT_EQ(sample.at, FreeTime{kStart.time_since_epoch()} + 7s);
}

// At +10 % a round trip of 1.1 s on the wall clock takes 1 s on the oscillator. The middle of the round trip
// is 0.05 s of steering before the arrival.
TEST(OffsetSample, ASlewDuringTheRoundTripIsTakenOutOfIt) {
  SteeredClock clock{kStart};
  clock.on_rate(kStart, 0.1);
  const auto sample = free_running(clock, kStart + 11s, Offset{0s}, Delay{1100ms}, kDispersion);
  EXPECT_EQ(sample.at, FreeTime{kStart.time_since_epoch()} + 10s);
  EXPECT_EQ(sample.delay->value, 1s);
  EXPECT_EQ(sample.offset.value, 950ms);
}

// The clock was right when the query left, 3 s before the reply arrived: 1 s for the query, 1 s at the
// server, 1 s for the reply. A slew of 10 % began after 0.5 s and has put the clock ahead by 0.25 s.
TEST(OffsetSample, ASlewThatBeginsDuringTheRoundTripIsTakenOutOfWhatItTouched) {
  SteeredClock clock{kStart};
  clock.on_rate(kStart + 500ms, 0.1);
  const WallTime sent = kStart;
  const WallTime arrived = kStart + 500ms + 2750ms;
  const nanoseconds there = 1s;          // T2 - T1
  const nanoseconds back = 2s - 3250ms;  // T3 - T4
  const auto sample = free_running(clock, arrived, Offset{(there + back) / 2},
                                   Delay{elapsed(sent, arrived) - 1s}, kDispersion, 1s);
  EXPECT_EQ(sample.offset.value, 0s);
  EXPECT_EQ(sample.delay->value, 2s);
  EXPECT_EQ(sample.at, FreeTime{kStart.time_since_epoch()} + 3s);
}

TEST(OffsetSample, WithoutARoundTripThereIsNoDelay) {
  SteeredClock clock{kStart};
  clock.on_step(Offset{3s});
  const auto sample = free_running(clock, kStart + 10s, Offset{-1s}, Dispersion{50ms});
  EXPECT_FALSE(sample.delay.has_value());
  EXPECT_EQ(sample.offset.value, 2s);
  EXPECT_EQ(sample.dispersion.value, 50ms);
}

TEST(OffsetSample, HostileMeasurementsStayInRange) {
  SteeredClock clock{kStart};
  clock.on_rate(kStart, 0.1);
  const auto most = free_running(clock, WallTime::max(), Offset{nanoseconds::max()},
                                 Delay{nanoseconds::max()}, kDispersion);
  EXPECT_GT(most.offset.value, 200 * 365 * 24h);
  const auto least = free_running(clock, WallTime::min(), Offset{nanoseconds::min()},
                                  Delay{nanoseconds::min()}, kDispersion);
  EXPECT_LT(least.offset.value, -200 * 365 * 24h);
}

}  // namespace
}  // namespace isletime::offset_sample_test
