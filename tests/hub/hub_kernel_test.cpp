// SPDX-License-Identifier: MIT
// The hub trusts what another program has told the kernel of its clock, but not what a killed run has left
// there.
#include <gtest/gtest.h>

#include "tests/hub/hub_play.hpp"

namespace isletime::hub_kernel_test {
namespace {

using namespace std::chrono_literals;
using namespace hub_play;

constexpr double kCrystal = 30e-6;

void expect_nothing_claimed(const HubPlay& play) {
  EXPECT_FALSE(play.is_synchronised());
  EXPECT_FALSE(play.is_reliable());
  EXPECT_FALSE(play.status().bound);
}

bool is_slewing(const HubPlay& play) {
  return std::abs(play.machine.rate + kCrystal) > 1e-3;
}

// The server is right, then it is wrong by this, and the clock begins to slew to it.
void slew(HubPlay& play, nanoseconds off) {
  Server& server = play.add_server();
  play.pass(3h);
  server.off = off;
  for (int times = 0; times < 20 && !is_slewing(play); ++times) play.ask_often(server, 1);
  ASSERT_TRUE(is_slewing(play));
  ASSERT_TRUE(play.is_kernel_told());
}

// --- A run that was killed in mid-slew ---

TEST(HubKernel, WhatAKilledRunToldOfAClockInMidSlewIsNoWordOfAnotherProgram) {
  for (const nanoseconds off : {400ms, 1500ms}) {
    for (const nanoseconds down : {nanoseconds{1s}, nanoseconds{20s}, nanoseconds{10min}}) {
      HubPlay play(ordinary(), {.crystal = kCrystal});
      slew(play, off);
      play.machine.pass(down);
      play.start_again();
      EXPECT_FALSE(is_slewing(play)) << "no server is needed for that";
      EXPECT_FALSE(play.is_kernel_told()) << "other programs must not believe it either";
      play.pass(2min);
      expect_nothing_claimed(play);
      play.start_again();
      play.pass(2min);
      expect_nothing_claimed(play);
    }
  }
}

TEST(HubKernel, NorIsItIfTheStateIsLost) {
  HubPlay play(ordinary(), {.crystal = kCrystal});
  slew(play, 1500ms);
  play.machine.pass(20s);
  play.start_without_state();
  play.pass(2min);
  ASSERT_GT(play.error(), 1500ms);
  expect_nothing_claimed(play);
  play.take_clock();
  EXPECT_FALSE(is_slewing(play));
  EXPECT_FALSE(play.is_kernel_told());
  play.pass(2min);
  expect_nothing_claimed(play);
}

// A program that only sets the rate ends the slew, but does not say how wrong the clock is now.
TEST(HubKernel, NorIsItAfterAnotherProgramHasEndedTheSlewUnlessItTellsTheKernel) {
  HubPlay play(ordinary(), {.crystal = kCrystal});
  slew(play, 1500ms);
  play.steers_machine = false;
  play.start_again();
  play.pass(20min);
  play.machine.rate = -kCrystal;
  for (int minutes = 0; minutes < 60; ++minutes) {
    play.pass(1min);
    ASSERT_FALSE(play.is_synchronised());
  }
  play.machine.wall = play.machine.truth;
  play.notice();
  play.machine.others_word = {5ms};
  play.pass(2min);
  EXPECT_TRUE(play.is_synchronised());
  EXPECT_TRUE(play.is_bound_honest());
}

// This run may not touch the clock, which runs on at the rate of the slew.
TEST(HubKernel, NorIsItBesideTheMachinesClock) {
  HubPlay play(ordinary(), {.crystal = kCrystal});
  slew(play, 1500ms);
  play.steers_machine = false;
  play.start_again();
  for (int seconds = 0; seconds < 100; ++seconds) {
    play.pass(1s);
    ASSERT_FALSE(play.is_synchronised());
  }
}

TEST(HubKernel, AHubThatIsOnlyFedUndoesTheRateOfAKilledRunToo) {
  HubPlay play(without_steps(), {.crystal = kCrystal});
  play.feed("phone:192.0.2.4", 0s, 1ms);
  play.pass(5min);
  play.feed("phone:192.0.2.4", 5s, 1ms);
  ASSERT_GT(std::abs(play.machine.rate), 1e-3);
  play.machine.pass(1s);
  play.start_again();
  EXPECT_LT(std::abs(play.machine.rate), 100e-6);
  play.pass(2min);
  expect_nothing_claimed(play);
}

// The state on the disk is still that of an earlier boot until this one saves its own.
TEST(HubKernel, TheFirstSlewOfABootIsUndoneToo) {
  HubPlay play(without_steps(), {.crystal = kCrystal});
  play.add_server();
  play.pass(3h);
  play.stop();
  play.machine.truth += 1h;
  play.reboot(play.machine.truth - 10s);
  play.ask_often(play.add_server(), 4);
  ASSERT_GT(std::abs(play.machine.rate), 1e-3);
  play.start_again();
  EXPECT_NEAR(play.machine.rate, -kCrystal, 1e-6);
}

TEST(HubKernel, WhatASteadyRunHasKnownCountsAfterItsKill) {
  HubPlay play(ordinary(), {.crystal = kCrystal});
  play.add_server();
  play.pass(3h);
  play.machine.pass(1min);
  play.start_again();
  EXPECT_TRUE(play.is_synchronised());
  EXPECT_TRUE(play.is_kernel_told());
  EXPECT_TRUE(play.is_bound_honest());
}

// --- Another program ---

TEST(HubKernel, AnotherProgramsWordCountsOnlyWhileTheClockIsNotSlewedFast) {
  HubPlay play;
  play.machine.others_word = Dispersion{50ms};
  play.pass(65s);
  EXPECT_TRUE(play.is_synchronised());
  play.machine.rate = 0.01;
  play.pass(65s);
  expect_nothing_claimed(play);
  play.machine.rate = 0;
  play.pass(65s);
  expect_nothing_claimed(play);
  play.machine.others_word = Dispersion{play.error() + 40ms};
  play.pass(65s);
  EXPECT_FALSE(play.is_synchronised()) << "the old one may have grown so far";
  play.machine.others_word = Dispersion{40ms};
  play.machine.wall = play.machine.truth;
  play.notice();
  play.pass(65s);
  EXPECT_TRUE(play.is_synchronised());
  EXPECT_TRUE(play.is_bound_honest());
}

TEST(HubKernel, TheBoundThatItStatesIsShownAndGrowsAsInTheKernel) {
  HubPlay play;
  play.machine.others_word = Dispersion{50ms};
  play.pass(65s);
  ASSERT_TRUE(play.is_reliable());
  ASSERT_TRUE(play.status().bound);
  EXPECT_EQ(play.status().bound->value, play.root_distance());
  const nanoseconds before = play.root_distance();
  play.machine.pass(10s);
  EXPECT_GE(play.root_distance(), before + 5ms);
  EXPECT_LT(*play.status().reliable_for, 2000s);
}

TEST(HubKernel, ItsWordIsServedAtOnce) {
  HubPlay play;
  play.tick();
  play.machine.others_word = Dispersion{50ms};
  play.machine.pass(64s);
  play.hub->take_changed();
  play.tick();
  EXPECT_TRUE(play.is_synchronised());
  EXPECT_TRUE(play.hub->take_changed());
}

TEST(HubKernel, ItsWordIsNotServedForLongOnceItIsTakenBack) {
  HubPlay play;
  play.machine.others_word = Dispersion{50ms};
  play.pass(65s);
  ASSERT_TRUE(play.is_synchronised());
  play.machine.others_word.reset();
  play.pass(17s);
  expect_nothing_claimed(play);
}

}  // namespace
}  // namespace isletime::hub_kernel_test
