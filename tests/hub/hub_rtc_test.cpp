// SPDX-License-Identifier: MIT
// The hub and its battery clock: whom it believes, when it writes, in what order.
#include <gtest/gtest.h>

#include "libsync/drivers/rtc_chips.hpp"
#include "tests/hub/hub_play.hpp"

namespace isletime {
namespace {

using namespace std::chrono_literals;
using namespace hub_play;

constexpr const char* kChip = "rtc:/dev/i2c-1@0x68";

class HubWithRtc : public testing::Test {
 protected:
  // The outcome of the job that is due; the chip is off by that much.
  RtcOutcome outcome(nanoseconds off) const {
    const auto kind = play.rtc_job.value_or(RtcJob{}).kind;
    if (kind == RtcJob::Kind::kCheck) return {.kind = kind, .failure = {}, .look = {}, .health = {}};
    return {.kind = kind,
            .failure = {},
            .look = RtcLook{.chip = "ds3231",
                            .oscillator = Ds3231Chip::kOscillator,
                            .is_set_by_others = false,
                            .distrust = distrust,
                            .pair = RtcPair{play.machine.truth + off, play.machine.wall, {2ms}},
                            .temperature = {}},
            .health = {}};
  }
  // All jobs that are due now.
  void run_jobs(nanoseconds off) {
    play.tick();
    for (int jobs = 0; jobs < 5 && play.rtc_job; ++jobs) {
      const RtcOutcome of_this = outcome(off);
      play.rtc_job.reset();
      play.hub->on_rtc(of_this, play.now());
      play.execute();
      play.tick();
    }
  }
  void use_rtc() { play.take_clock(), play.hub->use_rtc(kChip, true, play.now()); }

  HubPlay play{ordinary(), {.wall = WallTime{100s}}};
  std::string distrust;
};

TEST_F(HubWithRtc, AtBootItTellsTheTimeAsWellAsItIsKnown) {
  use_rtc();
  run_jobs(-30s);
  EXPECT_EQ(play.status().source, kChip);
  EXPECT_TRUE(play.is_synchronised());
  EXPECT_LT(magnitude(play.error()), 31s);
  EXPECT_GE(play.root_distance(), RtcKeeper::kUnknown.value) << "somebody set it, up to a year ago";
  EXPECT_FALSE(play.is_reliable());
  EXPECT_FALSE(play.is_kernel_told());
}

TEST_F(HubWithRtc, OneThatLostItsPowerVouchesForNothing) {
  use_rtc();
  distrust = "it lost its power";
  run_jobs(0s);
  EXPECT_FALSE(play.is_synchronised());
  EXPECT_TRUE(play.warns("it lost its power")) << play.warnings();
  EXPECT_EQ(play.machine.wall, WallTime{100s});
}

TEST_F(HubWithRtc, OneThatReadsATimeBeforeTheBuildVouchesForNothing) {
  use_rtc();
  run_jobs(-kYear);
  EXPECT_FALSE(play.is_synchronised());
  EXPECT_TRUE(play.warns("cannot be")) << play.warnings();
}

// The chip's century is not in its registers: an unset clock is no witness of it.
TEST_F(HubWithRtc, ItsCenturyIsThatOfTheBuildUntilTheClockIsSet) {
  use_rtc();
  play.tick();
  ASSERT_TRUE(play.rtc_job);
  EXPECT_EQ(play.rtc_job->near.year, 2026);
}

TEST_F(HubWithRtc, AClaimFromBeforeTheClockWasSetIsNotUsed) {
  use_rtc();
  play.tick();
  RtcOutcome late = outcome(0s);
  ASSERT_TRUE(late.look);
  late.look->pair->chip += 1h;
  play.machine.pass(1s);
  play.jump(elapsed(play.machine.wall, kStart));  // somebody sets the clock
  play.hub->on_rtc(late, play.now());
  play.execute();
  EXPECT_FALSE(play.is_synchronised());
  EXPECT_LT(magnitude(play.error()), 2s) << "it is not moved by decades";
}

TEST_F(HubWithRtc, AWriteIsOrderedBehindASaveThatItWaitsFor) {
  play.machine.wall = play.machine.truth;
  use_rtc();
  play.add_server();
  play.pass(10min);
  run_jobs(2s);
  play.pass(10min);
  run_jobs(2s);
  std::optional<std::size_t> written;
  for (std::size_t i = 0; i < play.done.size(); ++i) {
    const auto* run = std::get_if<action::RunRtcJob>(&play.done[i]);
    if (run == nullptr) continue;
    EXPECT_EQ(run->once_saved, run->job.kind == RtcJob::Kind::kWrite);
    if (run->job.kind == RtcJob::Kind::kWrite && !written) written = i;
  }
  ASSERT_TRUE(written);
  EXPECT_TRUE(std::holds_alternative<action::Save>(play.done.at(*written - 1)));
  EXPECT_TRUE(play.saved->rtc);
}

TEST_F(HubWithRtc, NothingIsWrittenThatNobodyVouchesFor) {
  use_rtc();
  run_jobs(-30s);
  for (int times = 0; times < 20; ++times) {
    play.pass(10min);
    run_jobs(-30s);
  }
  for (const Action& action : play.done) {
    const auto* run = std::get_if<action::RunRtcJob>(&action);
    EXPECT_FALSE(run != nullptr && run->job.kind == RtcJob::Kind::kWrite);
  }
}

// What is written is the truth, and not what a clock in mid-slew reads.
TEST_F(HubWithRtc, InMidSlewTheTruthIsWritten) {
  play.machine.wall = play.machine.truth;
  use_rtc();
  Server& server = play.add_server();
  play.pass(30min);
  run_jobs(0s);
  play.pass(515s);
  ASSERT_TRUE(play.rtc_job) << "it is read again";
  play.jump(-900ms);
  play.ask(server);
  ASSERT_GT(play.status().offset->value, 800ms) << "a slew is under way";
  play.machine.pass(3s);
  play.hub->on_rtc(outcome(2s), play.now());
  play.execute();
  play.tick();
  ASSERT_EQ(play.rtc_job->kind, RtcJob::Kind::kWrite);
  EXPECT_LT(magnitude(elapsed(play.machine.truth, play.rtc_job->true_time)), 1ms);
}

TEST_F(HubWithRtc, AJobThatCannotBeginIsShown) {
  use_rtc();
  play.tick();
  play.hub->on_rtc_refused("no thread can be started", play.now());
  play.execute();
  EXPECT_TRUE(play.warns("no thread can be started")) << play.warnings();
  EXPECT_EQ(play.said("no thread can be started"), 1);
}

TEST_F(HubWithRtc, WhileAServerTellsTheTimeItIsComparedAndNotHeard) {
  play.machine.wall = play.machine.truth;
  use_rtc();
  Server& server = play.add_server();
  play.pass(10min);
  run_jobs(20s);
  const auto views = play.hub->fed_views(play.now());
  ASSERT_EQ(views.size(), 1U);
  EXPECT_EQ(views[0].standing, "compared");
  EXPECT_EQ(play.status().source, server.source());
  EXPECT_LT(magnitude(play.error()), 1ms);
}

}  // namespace
}  // namespace isletime
