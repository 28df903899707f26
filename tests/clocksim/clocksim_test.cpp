// SPDX-License-Identifier: MIT
// How well the real sntpd keeps a simulated clock. The bounds are half of the errors that chrony's tuned
// configuration reaches in simulation on the same links at the same poll interval: 10.2 us at 16 s and 22 us
// at 64 s with a jitter of 100 us, 2.5 us with 10 us, 119 us with 2 ms; and a third of the 106 us of its
// defaults.
#include <gtest/gtest.h>

#include "tests/clocksim/simulate.hpp"
#include "tests/fakes/scratch_folder.hpp"

namespace isletime::clocksim_test {
namespace {

using namespace clocksim;

TEST(SimulatedClock, IsHeldToHalfOfChronysErrorAtTheSamePoll) {
  EXPECT_LT(simulate(settled({"CLOCKSIM_JITTER=100e-6"}), fixed_poll("4"))["rms_us"], 5.1);
  EXPECT_LT(simulate(settled({"CLOCKSIM_JITTER=100e-6"}), fixed_poll("6"))["rms_us"], 13);
  EXPECT_LT(simulate(settled({"CLOCKSIM_JITTER=10e-6"}), fixed_poll("4"))["rms_us"], 1.3);
  EXPECT_LT(simulate(settled({"CLOCKSIM_JITTER=2e-3"}), fixed_poll("4"))["rms_us"], 59);
}

TEST(SimulatedClock, IsHeldToAThirdOfChronysErrorByDefault) {
  Results results = simulate(settled({"CLOCKSIM_JITTER=100e-6"}));
  EXPECT_LT(results["rms_us"], 35);
  EXPECT_LT(results["packets"], 2'000);
}

TEST(SimulatedClock, IsUsableWithinTenSeconds) {
  for (const char* offset : {"CLOCKSIM_OFFSET=0.05", "CLOCKSIM_OFFSET=-3600"}) {
    Results results = simulate({offset, "CLOCKSIM_JITTER=2e-3", "CLOCKSIM_SECONDS=1000"});
    EXPECT_GE(results["usable_s"], 0) << offset;
    EXPECT_LE(results["usable_s"], 10) << offset;
  }
}

TEST(SimulatedClock, IsSteppedOnceAtTheStartAndNeverAfter) {
  EXPECT_EQ(simulate({"CLOCKSIM_OFFSET=-3600", "CLOCKSIM_SECONDS=1000"})["steps"], 1);
  Results results =
      simulate({"CLOCKSIM_STEP=1", "CLOCKSIM_STEP_AT=5000", "CLOCKSIM_SECONDS=10000"}, fixed_poll("4"));
  EXPECT_EQ(results["steps"], 0);
  EXPECT_LE(results["recovered_s"], 150);
  EXPECT_GT(results["recovered_s"], 0);
}

TEST(SimulatedClock, InsertsALeapSecondAtTheEndOfTheMonthOnly) {
  // These epochs are 2026-12-31T21:00:00Z and 2026-12-30T21:00:00Z.
  const std::vector<std::string> leap{"CLOCKSIM_LEAP_AT=10800", "CLOCKSIM_SECONDS=14400",
                                      "CLOCKSIM_SETTLED=2000"};
  std::vector<std::string> in_december = leap;
  in_december.emplace_back("CLOCKSIM_EPOCH=1798750800");
  EXPECT_LT(simulate(in_december, fixed_poll("4"))["max_us"], 1'000);
  std::vector<std::string> a_day_early = leap;
  a_day_early.emplace_back("CLOCKSIM_EPOCH=1798664400");
  EXPECT_GT(simulate(a_day_early, fixed_poll("4"))["max_us"], 900'000);
}

TEST(SimulatedClock, AfterItsSleepItIsNoClockThatSomebodySet) {
  Results results = simulate(
      {"CLOCKSIM_SLEEP=36000", "CLOCKSIM_SLEEP_AT=5000", "CLOCKSIM_SECONDS=10000", "CLOCKSIM_STEP_AT=5000"},
      fixed_poll("4"));
  EXPECT_EQ(results["steps"], 0);
  EXPECT_GT(results["recovered_s"], 0);
  EXPECT_LE(results["recovered_s"], 100);
}

// sntpd is killed and restarted in the same boot; meanwhile its server has become wrong by an hour.
TEST(SimulatedClock, ARestartDoesNotReopenThePanicLimit) {
  const fakes::ScratchFolder folder;
  const std::vector<std::string> state{"--state-dir", folder.path("state")};
  EXPECT_EQ(simulate({"CLOCKSIM_EPOCH=1798750800", "CLOCKSIM_SECONDS=300", "CLOCKSIM_OFFSET=-3600"},
                     state)["steps"],
            1);
  Results again = simulate(
      {"CLOCKSIM_EPOCH=1798754400", "CLOCKSIM_UPTIME=3600", "CLOCKSIM_SECONDS=300", "CLOCKSIM_OFFSET=-3600"},
      state);
  EXPECT_EQ(again["steps"], 0);
  EXPECT_EQ(again["usable_s"], -1);
}

// The server's replies leave 200 us after their transmit timestamp. Half of that becomes the offset's error,
// which only interleaved mode reveals.
TEST(SimulatedClock, InterleavedModeSeesTheServersSendPath) {
  const std::vector<std::string> link{"CLOCKSIM_SEND_PATH=200e-6", "CLOCKSIM_JITTER=10e-6",
                                      "CLOCKSIM_FREQUENCY=20e-6", "CLOCKSIM_LOSS=0.1"};
  EXPECT_NEAR(simulate(settled(link), fixed_poll("6"))["rms_us"], 100, 10);
  EXPECT_LT(simulate(settled(link), fixed_poll("6"), "192.168.123.1,interleaved")["rms_us"], 13);
}

// An interleaved reply completes timestamps that were taken minutes ago, before the replies of the other
// server caused slews. Converted with the present rate they would put the clock 2 ms off.
TEST(SimulatedClock, InterleavedModeKnowsHowTheClockWasSteeredThen) {
  const Results results = simulate(settled({"CLOCKSIM_JITTER=1e-3", "CLOCKSIM_WALK=1e-7"}),
                                   {"--server", "192.168.123.2,interleaved,minpoll=4,maxpoll=4"},
                                   "192.168.123.1,interleaved,minpoll=8,maxpoll=8");
  EXPECT_LT(results.at("rms_us"), 250);
}

// An exchange must not span a leap second or a sleep.
TEST(SimulatedClock, InterleavedModePassesALeapSecondAndASleep) {
  const std::string server = "192.168.123.1,interleaved";
  EXPECT_LT(simulate({"CLOCKSIM_LEAP_AT=10800", "CLOCKSIM_SECONDS=14400", "CLOCKSIM_SETTLED=2000",
                      "CLOCKSIM_EPOCH=1798750800"},
                     fixed_poll("4"), server)["max_us"],
            1'000);
  Results woken = simulate(
      {"CLOCKSIM_SLEEP=36000", "CLOCKSIM_SLEEP_AT=5000", "CLOCKSIM_SECONDS=10000", "CLOCKSIM_STEP_AT=5000"},
      fixed_poll("4"), server);
  EXPECT_EQ(woken["steps"], 0);
  EXPECT_LE(woken["recovered_s"], 100);
}

TEST(SimulatedClock, RemembersItsRateOverHalfADayWithoutServer) {
  const Results results = simulate({"CLOCKSIM_JITTER=1e-3", "CLOCKSIM_UP=1800", "CLOCKSIM_PERIOD=23400",
                                    "CLOCKSIM_SECONDS=500000", "CLOCKSIM_SETTLED=50000"});
  EXPECT_LT(results.at("rms_us"), 2'000);
}

// The rate is half of the tick's range, as in a slew of a second. Without a server nothing else would reveal
// it.
TEST(SimulatedClock, ARateThatARunLeftInMidSlewIsUndoneByTheNext) {
  const Results results =
      simulate({"CLOCKSIM_EPOCH=1798750800", "CLOCKSIM_RATE=0.04", "CLOCKSIM_SECONDS=60", "CLOCKSIM_LOSS=1"});
  EXPECT_LT(results.at("max_us"), 100);
}

// The clock is neither served nor reported to the kernel as right, and the fault is logged once.
TEST(SimulatedClock, IsNotClaimedToBeSetWhereTheKernelRefusesIt) {
  const Words settings{"CLOCKSIM_EPOCH=1800000000", "CLOCKSIM_SECONDS=2000", "CLOCKSIM_ASK=10",
                       "CLOCKSIM_OFFSET=0.5", "CLOCKSIM_REFUSES=1"};
  const fakes::Finished finished = run_simulated(
      settings, {fakes::built("sntpd"), "--workers", "0", "--no-control", "--no-sandbox", "--port", "123",
                 "--bind", "192.168.123.250", "--no-rate-limit", "--server", "192.168.123.1"});
  EXPECT_NE(finished.out.find("served 0\n"), std::string::npos) << finished.out;
  const auto first = finished.err.find("the clock cannot be steered");
  EXPECT_NE(first, std::string::npos) << finished.err;
  EXPECT_EQ(finished.err.find("the clock cannot be steered", first + 1), std::string::npos) << finished.err;
}

// If the other program does not stop, sntpd gives up.
TEST(SimulatedClock, AnotherProgramThatSteersItIsNotFoughtOverForEver) {
  const Words settings{"CLOCKSIM_EPOCH=1798750800", "CLOCKSIM_SECONDS=40000",
                       "CLOCKSIM_EVENTS=steering=20e-6 at=10000 each=1000"};
  const fakes::Finished finished =
      run_simulated(settings, {fakes::built("sntpd"), "--workers", "0", "--no-control", "--no-sandbox",
                               "--port", "0", "--server", "192.168.123.1"});
  EXPECT_NE(finished.err.find("another program steers this machine's clock"), std::string::npos)
      << finished.err;
  EXPECT_NE(finished.err.find("sntpd leaves it alone"), std::string::npos) << finished.err;
}

// Returns the options of a hub that asks one server and keeps its state in the folder.
Words remembering_hub(const fakes::ScratchFolder& folder) {
  return {"--port",
          "123",
          "--bind",
          "192.168.123.250",
          "--no-rate-limit",
          "--state-dir",
          folder.path("state"),
          "--server",
          "192.168.123.1"};
}

// sntpd restarts in the same boot while no server answers: it must keep the known bound, and claim no smaller
// one.
TEST(SimulatedClock, ARestartKeepsTheBoundThatWasKnown) {
  const fakes::ScratchFolder folder;
  const Words options = remembering_hub(folder);
  run_sntpd({"CLOCKSIM_EPOCH=1800000000", "CLOCKSIM_SECONDS=20000", "CLOCKSIM_WALK=0"}, options);
  const Results again =
      run_sntpd({"CLOCKSIM_EPOCH=1800020000", "CLOCKSIM_UPTIME=20000", "CLOCKSIM_SECONDS=5000",
                 "CLOCKSIM_WALK=0", "CLOCKSIM_LOSS=1", "CLOCKSIM_ASK=10"},
                options);
  EXPECT_GT(again.at("served"), 0.9 * again.at("asked"));
  EXPECT_EQ(again.at("broken_percent"), 0);
}

// The slew went on for 2.5 s and moved the clock by a tenth of a second, which no other clock of the machine
// shows.
TEST(SimulatedClock, AfterARunThatWasKilledInMidSlewNothingIsClaimed) {
  const fakes::ScratchFolder folder;
  const Words options = remembering_hub(folder);
  run_sntpd({"CLOCKSIM_EPOCH=1800000000", "CLOCKSIM_SECONDS=20000", "CLOCKSIM_WALK=0"}, options);
  const Results again =
      run_sntpd({"CLOCKSIM_EPOCH=1800020000", "CLOCKSIM_UPTIME=20000", "CLOCKSIM_SECONDS=5000",
                 "CLOCKSIM_RATE=0.04", "CLOCKSIM_LOSS=1", "CLOCKSIM_ASK=10"},
                options);
  EXPECT_EQ(again.at("served"), 0);
}

TEST(SimulatedClock, WhereAnotherProgramSteersItTheBoundHolds) {
  const Results results = simulate_hub({"CLOCKSIM_SECONDS=40000", "CLOCKSIM_SETTLED=2000",
                                        "CLOCKSIM_EVENTS=steering=100e-6 at=10000 each=1000"});
  EXPECT_EQ(results.at("broken_percent"), 0);
  EXPECT_LT(results.at("served"), 0.4 * results.at("asked")) << "whoever steers it vouches for it, or nobody";
}

// Another program keeps the clock, and sntpd queries no server.
TEST(SimulatedClock, IsServedByTheKernelsWordWhereAnotherProgramKeepsIt) {
  const Words options{"--port", "123", "--bind", "192.168.123.250", "--no-rate-limit", "--no-clock"};
  const Words settings{"CLOCKSIM_EPOCH=1800000000", "CLOCKSIM_SECONDS=1000", "CLOCKSIM_ASK=10",
                       "CLOCKSIM_OFFSET=0.02"};
  EXPECT_EQ(run_sntpd(settings, options).at("served"), 0);
  const Results kept = run_sntpd(joined(settings, {"CLOCKSIM_KERNEL_ERROR=0.05"}), options);
  EXPECT_GT(kept.at("served"), 0.9 * kept.at("asked"));
  EXPECT_EQ(kept.at("broken_percent"), 0);
}

// After the sleep the kernel has set the clock by the battery clock, so the known bound must have grown by
// the duration of the sleep.
TEST(SimulatedClock, WhatWasKnownAgesInItsSleep) {
  const Results results =
      simulate_hub({"CLOCKSIM_SECONDS=20000", "CLOCKSIM_SETTLED=2000", "CLOCKSIM_SLEEP=36000",
                    "CLOCKSIM_SLEEP_AT=5000", "CLOCKSIM_EVENTS=loss=1 at=4000 for=9000"});
  EXPECT_EQ(results.at("broken_percent"), 0);
}

}  // namespace
}  // namespace isletime::clocksim_test
