// SPDX-License-Identifier: MIT
// Changes of the machine's clock by other programs, what the kernel is told of it, sleep, and leap seconds.
#include <gtest/gtest.h>

#include "libsync/core/civil_time.hpp"
#include "tests/hub/hub_play.hpp"

namespace isletime::hub_steering_test {
namespace {

using namespace std::chrono_literals;
using namespace hub_play;

constexpr const char* kPhone = "phone:192.0.2.4";

// --- What the kernel is told ---

TEST(HubSteering, TheKernelIsToldByServersAlone) {
  for (const char* source : {"ntp:192.0.2.4", kPhone, "rtc:/dev/rtc9", "ccapi:https://192.0.2.4"}) {
    HubPlay play;
    ASSERT_TRUE(play.feed(source).is_accepted) << source;
    play.pass(1h);
    EXPECT_FALSE(play.is_kernel_told()) << source;
  }
  HubPlay play;
  play.add_server();
  play.pass(10min);
  EXPECT_TRUE(play.is_kernel_told());
  EXPECT_GE(play.machine.told.max_error, magnitude(play.error()));
}

TEST(HubSteering, TheKernelIsUntoldWhenAPhoneTakesOverFromAServer) {
  HubPlay play;
  Server& server = play.add_server();
  play.pass(1h);
  server.is_silent = true;
  play.pass(3h);
  ASSERT_TRUE(play.is_kernel_told());
  ASSERT_FALSE(play.is_reliable()) << "the window is over";
  ASSERT_TRUE(play.feed(kPhone, 0s, 10ms).is_accepted);
  EXPECT_FALSE(play.is_kernel_told());
}

TEST(HubSteering, TheKernelIsToldAgainBeforeItLosesPatienceAsLongAsTheClockIsReliable) {
  HubConfig config = ordinary();
  config.reliable_within = {10s};
  HubPlay play(config);
  Server& server = play.add_server();
  server.root_dispersion = 8s;
  play.pass(20min);
  ASSERT_TRUE(play.is_kernel_told());
  const auto told = play.count<action::TellKernel>();
  const nanoseconds max_error = play.machine.told.max_error;
  server.is_silent = true;
  play.pass(2h + 10min);
  EXPECT_EQ(play.count<action::TellKernel>(), told);
  play.pass(24h);
  EXPECT_LE(play.count<action::TellKernel>(), told + 1) << "nor when it is not reliable any more";
  EXPECT_GE(play.machine.told.max_error, max_error);
}

// --- Other programs that steer the same clock ---

TEST(HubSteering, AnotherProgramsRateIsNoticedAndWidensTheBound) {
  HubPlay play;
  play.add_server();
  play.pass(1h);
  const nanoseconds before = play.root_distance();
  play.machine.rate = 400e-6;
  play.machine.pass(20s);
  play.steer_by_others(400e-6);
  EXPECT_EQ(play.said("another program steers this machine's clock (by +400.000 ppm now): stop it"), 1);
  EXPECT_GE(play.root_distance(), before + 7ms);
  EXPECT_TRUE(play.is_bound_honest());
  EXPECT_TRUE(play.is_synchronised());
  play.pass(20min);
  EXPECT_LT(magnitude(play.error()), 1ms);
  EXPECT_TRUE(play.is_reliable()) << "and it is taken back";
}

TEST(HubSteering, TheThirdTimeWithinAnHourItGivesWay) {
  HubPlay play;
  Server& server = play.add_server();
  play.pass(1h);
  for (const double rate : {20e-6, 30e-6, 40e-6}) {
    ASSERT_TRUE(play.is_synchronised());
    play.steer_by_others(rate);
    if (rate < 40e-6) play.pass(15min);
  }
  EXPECT_FALSE(play.is_synchronised());
  EXPECT_FALSE(play.is_reliable());
  EXPECT_FALSE(play.is_kernel_told());
  EXPECT_TRUE(play.warns("sntpd leaves it alone")) << play.warnings();
  const auto orders = play.count<action::Steer>();
  play.pass(3h);
  EXPECT_EQ(play.count<action::Steer>(), orders) << "the clock is left alone for good";
  EXPECT_FALSE(play.is_synchronised());
  EXPECT_EQ(play.standing_of(server), "system-peer");
  EXPECT_EQ(play.set().name, "clock-refuses");
  EXPECT_TRUE(is_in(play.hub->reply().text, "another program steers"));
  play.machine.others_word = Dispersion{20ms};
  play.pass(65s);
  EXPECT_TRUE(play.is_reliable()) << "now it is the other's word that counts";
}

TEST(HubSteering, OneThatIsQuietForAnHourIsForgiven) {
  HubPlay play;
  play.add_server();
  play.pass(1h);
  for (int times = 0; times < 6; ++times) {
    play.steer_by_others(20e-6 + times * 1e-6);
    play.pass(61min);
    EXPECT_TRUE(play.is_reliable()) << times;
  }
}

TEST(HubSteering, AStepBySomebodyElseWidensTheBoundByItself) {
  HubPlay play;
  play.set(0s, 100ms);
  play.jump(-500ms);
  EXPECT_EQ(play.said("somebody set the clock by -0.500000 s"), 1);
  EXPECT_TRUE(play.is_bound_honest());
  EXPECT_TRUE(play.is_synchronised());
  play.jump(-600s);
  EXPECT_TRUE(play.is_bound_honest());
  EXPECT_FALSE(play.is_reliable());
}

TEST(HubSteering, AStepBySomebodyElseBeyondPanicLeavesNothingKnown) {
  HubPlay play;
  play.set(0s, 100ms);
  play.jump(1001s);
  EXPECT_FALSE(play.is_synchronised());
  EXPECT_FALSE(play.is_reliable());
  EXPECT_TRUE(play.warns(Hub::kHowToSet)) << play.warnings();
}

TEST(HubSteering, ItsOwnStepsAreNobodyElses) {
  HubPlay play(ordinary(), {.wall = kStart - 1h});
  play.add_server();
  play.pass(10min);
  EXPECT_EQ(play.said("the clock is stepped by +3600"), 1);
  EXPECT_EQ(play.said("somebody"), 0);
  EXPECT_EQ(play.count<action::GiveUpExchanges>(), 1);
}

// --- Sleep ---

TEST(HubSteering, WindowsAndBoundsAgeByTheTimeSlept) {
  HubPlay play;
  play.set(0s, 100ms);
  play.pass(5min);
  ASSERT_TRUE(play.is_reliable());
  play.sleep(1h);
  EXPECT_EQ(play.said("the machine slept 3600 s"), 1);
  EXPECT_GE(*play.status().age, 1h + 5min);
  EXPECT_FALSE(play.is_reliable()) << "a window is half an hour";
  EXPECT_GE(play.status().bound->value, 100ms + 2s + 54ms) << "by its battery clock, and by 15 ppm";
  EXPECT_GE(play.root_distance(), 100ms + 2s + 54ms);
  EXPECT_TRUE(play.is_synchronised());
}

TEST(HubSteering, ABoundGrowsOnAfterTheClockWasSetBack) {
  HubPlay play(ordinary(), {.crystal = -14e-6});
  play.set(0s, 100ms);
  play.jump(-900s);
  const nanoseconds before = play.root_distance();
  play.pass(10min);
  EXPECT_GE(play.root_distance(), before + 8ms);
}

// The next reading of the clocks is after both.
TEST(HubSteering, ASleepDoesNotHideThatTheClockWasSet) {
  for (const nanoseconds set_by : {-800s, -900s, 800s, -1s}) {
    HubPlay play;
    play.set(0s, 100ms);
    play.pass(5min);
    play.machine.sleep(900s);
    play.jump(set_by);
    EXPECT_TRUE(play.is_bound_honest()) << set_by.count();
    EXPECT_FALSE(play.is_reliable());
    EXPECT_EQ(play.said("the machine slept 900 s"), 1);
    EXPECT_GE(play.status().age, 900s + 5min) << set_by.count();
  }
}

TEST(HubSteering, AfterASleepAServersWordIsNeeded) {
  HubPlay play;
  play.add_server();
  play.pass(1h);
  play.sleep(8h);
  EXPECT_FALSE(play.is_reliable());
  play.pass(1min);
  EXPECT_TRUE(play.is_reliable());
  EXPECT_LT(play.root_distance(), 10ms);
}

// --- Leap seconds ---

// 23:59:00 of the last day of 2026.
Machine at_years_end() {
  const WallTime time{1'798'761'540s};
  return {.truth = time, .wall = time};
}

TEST(HubSteering, BesideAMachinesClockThatIsSetBackTheServersAreHeardAtOnce) {
  for (const nanoseconds by : {nanoseconds{-1h}, nanoseconds{-10s}, nanoseconds{1h}}) {
    HubPlay play;
    play.steers_machine = false;
    Server& server = play.add_server();
    play.pass(1h);
    play.jump(by);
    EXPECT_TRUE(play.is_bound_honest() || !play.is_synchronised());
    play.pass(10s);
    EXPECT_EQ(play.standing_of(server), "system-peer");
    EXPECT_TRUE(play.is_bound_honest());
    play.pass(30min);
    EXPECT_TRUE(play.is_reliable());
    EXPECT_LT(magnitude(play.error()), 10ms) << "of the hub's time";
  }
}

TEST(HubSteering, BesideTheMachinesClockALeapSecondIsInserted) {
  Machine machine = at_years_end();
  machine.truth -= 1h;
  machine.wall -= 1h;
  HubPlay play(ordinary(), machine);
  play.steers_machine = false;
  Server& server = play.add_server();
  server.leap = Leap::kInsert;
  play.pass(1h);
  EXPECT_EQ(play.served().leap, Leap::kInsert);
  ASSERT_LT(magnitude(play.error()), 1ms);
  play.pass(60s - 1ms);
  EXPECT_EQ(play.said("a leap second is inserted"), 0);
  play.machine.pass(1ms);
  play.machine.truth -= 1s;  // it is 23:59:60
  play.pass(1s);
  EXPECT_EQ(play.said("a leap second is inserted"), 1);
  server.leap = Leap::kNone;
  EXPECT_LT(magnitude(play.error()), 1ms);
  EXPECT_EQ(play.machine.wall - play.machine.truth, 1s) << "nobody has set the machine's";
  play.pass(30min);
  EXPECT_LT(magnitude(play.error()), 1ms);
  EXPECT_EQ(play.said("a leap second is inserted"), 1);
}

TEST(HubSteering, OnAnyOtherDayNoneIs) {
  Machine machine = at_years_end();
  machine.truth -= 24h + 1h;
  machine.wall -= 24h + 1h;
  HubPlay play(ordinary(), machine);
  play.steers_machine = false;
  Server& server = play.add_server();
  server.leap = Leap::kInsert;
  play.pass(2h);
  EXPECT_EQ(play.said("leap second"), 0);
  EXPECT_LT(magnitude(play.error()), 1ms);
}

TEST(HubSteering, TheKernelsOwnLeapSecondIsNobodysStep) {
  HubPlay play(ordinary(), at_years_end());
  Server& server = play.add_server();
  server.leap = Leap::kInsert;
  play.pass(61s);
  EXPECT_EQ(play.machine.told.leap, Leap::kInsert);
  play.machine.truth -= 1s;
  play.jump(-1s);
  EXPECT_EQ(play.said("a leap second is inserted"), 1);
  EXPECT_EQ(play.said("somebody"), 0);
  play.ask(server);
  EXPECT_TRUE(play.is_reliable());
  EXPECT_LT(play.root_distance(), 10ms) << "what it says is no surprise";
  EXPECT_LT(magnitude(play.error()), 1ms);
}

}  // namespace
}  // namespace isletime::hub_steering_test
