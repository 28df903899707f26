// SPDX-License-Identifier: MIT
#include "libsync/hub/discipline/delay_statistics.hpp"

#include <cmath>

#include <gtest/gtest.h>

#include "tests/sim/random.hpp"

namespace isletime::delay_statistics_test {
namespace {

using namespace std::chrono_literals;

// A path that takes `base` in each direction, with exponential queues of mean `queue`.
struct Path {
  nanoseconds base;
  Seconds queue;
  sim::Random random{1};
  FreeTime now{};

  void send(DelayStatistics& statistics, int samples) {
    for (int i = 0; i < samples; ++i) {
      now += 64s;
      const Seconds queued{random.exponential(queue.count()) + random.exponential(queue.count())};
      statistics.add(now, Delay{2 * base + rounded(queued)});
    }
  }
};

TEST(DelayStatistics, AreEmptyBeforeTheFirstSample) {
  DelayStatistics statistics;
  EXPECT_TRUE(statistics.empty());
  statistics.add(FreeTime{}, Delay{1ms});
  EXPECT_FALSE(statistics.empty());
}

// The least of the three estimates is at most the true mean; 30 % covers the spread of 500 samples.
TEST(DelayStatistics, FindTheMeanOfTheQueues) {
  DelayStatistics statistics;
  Path path{.base = 5ms, .queue = 1ms};
  path.send(statistics, 500);
  EXPECT_LT(statistics.mean_excess().count(), 1.2e-3);
  EXPECT_GT(statistics.mean_excess().count(), 0.6e-3);
}

// The least of n sums of two exponential delays exceeds the base by 1.25 means / sqrt(n).
TEST(DelayStatistics, FindTheLeastDelayToAFractionOfTheMean) {
  DelayStatistics statistics;
  Path path{.base = 5ms, .queue = 1ms};
  path.send(statistics, 500);
  EXPECT_NEAR(statistics.minimum_delay().count(), 10e-3, 0.1e-3);
}

TEST(DelayStatistics, HalfTheExcessIsTheHalfWidth) {
  DelayStatistics statistics;
  Path path{.base = 5ms, .queue = 1us};
  path.send(statistics, 100);
  EXPECT_NEAR(statistics.half_width(Delay{14ms}).count(), 2e-3, 2e-6);
  EXPECT_EQ(statistics.half_width(Delay{9ms}).count(), 0.0);
}

TEST(DelayStatistics, AShorterRouteCountsAtOnce) {
  DelayStatistics statistics;
  Path path{.base = 5ms, .queue = 100us};
  path.send(statistics, 200);
  statistics.add(path.now + 64s, Delay{6ms});
  EXPECT_LT(statistics.minimum_delay().count(), 6e-3);
  EXPECT_GT(statistics.minimum_delay().count(), 5.9e-3);
}

// Delays alone do not distinguish a longer route from a standing queue.
TEST(DelayStatistics, ALongerRouteIsNotBelievedByDelaysAlone) {
  DelayStatistics statistics;
  Path path{.base = 5ms, .queue = 100us};
  path.send(statistics, 200);
  path.base = 10ms;
  path.send(statistics, 1000);
  EXPECT_NEAR(statistics.minimum_delay().count(), 10e-3, 0.1e-3);
  EXPECT_LT(statistics.mean_excess().count(), 0.2e-3);
}

TEST(DelayStatistics, ALongerRouteCountsOnceItIsAccepted) {
  DelayStatistics statistics;
  Path path{.base = 5ms, .queue = 100us};
  path.send(statistics, 200);
  path.base = 10ms;
  path.send(statistics, 20);
  EXPECT_EQ(statistics.long_run(), 20);
  statistics.accept_longer_route(path.now);
  EXPECT_NEAR(statistics.minimum_delay().count(), 20e-3, 0.1e-3);
  EXPECT_EQ(statistics.long_run(), 0);
  path.send(statistics, 20);
  EXPECT_NEAR(statistics.standing_excess().count(), 0.0, 0.2e-3);
}

TEST(DelayStatistics, ALongRunEndsWithTheFirstShortRoundTrip) {
  DelayStatistics statistics;
  Path path{.base = 5ms, .queue = 100us};
  path.send(statistics, 200);
  path.base = 10ms;
  path.send(statistics, 5);
  EXPECT_EQ(statistics.long_run(), 5);
  EXPECT_EQ(statistics.long_since(), path.now - 4 * 64s);
  statistics.add(path.now + 64s, Delay{10ms});
  EXPECT_EQ(statistics.long_run(), 0);
}

// The round trip takes 10 ms more, and half of that may be in the offset.
TEST(DelayStatistics, AnOffsetMayBeOffByHalfOfWhatStands) {
  DelayStatistics statistics;
  Path path{.base = 5ms, .queue = 100us};
  path.send(statistics, 200);
  EXPECT_LT(statistics.standing_excess().count(), 0.2e-3);
  path.base = 10ms;
  path.send(statistics, 3);
  EXPECT_NEAR(statistics.standing_excess().count(), 5e-3, 0.3e-3);
}

TEST(DelayStatistics, OneLongRoundTripDoesNotStand) {
  DelayStatistics statistics;
  Path path{.base = 5ms, .queue = 100us};
  path.send(statistics, 200);
  statistics.add(path.now + 64s, Delay{30ms});
  EXPECT_LT(statistics.standing_excess().count(), 0.2e-3);
}

// After wide queues no delay counts as long, but none comes close to the minimum either.
TEST(DelayStatistics, WhatStandsCountsAlsoIfUsualQueuesAreLonger) {
  DelayStatistics statistics;
  Path path{.base = 5ms, .queue = 10ms};
  path.send(statistics, 200);
  for (int i = 0; i < 8; ++i) statistics.add(path.now += 64s, Delay{30ms});
  EXPECT_EQ(statistics.long_run(), 0);
  EXPECT_GT(statistics.standing_excess().count(), 9e-3);
}

// With the queues learned on the quiet path, every round trip of another path would count as long for good.
TEST(DelayStatistics, AMuchShorterRouteIsLearnedAfresh) {
  DelayStatistics statistics;
  Path quiet{.base = 50ms, .queue = 100ns};
  quiet.send(statistics, 200);
  Path busy{.base = 5ms, .queue = 1ms};
  busy.now = quiet.now;
  busy.send(statistics, 100);
  EXPECT_GT(statistics.mean_excess().count(), 0.5e-3);
}

// Every sample is delayed, but by different amounts, so the route has not become longer.
TEST(DelayStatistics, CongestionIsNotALongerRoute) {
  DelayStatistics statistics;
  Path path{.base = 5ms, .queue = 100us};
  path.send(statistics, 200);
  path.queue = 10ms;
  path.send(statistics, 100);
  EXPECT_NEAR(statistics.minimum_delay().count(), 10e-3, 0.1e-3);
}

TEST(DelayStatistics, AQuietHourTellsTheLevelOfTheQueues) {
  DelayStatistics statistics;
  Path path{.base = 5ms, .queue = 100us};
  path.send(statistics, 200);
  path.queue = 10ms;
  path.send(statistics, 100);
  EXPECT_LT(statistics.mean_excess().count(), 0.2e-3);
}

// RFC 5905, section 8: the delay is never below the system precision.
TEST(DelayStatistics, ANegativeDelayCountsAsThePrecision) {
  DelayStatistics statistics;
  statistics.add(FreeTime{}, Delay{-1h});
  EXPECT_GE(statistics.minimum_delay().count(), 0.0);
  EXPECT_LE(statistics.minimum_delay(), DelayStatistics::kPrecision);
}

TEST(DelayStatistics, AbsurdDelaysStayFinite) {
  DelayStatistics statistics;
  for (const nanoseconds delay : {nanoseconds::max(), nanoseconds::min(), 0ns, nanoseconds{1'000'000'000s}}) {
    statistics.add(FreeTime{}, Delay{delay});
    EXPECT_TRUE(std::isfinite(statistics.mean_excess().count()));
    EXPECT_TRUE(std::isfinite(statistics.minimum_delay().count()));
    EXPECT_GE(statistics.mean_excess(), DelayStatistics::kPrecision);
  }
}

}  // namespace
}  // namespace isletime::delay_statistics_test
