// SPDX-License-Identifier: MIT
// The hub and its battery clock: when the chip's time is used, when it is written, and in which order.
#include <gtest/gtest.h>

#include "libsync/drivers/rtc_chips.hpp"
#include "tests/hub/hub_play.hpp"

namespace isletime::hub_rtc_test {
namespace {

using namespace std::chrono_literals;
using namespace hub_play;

constexpr const char* kChip = "rtc:/dev/i2c-1@0x68";

class HubWithRtc : public testing::Test {
 protected:
  // Reports the outcome of the job that is due, for a chip with this error.
  RtcOutcome outcome(nanoseconds off) const {
    const auto kind = play_.rtc_job.value_or(RtcJob{}).kind;
    if (kind == RtcJob::Kind::kCheck) return {.kind = kind, .failure = {}, .look = {}, .health = {}};
    return {.kind = kind,
            .failure = {},
            .look = RtcLook{.chip = "ds3231",
                            .oscillator = oscillator_,
                            .is_set_by_others = false,
                            .distrust = distrust_,
                            .pair = RtcPair{play_.machine.truth + off, play_.machine.wall, {2ms}},
                            .temperature = {},
                            .is_vouched = is_vouched_},
            .health = {}};
  }
  // Performs all jobs that are due now.
  void run_jobs(nanoseconds off) {
    play_.tick();
    for (int jobs = 0; jobs < 5 && play_.rtc_job; ++jobs) {
      const RtcOutcome of_this = outcome(off);
      play_.rtc_job.reset();
      play_.hub->on_rtc(of_this, play_.now());
      play_.execute();
      play_.tick();
    }
  }
  void pass_hours(nanoseconds off) {
    for (int times = 0; times < 20; ++times) {
      play_.pass(10min);
      run_jobs(off);
    }
  }
  void use_rtc() {
    play_.take_clock();
    play_.hub->use_rtc(kChip, true, play_.now());
  }

  HubPlay play_{ordinary(), {.wall = WallTime{100s}}};
  std::string distrust_;
  bool is_vouched_ = true;
  ChipOscillator oscillator_ = Ds3231Chip::kOscillator;
};

// Its bound is three quarters of an hour, which is better than no time at all.
TEST_F(HubWithRtc, ACrystalThatWasNeverComparedSetsAnUnsetClock) {
  use_rtc();
  oscillator_ = Ds1307Chip::kOscillator;
  for (int times = 0; times < 20; ++times) {
    run_jobs(-20min);
    EXPECT_EQ(play_.status().source, kChip) << times;
    EXPECT_TRUE(play_.is_synchronised());
    EXPECT_GE(play_.root_distance(), magnitude(play_.error()));
    play_.pass(10min);
  }
  EXPECT_FALSE(play_.is_reliable());
}

TEST_F(HubWithRtc, AChipThatNothingVouchesForDoesNotSetAClockForWhichAnotherProgramDoes) {
  play_.machine.wall = play_.machine.truth;
  play_.notice();
  play_.machine.others_word = Dispersion{50ms};
  play_.pass(65s);
  ASSERT_TRUE(play_.is_synchronised());
  is_vouched_ = false;
  use_rtc();
  run_jobs(1000h);
  EXPECT_TRUE(play_.is_synchronised());
  EXPECT_TRUE(play_.is_bound_honest());
  EXPECT_EQ(play_.hub->fed_views(play_.now()).front().standing, "outranked");
}

// For how long the clock stays reliable is known to a millisecond.
TEST_F(HubWithRtc, DoesNotWakeInVainBeforeTheClocksReliabilityEnds) {
  use_rtc();
  run_jobs(0s);
  play_.set(0s, 999ms);
  run_jobs(0s);
  ASSERT_TRUE(play_.is_reliable());
  play_.pass(10min);
  EXPECT_FALSE(play_.is_reliable());
}

TEST_F(HubWithRtc, AtBootItTellsTheTimeAsWellAsItIsKnown) {
  use_rtc();
  run_jobs(-30s);
  EXPECT_EQ(play_.status().source, kChip);
  EXPECT_TRUE(play_.is_synchronised());
  EXPECT_LT(magnitude(play_.error()), 31s);
  EXPECT_GE(play_.root_distance(), bound_of_uncompared(Ds3231Chip::kOscillator, 0s).value)
      << "somebody set it, up to a year ago";
  EXPECT_FALSE(play_.is_reliable());
  EXPECT_FALSE(play_.is_kernel_told());
}

// Its driver clears the flag that tells whether it kept its time.
TEST_F(HubWithRtc, OneThatNothingVouchesForSetsTheClockButIsNotServed) {
  use_rtc();
  is_vouched_ = false;
  run_jobs(-30s);
  EXPECT_EQ(play_.status().source, kChip);
  EXPECT_LT(magnitude(play_.error()), 31s);
  EXPECT_FALSE(play_.is_synchronised());
  EXPECT_FALSE(play_.is_reliable());
  EXPECT_FALSE(play_.is_kernel_told());
  EXPECT_TRUE(play_.warns("trust")) << play_.warnings();
  EXPECT_EQ(play_.said("trust"), 1);
}

TEST_F(HubWithRtc, OneThatNothingVouchesForMovesNoClockThatAPersonHasSet) {
  play_.take_clock();
  play_.hub->use_rtc(kChip, false, play_.now());
  play_.hub->set(play_.machine.truth, {100ms}, play_.now());
  play_.execute();
  is_vouched_ = false;
  pass_hours(-30s);
  EXPECT_LT(magnitude(play_.error()), 1s);
  EXPECT_TRUE(play_.is_synchronised());
}

// It was compared while a server told the time. Then the machine was off, and nothing tells whether the chip
// had power.
TEST_F(HubWithRtc, OneThatNothingVouchesForIsNotServedThoughItsDriftIsKnown) {
  play_.machine.wall = play_.machine.truth;
  is_vouched_ = false;
  use_rtc();
  play_.add_server();
  pass_hours(0s);
  ASSERT_TRUE(play_.is_reliable());
  play_.stop();
  play_.machine.truth += 24h;
  play_.reboot(WallTime{100s});
  use_rtc();
  run_jobs(0s);
  EXPECT_EQ(play_.status().source, kChip);
  EXPECT_LT(magnitude(play_.error()), 1s);
  EXPECT_FALSE(play_.is_reliable());
  EXPECT_FALSE(play_.is_synchronised());
  EXPECT_FALSE(play_.is_kernel_told());
}

// The server is gone, and the program is restarted in the same boot.
TEST_F(HubWithRtc, OneThatNothingVouchesForRenewsNoSyncThatWasSaved) {
  play_.machine.wall = play_.machine.truth;
  is_vouched_ = false;
  use_rtc();
  play_.add_server();
  pass_hours(0s);
  play_.stop();
  play_.start_again();
  use_rtc();
  for (int times = 0; times < 24; ++times) {
    run_jobs(0s);
    play_.pass(10min);
  }
  EXPECT_FALSE(play_.is_reliable()) << play_.status().source;
  EXPECT_TRUE(play_.is_bound_honest());
}

TEST_F(HubWithRtc, OneThatNothingVouchesForIsNotSavedAsASource) {
  use_rtc();
  is_vouched_ = false;
  run_jobs(-30s);
  play_.pass(2h);
  ASSERT_TRUE(play_.saved);
  EXPECT_FALSE(play_.saved->sync);
}

TEST_F(HubWithRtc, OneThatLostItsPowerVouchesForNothing) {
  use_rtc();
  distrust_ = "it lost its power";
  run_jobs(0s);
  EXPECT_FALSE(play_.is_synchronised());
  EXPECT_TRUE(play_.warns("it lost its power")) << play_.warnings();
  EXPECT_EQ(play_.machine.wall, WallTime{100s});
}

TEST_F(HubWithRtc, OneThatReadsATimeBeforeTheBuildVouchesForNothing) {
  use_rtc();
  run_jobs(-kYear);
  EXPECT_FALSE(play_.is_synchronised());
  EXPECT_TRUE(play_.warns("cannot be")) << play_.warnings();
}

// The chip does not store the century, and a clock that was never set cannot tell it.
TEST_F(HubWithRtc, ItsCenturyIsThatOfTheBuildUntilTheClockIsSet) {
  use_rtc();
  play_.tick();
  ASSERT_TRUE(play_.rtc_job);
  EXPECT_EQ(play_.rtc_job->near.year, 2026);
}

TEST_F(HubWithRtc, AClaimFromBeforeTheClockWasSetIsNotUsed) {
  play_.machine.wall = play_.machine.truth;
  play_.jump(-10min);
  use_rtc();
  play_.tick();
  ASSERT_EQ(play_.rtc_job->kind, RtcJob::Kind::kRead);
  const RtcOutcome late = outcome(0s);
  play_.machine.pass(1s);
  play_.jump(10min);  // another program sets the clock right
  play_.hub->on_rtc(late, play_.now());
  play_.execute();
  EXPECT_FALSE(play_.is_synchronised());
  EXPECT_EQ(play_.error(), 0s);
}

TEST_F(HubWithRtc, AWriteIsOrderedBehindASaveThatItWaitsFor) {
  play_.machine.wall = play_.machine.truth;
  use_rtc();
  play_.add_server();
  play_.pass(10min);
  run_jobs(2s);
  play_.pass(10min);
  run_jobs(2s);
  std::optional<std::size_t> written;
  for (std::size_t i = 0; i < play_.done.size(); ++i) {
    const auto* run = std::get_if<action::RunRtcJob>(&play_.done[i]);
    if (run == nullptr) continue;
    EXPECT_EQ(run->once_saved, run->job.kind == RtcJob::Kind::kWrite);
    if (run->job.kind == RtcJob::Kind::kWrite && !written) written = i;
  }
  ASSERT_TRUE(written);
  EXPECT_TRUE(std::holds_alternative<action::Save>(play_.done.at(*written - 1)));
  EXPECT_TRUE(play_.saved->rtc);
}

TEST_F(HubWithRtc, NothingIsWrittenThatNobodyVouchesFor) {
  use_rtc();
  run_jobs(-30s);
  pass_hours(-30s);
  for (const Action& action : play_.done) {
    const auto* run = std::get_if<action::RunRtcJob>(&action);
    EXPECT_FALSE(run != nullptr && run->job.kind == RtcJob::Kind::kWrite);
  }
}

// The estimated true time is written, not the reading of a clock that is being slewed.
TEST_F(HubWithRtc, InMidSlewTheTruthIsWritten) {
  play_.machine.wall = play_.machine.truth;
  use_rtc();
  Server& server = play_.add_server();
  play_.pass(30min);
  run_jobs(0s);
  play_.pass(515s);
  ASSERT_TRUE(play_.rtc_job) << "it is read again";
  play_.jump(-900ms);
  play_.ask(server);
  ASSERT_GT(play_.status().offset->value, 800ms) << "a slew is under way";
  play_.machine.pass(3s);
  play_.hub->on_rtc(outcome(2s), play_.now());
  play_.execute();
  play_.tick();
  ASSERT_EQ(play_.rtc_job->kind, RtcJob::Kind::kWrite);
  EXPECT_LT(magnitude(elapsed(play_.machine.truth, play_.rtc_job->true_time)), 1ms);
}

TEST_F(HubWithRtc, AJobThatCannotBeginIsShown) {
  use_rtc();
  play_.tick();
  play_.hub->on_rtc_refused("no thread can be started", play_.now());
  play_.execute();
  EXPECT_TRUE(play_.warns("no thread can be started")) << play_.warnings();
  EXPECT_EQ(play_.said("no thread can be started"), 1);
}

TEST_F(HubWithRtc, WhileAServerTellsTheTimeItIsComparedAndNotHeard) {
  play_.machine.wall = play_.machine.truth;
  use_rtc();
  Server& server = play_.add_server();
  play_.pass(10min);
  run_jobs(20s);
  const auto views = play_.hub->fed_views(play_.now());
  ASSERT_EQ(views.size(), 1U);
  EXPECT_EQ(views[0].standing, "compared");
  EXPECT_EQ(play_.status().source, server.source());
  EXPECT_LT(magnitude(play_.error()), 1ms);
}

}  // namespace
}  // namespace isletime::hub_rtc_test
