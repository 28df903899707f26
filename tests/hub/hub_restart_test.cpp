// SPDX-License-Identifier: MIT
// What is known after a restart of the program, in the same boot of the machine or in another.
#include <gtest/gtest.h>

#include "tests/hub/hub_play.hpp"

namespace isletime::hub_restart_test {
namespace {

using namespace std::chrono_literals;
using namespace hub_play;

constexpr double kCrystal = 30e-6;

void expect_nothing_claimed(const HubPlay& play) {
  EXPECT_FALSE(play.is_synchronised());
  EXPECT_FALSE(play.is_reliable());
  EXPECT_FALSE(play.status().bound);
}

TEST(HubRestart, KeepsTheBoundThatWasKnownAndAgesIt) {
  HubPlay play(ordinary(), {.crystal = kCrystal});
  play.add_server();
  play.pass(2h);
  play.stop();
  const nanoseconds before = play.status().bound->value;
  play.machine.pass(20min);
  play.start_again();
  EXPECT_TRUE(play.is_synchronised());
  EXPECT_TRUE(play.is_reliable());
  EXPECT_GT(play.status().bound->value, before);
  EXPECT_GE(*play.status().age, 20min);
  EXPECT_TRUE(play.is_bound_honest());
  play.pass(6h);
  EXPECT_TRUE(play.is_bound_honest());
  EXPECT_FALSE(play.is_reliable()) << "its window was not renewed";
}

TEST(HubRestart, ClaimsNothingIfSomebodySetTheClockMeanwhile) {
  for (const nanoseconds by : {nanoseconds{-2s}, nanoseconds{2s}, nanoseconds{1h}}) {
    HubPlay play;
    play.add_server();
    play.pass(2h);
    play.stop();
    play.machine.pass(1min);
    play.machine.wall += by;
    play.start_again();
    expect_nothing_claimed(play);
  }
}

TEST(HubRestart, ClaimsNothingIfTheMachineSleptMeanwhile) {
  HubPlay play;
  play.add_server();
  play.pass(2h);
  play.machine.sleep(1h);
  play.start_again();
  expect_nothing_claimed(play);
}

TEST(HubRestart, ASleepDoesNotHideThatTheClockWasSet) {
  for (const nanoseconds slept : {nanoseconds{5s}, nanoseconds{1h}}) {
    HubPlay play;
    play.add_server();
    play.pass(2h);
    play.machine.sleep(slept);
    play.machine.wall -= slept;
    play.start_again();
    expect_nothing_claimed(play);
  }
}

// The bound is saved with some room for the next syncs, which a run without any does not need.
TEST(HubRestart, RestartsWithoutASourceDoNotMultiplyTheBound) {
  HubPlay play(ordinary(), {.crystal = kCrystal});
  play.add_server();
  play.pass(2h);
  play.start_again();
  const nanoseconds before = play.status().bound->value;
  for (int times = 0; times < 20; ++times) {
    if (times % 3 != 0) play.stop();
    play.machine.pass(2s);
    play.start_again();
    ASSERT_TRUE(play.is_reliable());
    ASSERT_TRUE(play.is_bound_honest());
  }
  EXPECT_GT(play.status().bound->value, before);
  EXPECT_LT(play.status().bound->value, before + 1ms);
}

TEST(HubRestart, DoesNotMakeTheLastSyncYounger) {
  HubPlay play(ordinary(), {.crystal = kCrystal});
  play.add_server();
  play.pass(2h);
  for (int hours = 0; hours < 3; ++hours) {
    play.stop();
    play.start_again();
    play.pass(1h);
    ASSERT_TRUE(play.is_bound_honest());
  }
  EXPECT_GE(*play.status().age, 3h);
  EXPECT_LT(play.status().bound->value, 50ms) << "it ages once, not with each restart";
  EXPECT_FALSE(play.is_reliable());
}

// The daemon is told to end before it has read the clocks again.
TEST(HubRestart, WhatHappenedRightBeforeTheEndIsInWhatIsSaved) {
  for (const nanoseconds set_by : {nanoseconds{0s}, nanoseconds{-1h}, nanoseconds{2s}}) {
    HubPlay play;
    play.add_server();
    play.pass(2h);
    play.machine.sleep(1h);
    play.machine.wall += 500ms + set_by;
    play.stop();
    play.start_again();
    EXPECT_TRUE(!play.is_synchronised() || play.is_bound_honest()) << set_by.count();
  }
}

// Another program slews the monotonic clock together with the machine's, and leaves the rate as it was.
TEST(HubRestart, ASlewByAnotherProgramMeanwhileIsInTheBound) {
  for (const double slew : {-400e-6, 400e-6}) {
    HubPlay play(ordinary(), {.crystal = kCrystal});
    play.add_server();
    play.pass(2h);
    play.stop();
    play.machine.rate += slew;
    play.machine.pass(1h);
    play.machine.rate -= slew;
    play.start_again();
    ASSERT_GT(magnitude(play.error()), 1s);
    EXPECT_TRUE(play.is_bound_honest());
    EXPECT_FALSE(play.is_reliable());
  }
}

// Such a state is of an older version.
TEST(HubRestart, ClaimsNothingIfItIsUnknownWhetherTheMachineSlept) {
  HubPlay play;
  play.add_server();
  play.pass(2h);
  play.stop();
  const SavedState saved = *play.saved;
  play.saved->boot->asleep.reset();
  play.start_again();
  expect_nothing_claimed(play);
  play.saved = saved;
  play.saved->boot->raw.reset();
  play.start_again();
  expect_nothing_claimed(play);
}

// The state was saved before the slew started. The slew's rate made the monotonic clock wrong as well, so the
// elapsed time is unknown.
TEST(HubRestart, AfterAKillInMidSlewClaimsNothingAndSetsTheRateRight) {
  HubPlay play(ordinary(), {.crystal = kCrystal});
  Server& server = play.add_server();
  play.pass(3h);
  ASSERT_TRUE(play.saved->sync) << "it was saved while all was well";
  const double right = play.machine.rate;
  EXPECT_NEAR(right, -kCrystal, 1e-6);
  server.off = 5s;
  for (int times = 0; times < 10; ++times) {
    play.ask(server);
    play.machine.pass(2s);
  }
  ASSERT_GT(std::abs(play.machine.rate - right), 1e-3) << "a slew is under way";
  play.machine.pass(5s);
  play.start_again();
  expect_nothing_claimed(play);
  EXPECT_NEAR(play.machine.rate, right, 1e-6);
  EXPECT_TRUE(play.hub->has_steered());
}

TEST(HubRestart, WhatIsSavedInMidSlewIsNoKnownTime) {
  HubPlay play(without_steps(), {.wall = kStart - 20s});
  Server& server = play.add_server();
  play.ask_often(server, 3);
  server.is_silent = true;
  play.pass(2min);
  ASSERT_LT(play.error(), -1s);
  ASSERT_TRUE(play.saved);
  EXPECT_FALSE(play.saved->sync);
  play.pass(3min);
  play.stop();
  EXPECT_TRUE(play.saved->sync);
}

// After a restart of the machine it is unknown how long it was off and how accurate its clock is.
TEST(HubRestart, OfTheMachineItselfLeavesItsRateAndItsFloor) {
  HubPlay play(ordinary(), {.crystal = kCrystal});
  play.add_server();
  play.pass(3h);
  play.stop();
  play.machine.truth += 24h;
  play.reboot(play.machine.truth - 10s);
  expect_nothing_claimed(play);
  EXPECT_FALSE(play.hub->has_steered());
  EXPECT_NEAR(*play.status().frequency_ppm, -30.0, 0.5);
  EXPECT_EQ(play.feed("phone:192.0.2.4", -48h).name, "below-floor");
  Server& server = play.add_server();
  play.ask_often(server, 3);
  EXPECT_LT(magnitude(play.error()), 1ms) << "a clock of another boot may be stepped";
}

TEST(HubRestart, AFloorThatALieHasLeftIsLoweredByAPerson) {
  HubPlay play;
  play.add_server().off = kYear;
  play.pass(10min);
  play.stop();
  play.reboot(play.machine.truth);
  EXPECT_EQ(play.feed("phone:192.0.2.4").name, "below-floor");
  EXPECT_EQ(play.set().name, "adopt");
  EXPECT_TRUE(play.is_synchronised());
  EXPECT_TRUE(play.is_reliable());
}

// The limit also stays if the clock was set meanwhile, so that its bound is unknown.
TEST(HubRestart, OfTheProgramDoesNotReopenThePanicLimit) {
  for (const nanoseconds by : {0s, 2s}) {
    HubPlay play;
    play.add_server();
    play.pass(10min);
    play.stop();
    play.machine.wall += by;
    play.start_again();
    EXPECT_EQ(play.is_synchronised(), by == 0s);
    Server& server = play.add_server();
    server.off = 5000s;
    play.ask_often(server, 5);
    EXPECT_LT(magnitude(play.error()), 3s);
    EXPECT_TRUE(play.warns("further than --panic allows")) << play.warnings();
    EXPECT_FALSE(play.is_synchronised());
  }
}

TEST(HubRestart, WithoutAnythingSavedAForeignSlewsRateIsUndone) {
  HubPlay play(ordinary(), {.rate = 0.05});
  play.take_clock();
  play.hub->resume(play.now());
  play.execute();
  EXPECT_EQ(play.machine.rate, 0.0);
}

// A hub that asks no server takes the clock only when the first sample is fed.
TEST(HubRestart, AForeignSlewsRateIsAlsoUndoneIfTheClockIsTakenLater) {
  HubPlay play(ordinary(), {.wall = kStart - 1s, .rate = 2e-3});
  EXPECT_EQ(play.machine.rate, 2e-3);
  EXPECT_TRUE(play.feed("phone:192.0.2.4").is_accepted);
  EXPECT_EQ(play.machine.rate, 0.0);
  play.pass(1h);
  EXPECT_TRUE(play.is_bound_honest());
}

// The slew goes on until the hub takes the clock.
TEST(HubRestart, ASampleThatWasTakenDuringAForeignSlewIsAgedByItsRate) {
  HubPlay play(ordinary(), {.wall = kStart - 1s, .rate = 0.05});
  const SampleRecord sample = play.sample("phone:192.0.2.4", 0s, 20ms);
  play.machine.pass(20s);
  EXPECT_TRUE(play.feed(sample).is_accepted);
  EXPECT_GE(play.status().bound->value, 1s);
  EXPECT_TRUE(play.is_bound_honest());
}

TEST(HubRestart, AForeignSlewThatCannotBeEndedYetIsNotTakenForTheOscillatorsRate) {
  HubPlay play(without_steps(), {.wall = kStart - 1s, .rate = -0.08, .refusal = "not permitted"});
  play.take_clock();
  play.pass(10s);
  ASSERT_EQ(play.machine.rate, -0.08);
  play.machine.refusal.clear();
  EXPECT_TRUE(play.feed("phone:192.0.2.4").is_accepted);
  EXPECT_GT(play.machine.rate, 0.0) << "the clock is behind";
  play.pass(1h);
  EXPECT_TRUE(play.is_bound_honest());
  EXPECT_LT(magnitude(play.error()), 1s);
}

// It may be right for this oscillator, or the rest of a slew.
TEST(HubRestart, ASmallRateThatWasLeftByOthersCountsAsItsOwnError) {
  for (const double rate : {300e-6, -300e-6}) {
    HubPlay play(ordinary(), {.wall = kStart, .rate = rate});
    EXPECT_TRUE(play.feed("phone:192.0.2.4").is_accepted);
    EXPECT_NEAR(play.machine.rate, rate, 1e-9);
    for (int minutes = 0; minutes < 60; ++minutes) {
      play.pass(1min);
      ASSERT_TRUE(play.is_bound_honest()) << minutes;
    }
  }
}

TEST(HubRestart, ASlewThatRunsIsEndedByTheLastOrder) {
  HubPlay play(without_steps(), {.wall = kStart - 20s, .crystal = kCrystal});
  Server& server = play.add_server();
  play.ask_often(server, 3);
  ASSERT_GT(std::abs(play.machine.rate), 1e-3);
  play.stop();
  EXPECT_LT(std::abs(play.machine.rate), 1e-3);
  EXPECT_TRUE(std::holds_alternative<action::Save>(play.done.back()));
}

TEST(HubRestart, BesideTheMachinesClockNothingIsKnownAnyMore) {
  HubPlay play;
  play.steers_machine = false;
  play.add_server();
  play.pass(10min);
  play.stop();
  play.start_again();
  expect_nothing_claimed(play);
}

TEST(HubRestart, AnExperimentsRateErrorIsKept) {
  HubPlay play;
  play.set();
  play.hub->set_rate_error(Ppm::whole(3), play.now());
  play.execute();
  EXPECT_GE(play.count<action::Save>(), 1);
  play.reboot(kStart);
  EXPECT_EQ(play.status().rate_error->is_measured, false);
  EXPECT_GE(play.status().rate_error->value, Ppm::whole(3));
}

TEST(HubRestart, ClaimsNoLessThanWasClaimedSinceTheStateWasSaved) {
  HubPlay play;
  Server& server = play.add_server();
  play.pass(2h + 30min);
  ASSERT_TRUE(play.saved->sync) << "it was saved while all was well";
  server.root_dispersion = 250ms;
  server.off = 60ms;
  play.pass(10min);
  const nanoseconds claimed = play.root_distance();
  EXPECT_GT(claimed, 200ms);
  play.start_again();  // it was killed
  EXPECT_TRUE(!play.is_synchronised() || play.root_distance() >= claimed);
  EXPECT_TRUE(!play.is_synchronised() || play.is_bound_honest());
}

TEST(HubRestart, AfterAKillInMidSlewTheNextRunsClaimNothingEither) {
  HubPlay play(ordinary(), {.crystal = kCrystal});
  Server& server = play.add_server();
  play.pass(3h);
  ASSERT_TRUE(play.saved->sync);
  server.off = 50ms;
  play.ask_often(server, 8);
  play.machine.rate += 700e-6;
  play.machine.pass(1h);
  play.start_again();
  EXPECT_FALSE(play.is_synchronised());
  play.start_again();
  EXPECT_FALSE(play.is_synchronised()) << "its rate is right now, but nobody knows for how long it was not";
}

// The kill comes after the clock's rate was set right and before the saved state was replaced.
TEST(HubRestart, ASecondKillBeforeTheSyncIsForgottenDoesNotReviveIt) {
  HubPlay play(ordinary(), {.crystal = kCrystal});
  play.add_server();
  play.pass(3h);
  const SavedState saved = *play.saved;
  ASSERT_TRUE(saved.sync);
  play.machine.rate += 300e-6;
  play.machine.pass(1h);
  play.start_again();
  ASSERT_NEAR(play.machine.rate, -kCrystal, 1e-6);
  play.saved = saved;
  play.start_again();
  ASSERT_GT(play.error(), 1s);
  EXPECT_TRUE(!play.is_synchronised() || play.is_bound_honest());
  EXPECT_FALSE(play.is_reliable());
}

TEST(HubRestart, WhatARunDoesNotTrustNoLaterOneDoes) {
  HubPlay play;
  play.feed("phone:192.0.2.7");
  play.pass(5min);
  ASSERT_TRUE(play.saved && play.saved->sync);
  play.start_again();
  expect_nothing_claimed(play);
  EXPECT_FALSE(play.saved->sync);
}

TEST(HubRestart, AStateThatWasIgnoredIsReplacedOnceTheClockIsSet) {
  HubPlay play;
  play.add_server();
  play.pass(3h);
  const WallTime before = play.saved->saved_at;
  play.start_without_state();
  play.set(0s, 100ms);
  EXPECT_GT(play.saved->saved_at, before) << "a crash now must not revive it";
  EXPECT_GE(play.saved->sync.value_or(SavedSync{SourceKind::kManual, {1h}}).bound.value, 100ms);
}

}  // namespace
}  // namespace isletime::hub_restart_test
