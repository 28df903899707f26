// SPDX-License-Identifier: MIT
#include "libsync/hub/hub_clock.hpp"

#include <gtest/gtest.h>

namespace isletime::hub_clock_test {
namespace {

using namespace std::chrono_literals;

constexpr WallTime kStart{1'790'000'000s};

// RFC 5905, section 8: the error of a coarse server's timestamps is dispersion, not noise of the path.
TEST(HubClock, HandsOnWhatTheStampsMayBeWrongBy) {
  const HubClock clock{kStart};
  const Measurement m{
      .time = kStart + 5s, .offset = {3ms}, .delay = {1ms}, .dispersion = {precision_of(-6)}, .server = {}};
  const OffsetSample sample = clock.sample_of(m);
  EXPECT_EQ(sample.dispersion.value, 15'625us);
  EXPECT_EQ(sample.offset.value, 3ms);
  EXPECT_EQ(sample.delay->value, 1ms);
  EXPECT_EQ(sample.at, FreeTime{(kStart + 5s).time_since_epoch()});
}

// The oscillator that is steered did not run while the machine slept.
TEST(HubClock, NoRateAppliesToAStepBesideTheMachinesClock) {
  HubClock clock{kStart};
  clock.on_rate(kStart, 0.01);
  const WallTime before = clock.hub_time(kStart + 100s);
  EXPECT_EQ(before, kStart + 101s);
  clock.on_foreign_step({1h}, kStart + 100s + 1h);
  EXPECT_EQ(clock.hub_time(kStart + 100s + 1h), before + 1h);
  EXPECT_EQ(clock.hub_time(kStart + 200s + 1h), before + 1h + 101s);
  clock.on_foreign_step({-2h}, kStart + 200s - 1h);
  EXPECT_EQ(clock.hub_time(kStart + 200s - 1h), before + 101s - 1h);
}

}  // namespace
}  // namespace isletime::hub_clock_test
