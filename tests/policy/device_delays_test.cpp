// SPDX-License-Identifier: MIT
#include "libsync/policy/device_delays.hpp"

#include <cmath>
#include <random>

#include <gtest/gtest.h>

namespace isletime::device_delays_test {
namespace {

using namespace std::chrono_literals;

// Round-trip delays of a path with a fixed delay and an exponential queue of `mean` in each direction.
class Path {
 public:
  Path(nanoseconds least, nanoseconds mean, unsigned seed = 7)
      : least_(least), queue_(1.0 / static_cast<double>(mean.count())), random_(seed) {}

  Delay delay() { return {least_ + queue() + queue()}; }

 private:
  nanoseconds queue() { return nanoseconds{std::lround(queue_(random_))}; }

  nanoseconds least_;
  std::exponential_distribution<double> queue_;
  std::mt19937_64 random_;
};

// Whether the offsets agree with a path of that delay.
constexpr bool kCentred = true;
constexpr bool kAside = false;

void add(DeviceDelays& delays, Path& path, int count, MonoTime& now, bool is_centred = kCentred) {
  for (int i = 0; i < count; ++i) delays.add(path.delay(), now += 64s, is_centred);
}

double in_us(nanoseconds value) {
  return static_cast<double>(value.count()) / 1000;
}

TEST(DeviceDelays, KnowNothingBeforeTheFirst) {
  const DeviceDelays delays;
  EXPECT_EQ(delays.minimum().value, 0ns);
  EXPECT_EQ(delays.mean_excess(), 1us);
}

// The least of 250 delays exceeds the minimum by 158 us on average: 2 ms times sqrt(pi / 500).
TEST(DeviceDelays, FindTheMinimumAndTheMeanOfTheQueues) {
  constexpr int kRuns = 50;
  double minimum = 0;
  double mean_excess = 0;
  for (unsigned seed = 0; seed < kRuns; ++seed) {
    DeviceDelays delays;
    Path path{3ms, 2ms, seed};
    MonoTime now{};
    add(delays, path, 250, now);
    minimum += in_us(delays.minimum().value) / kRuns;
    mean_excess += in_us(delays.mean_excess()) / kRuns;
  }
  EXPECT_NEAR(minimum, 3000, 60);
  EXPECT_NEAR(mean_excess, 2000, 600);
}

TEST(DeviceDelays, AreNotMisledBySpikes) {
  DeviceDelays delays;
  Path path{3ms, 100us};
  MonoTime now{};
  for (int i = 0; i < 250; ++i) {
    delays.add(i % 10 == 0 ? Delay{100ms} : path.delay(), now += 64s, kCentred);
  }
  EXPECT_NEAR(in_us(delays.minimum().value), 3000, 15);
  EXPECT_LT(in_us(delays.mean_excess()), 200);
}

TEST(DeviceDelays, AnOffsetIsWrongByHalfOfWhatTheDelayExceedsTheMinimumBy) {
  DeviceDelays delays;
  MonoTime now{};
  for (int i = 0; i < 40; ++i) delays.add({2ms}, now += 64s, kCentred);
  EXPECT_NEAR(in_us(delays.half_width({10ms})), 4000, 1);
  EXPECT_EQ(delays.half_width({1ms}), 0ns);
}

TEST(DeviceDelays, FollowARouteThatHasBecomeLonger) {
  DeviceDelays delays;
  Path before{3ms, 100us};
  Path after{8ms, 100us};
  MonoTime now{};
  add(delays, before, 100, now);
  add(delays, after, 3 * 32, now);
  EXPECT_NEAR(in_us(delays.minimum().value), 8000, 100);
}

// The bound of the offset includes it, also at the very sample by which the route is recognised.
TEST(DeviceDelays, OnALongerRouteTheRecentMinimumIsNeverLessThanTheRoutes) {
  DeviceDelays delays;
  Path before{3ms, 100us};
  MonoTime now{};
  add(delays, before, 64, now);
  Path after{9ms, 100us};
  add(delays, after, 16, now);
  for (int i = 0; i < 200; ++i) {
    add(delays, after, 1, now);
    ASSERT_GE(delays.recent_minimum().value, 9ms) << i;
  }
  EXPECT_GT(delays.minimum().value, 8ms) << "the route is recognised";
}

TEST(DeviceDelays, AQueueThatStandsOnOneWayForADayIsNoRoute) {
  DeviceDelays delays;
  Path quiet{3ms, 100us};
  Path queued{23ms, 100us};
  MonoTime now{};
  add(delays, quiet, 100, now);
  add(delays, queued, 24 * 60, now, kAside);
  EXPECT_NEAR(in_us(delays.minimum().value), 3000, 100);
  EXPECT_NEAR(in_us(delays.mean_excess()), 100, 50);
}

// After four days the earlier minimum no longer describes the path.
TEST(DeviceDelays, DelaysThatAreLongForFourDaysAreARoute) {
  DeviceDelays delays;
  Path quiet{3ms, 100us};
  Path queued{23ms, 100us};
  MonoTime now{};
  add(delays, quiet, 100, now);
  add(delays, queued, 4 * 24 * 60, now, kAside);
  EXPECT_NEAR(in_us(delays.minimum().value), 23'000, 100);
}

TEST(DeviceDelays, LongDelaysThatAreAllAlikeAreNoQueues) {
  DeviceDelays delays;
  MonoTime now{};
  delays.add({5us}, now, kCentred);
  for (int i = 0; i < 32; ++i) delays.add({60ms}, now += 64s, kAside);
  EXPECT_LT(in_us(delays.mean_excess()), 100);
}

TEST(DeviceDelays, AQuietThatIsForgottenIsMeasuredAnew) {
  DeviceDelays delays;
  Path quiet{3ms, 1us};
  Path busy{3ms, 2ms};
  MonoTime now{};
  add(delays, quiet, 3 * 32, now);
  add(delays, busy, 3 * 32, now, kAside);
  delays.forget_quiet();
  add(delays, busy, 1, now, kAside);
  EXPECT_GT(in_us(delays.mean_excess()), 500);
}

TEST(DeviceDelays, WhatQueuesAddIsWhatTheyAddInTheQuietestBlock) {
  DeviceDelays delays;
  Path quiet{3ms, 100us};
  Path busy{3ms, 2ms};
  MonoTime now{};
  add(delays, quiet, 3 * 32, now);
  add(delays, busy, 3 * 32, now, kAside);
  EXPECT_LT(in_us(delays.mean_excess()), 150);
}

TEST(DeviceDelays, FollowAShorterRouteAtOnce) {
  DeviceDelays delays;
  Path before{8ms, 100us};
  MonoTime now{};
  add(delays, before, 100, now);
  delays.add({3ms}, now, kCentred);
  EXPECT_LE(delays.minimum().value, 3ms);
}

TEST(DeviceDelays, CongestionIsNoLongerRoute) {
  DeviceDelays delays;
  Path quiet{3ms, 100us};
  Path congested{3ms, 20ms};
  MonoTime now{};
  add(delays, quiet, 100, now);
  add(delays, congested, 3 * 32, now, kAside);
  EXPECT_NEAR(in_us(delays.minimum().value), 3000, 1500);
}

TEST(DeviceDelays, HostileDelaysOverflowNothing) {
  DeviceDelays delays;
  for (int i = 0; i < 2000; ++i) {
    const nanoseconds delay = i % 3 == 0 ? nanoseconds::min() : i % 3 == 1 ? nanoseconds::max() : 0ns;
    delays.add({delay}, i % 2 == 0 ? MonoTime::min() : MonoTime::max(), i % 5 != 0);
    EXPECT_GE(delays.mean_excess(), 1us);
    EXPECT_GE(delays.minimum().value, 0ns);
    EXPECT_GE(delays.half_width({delay}), 0ns);
  }
}

}  // namespace
}  // namespace isletime::device_delays_test
