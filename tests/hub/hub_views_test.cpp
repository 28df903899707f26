// SPDX-License-Identifier: MIT
// The status describes the time that is served, and whoever shows it is told when that changes.
#include <gtest/gtest.h>

#include "tests/hub/hub_play.hpp"

namespace isletime::hub_views_test {
namespace {

using namespace std::chrono_literals;
using namespace hub_play;

constexpr const char* kPhone = "phone:192.0.2.4";

TEST(HubViews, TheStatusTellsHowFarAClockBesideTheMachinesIsAhead) {
  HubPlay play;
  play.steers_machine = false;
  play.feed(kPhone, 5s);
  EXPECT_EQ(play.status().ahead, 5s);
  EXPECT_EQ(play.status().time, play.machine.wall + 5s);
  EXPECT_EQ(play.status().ahead_rate_ppm, 0);
}

TEST(HubViews, TheStatusTellsHowFastAClockBesideTheMachinesGetsAhead) {
  HubPlay play;
  play.steers_machine = false;
  play.machine.crystal = 20e-6;
  play.add_server();
  play.pass(2h);
  const StatusView before = play.status();
  EXPECT_NEAR(before.ahead_rate_ppm, -20, 1);
  play.machine.pass(10s);
  const Seconds gained = play.status().ahead - before.ahead;
  EXPECT_NEAR(gained.count(), 10 * before.ahead_rate_ppm * 1e-6, 1e-8);
}

TEST(HubViews, AClockThatIsTheMachinesOwnIsNeverAhead) {
  HubPlay play;
  play.feed(kPhone, 5s);
  EXPECT_EQ(play.status().ahead, 0s);
  EXPECT_EQ(play.status().ahead_rate_ppm, 0);
}

TEST(HubViews, TheEndOfReliabilityIsAChangeAlthoughNothingHappens) {
  HubPlay play;
  EXPECT_EQ(play.status().reliable_for, std::nullopt);
  play.feed(kPhone);
  play.pass(10min);
  EXPECT_EQ(play.status().reliable_for, kDefaultWindow - 10min);
  play.hub->take_changed();
  play.pass(20min - 1s);
  EXPECT_TRUE(play.status().reliable);
  EXPECT_FALSE(play.hub->take_changed());
  play.pass(1s + 1ms);
  EXPECT_FALSE(play.status().reliable);
  EXPECT_EQ(play.status().reliable_for, std::nullopt);
  EXPECT_TRUE(play.hub->take_changed());
}

TEST(HubViews, TheWordOfTheKernelCountsUntilItsErrorWouldExceedTheTolerance) {
  HubPlay play;
  play.machine.others_word = Dispersion{100ms};
  play.pass(1s);
  ASSERT_TRUE(play.status().reliable);
  // The kernel lets its maximum error grow by 500 ppm: by 0.9 s in 1800 s.
  EXPECT_NEAR(Seconds{*play.status().reliable_for}.count(), 1800, 2);
  play.hub->take_changed();
  play.machine.others_word.reset();
  play.pass(65s);
  EXPECT_FALSE(play.status().reliable);
  EXPECT_TRUE(play.hub->take_changed());
}

// Its deviation is that of a uniform distribution, of which four are more than the whole.
TEST(HubViews, APersonsTimeIsAsUncertainAsTheClockThatItHasSet) {
  HubPlay play;
  ASSERT_TRUE(play.set(700ms, 500ms).is_accepted);
  play.pass(1s);
  const auto views = play.hub->fed_views(play.now());
  ASSERT_EQ(views.size(), 1U);
  ASSERT_TRUE(views.front().uncertainty);
  EXPECT_GE(views.front().uncertainty->value, 500ms);
  EXPECT_LE(views.front().uncertainty->value, 501ms);
}

}  // namespace
}  // namespace isletime::hub_views_test
