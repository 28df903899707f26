// SPDX-License-Identifier: MIT
#include "tools/sntpd/keeping/rtc_jobs.hpp"

#include <algorithm>
#include <thread>

#include <poll.h>

#include <gtest/gtest.h>

#include "libsync/drivers/ds3231_chip.hpp"
#include "libsync/hub/discipline/free_time.hpp"
#include "tools/sntpd/keeping/rtc_worker.hpp"

namespace isletime::sntpd::rtc_jobs_test {
namespace {

using namespace std::chrono_literals;

constexpr WallTime kStart{1'790'000'000s};
constexpr CivilDate kNear{2026, 9, 21};

// These clocks advance only by sleeping and by the duration of transfers.
class FakeClocks final : public RtcClocks {
 public:
  WallTime wall() override {
    passed += preempted;
    return kStart + passed + set_by;
  }
  MonoTime mono() override { return MonoTime{passed}; }
  bool sleep_until(MonoTime time) override {
    passed = std::max(passed, time.time_since_epoch() + late);
    if (!is_always_late) late = 0s;
    return --sleeps_left != 0;
  }

  nanoseconds passed{};
  nanoseconds preempted{};  // before each reading of the machine's clock
  nanoseconds set_by{};
  nanoseconds late{};
  bool is_always_late = false;
  int sleeps_left = -1;
};

// A chip that restarts its second when it is set.
class FakeDevice final : public RtcDevice {
 public:
  explicit FakeDevice(FakeClocks& clocks) : clocks_(clocks) {}

  std::optional<std::string> find_chip(RtcClocks&) override { return lost; }
  const ChipOscillator& oscillator() const override { return Ds3231Chip::kOscillator; }
  std::string chip_name() const override { return "ds3231"; }
  Result<RtcReading, std::string> read(const CivilDate&) override {
    if (moves_no_bytes()) return Unexpected{std::string{"no acknowledge"}};
    if (spikes-- > 0) return RtcReading{Unexpected{RtcFault::kNotBcd}, Integrity::kGood, true};
    return RtcReading{to_civil_time(shows()), integrity, is_running};
  }
  Result<std::optional<std::uint8_t>, std::string> read_second() override {
    if (moves_no_bytes()) return Unexpected{std::string{"no acknowledge"}};
    return std::optional{to_civil_time(shows()).second};
  }
  Result<std::optional<MilliCelsius>, std::string> temperature() override {
    return std::optional{MilliCelsius{24'250}};
  }
  std::optional<std::string> prepare() override {
    clocks_.passed += 2ms;
    return std::nullopt;
  }
  std::optional<std::string> set(const CivilTime& time) override {
    clocks_.passed += 1ms;
    ++sets;
    ahead = elapsed(kStart + clocks_.passed + takes, *to_wall_time(time));
    return std::nullopt;
  }
  nanoseconds set_delay() const override { return 1ms; }
  Result<RtcHealth, std::string> check(RtcClocks&) override {
    return RtcHealth{.repaired = 1, .trouble = {}};
  }

  WallTime shows() const { return stands ? kStart : kStart + clocks_.passed + ahead; }

  nanoseconds ahead = 300ms;
  bool stands = false;
  Integrity integrity = Integrity::kGood;
  bool is_running = true;
  std::optional<std::string> lost;
  int reads_left = -1;
  int failures = 0;  // once the reads_left are used up
  int reads_until_set = -1;
  int sets = 0;
  int spikes = 0;
  nanoseconds transfer = 1ms;
  nanoseconds takes{};  // how much longer a write takes than the driver says

 private:
  bool moves_no_bytes() {
    clocks_.passed += transfer;
    if (--reads_until_set == 0) clocks_.set_by += 1s;
    return --reads_left < 0 && failures-- > 0;
  }

  FakeClocks& clocks_;
};

class RtcJobs : public testing::Test {
 protected:
  RtcOutcome run(RtcJob::Kind kind, nanoseconds true_less_machine = 0s) {
    return do_rtc_job({.kind = kind,
                       .near = kNear,
                       .true_time = clocks.wall() + true_less_machine,
                       .at = clocks.mono(),
                       .latest = 1ms},
                      device, clocks);
  }

  FakeClocks clocks;
  FakeDevice device{clocks};
};

TEST_F(RtcJobs, ALookFindsTheChipsOffsetToTwoMilliseconds) {
  const RtcOutcome outcome = run(RtcJob::Kind::kRead);
  ASSERT_TRUE(outcome.look && outcome.look->pair) << outcome.failure;
  const RtcPair& pair = *outcome.look->pair;
  EXPECT_LE(pair.bound.value, 2ms);
  EXPECT_LE(magnitude(elapsed(pair.machine, pair.chip) - 300ms), pair.bound.value);
  EXPECT_DOUBLE_EQ(outcome.look->temperature->value, 24.25);
  EXPECT_LT(clocks.passed, 3s);
}

TEST_F(RtcJobs, WhatTheMachinesClocksAreReadApartByIsInTheBound) {
  clocks.preempted = 20ms;
  const RtcOutcome outcome = run(RtcJob::Kind::kRead);
  ASSERT_TRUE(outcome.look && outcome.look->pair) << outcome.failure;
  const RtcPair& pair = *outcome.look->pair;
  EXPECT_LE(magnitude(elapsed(pair.machine, pair.chip) - 300ms), pair.bound.value);
  EXPECT_LE(pair.bound.value, 12ms);
}

TEST_F(RtcJobs, ABusyBusBlursTheEdgeAndNoMore) {
  device.transfer = 40ms;
  const RtcOutcome outcome = run(RtcJob::Kind::kRead);
  ASSERT_TRUE(outcome.look && outcome.look->pair) << outcome.failure;
  const RtcPair& pair = *outcome.look->pair;
  EXPECT_LE(pair.bound.value, 80ms);
  EXPECT_LE(magnitude(elapsed(pair.machine, pair.chip) - 300ms), pair.bound.value);
  device.transfer = 2s;
  EXPECT_EQ(run(RtcJob::Kind::kRead).failure, "it answers too slowly to be read");
}

TEST_F(RtcJobs, AChipThatLostItsTimeIsNotSearchedForAnEdge) {
  device.integrity = Integrity::kLost;
  const RtcOutcome outcome = run(RtcJob::Kind::kRead);
  ASSERT_TRUE(outcome.look);
  EXPECT_FALSE(outcome.look->pair);
  EXPECT_EQ(outcome.look->distrust,
            "it lost its power since it was set: set it, and change its battery if that comes back");
  EXPECT_LT(clocks.passed, 50ms);
}

TEST_F(RtcJobs, AChipThatWasToldToStandStillSaysSo) {
  device.is_running = false;
  EXPECT_EQ(run(RtcJob::Kind::kRead).look->distrust, "its oscillator was told to stop: set it");
}

TEST_F(RtcJobs, AChipThatStandsStillIsNoticed) {
  device.stands = true;
  EXPECT_EQ(run(RtcJob::Kind::kRead).failure, "it stands still");
}

TEST_F(RtcJobs, TransfersThatFailNowAndThenArePassedOver) {
  device.reads_left = 5;
  device.failures = 2;
  const RtcOutcome outcome = run(RtcJob::Kind::kRead);
  ASSERT_TRUE(outcome.look && outcome.look->pair) << outcome.failure;
  EXPECT_LE(outcome.look->pair->bound.value, 2ms);
}

TEST_F(RtcJobs, ABusThatFailsInMidSearchEndsTheJob) {
  device.reads_left = 5;
  device.failures = 3;
  const RtcOutcome outcome = run(RtcJob::Kind::kRead);
  EXPECT_EQ(outcome.failure, "no acknowledge");
  EXPECT_FALSE(outcome.look);
}

TEST_F(RtcJobs, AChipThatIsNotThereIsNotSpokenTo) {
  device.lost = "no clock chip that is known answers";
  EXPECT_EQ(run(RtcJob::Kind::kRead).failure, "no clock chip that is known answers");
  EXPECT_EQ(clocks.passed, 0s);
}

TEST_F(RtcJobs, AClockThatIsSetMeanwhileSpoilsTheLook) {
  device.reads_until_set = 5;
  EXPECT_EQ(run(RtcJob::Kind::kRead).failure, "the machine's clock was set while it was read");
}

// True time is half a second ahead of the machine's clock.
TEST_F(RtcJobs, AWriteLeavesTheChipRightToTwoMilliseconds) {
  const RtcOutcome outcome = run(RtcJob::Kind::kWrite, 500ms);
  EXPECT_TRUE(outcome.failure.empty()) << outcome.failure;
  EXPECT_LE(magnitude(device.ahead - 500ms), 2ms);
  ASSERT_TRUE(outcome.look && outcome.look->pair);
  EXPECT_LE(magnitude(elapsed(outcome.look->pair->machine, outcome.look->pair->chip) - 500ms), 4ms);
}

// The kernel's driver for a PC's clock takes half a second without saying so.
TEST_F(RtcJobs, AChipThatTakesHalfASecondToBeSetIsSetRightInTheSameJob) {
  device.takes = 500ms;
  const RtcOutcome outcome = run(RtcJob::Kind::kWrite);
  EXPECT_TRUE(outcome.failure.empty()) << outcome.failure;
  EXPECT_EQ(device.sets, 2);
  EXPECT_LE(magnitude(device.ahead), 4ms);
}

TEST_F(RtcJobs, AThreadThatWakesTooLateDoesNotWriteATimeThatHasPassed) {
  clocks.late = 30ms;
  const RtcOutcome outcome = run(RtcJob::Kind::kWrite);
  EXPECT_TRUE(outcome.failure.empty()) << outcome.failure;
  EXPECT_EQ(device.sets, 1);
  EXPECT_LE(magnitude(device.ahead), 2ms);
}

TEST_F(RtcJobs, AMachineThatIsAlwaysTooLateWritesNothing) {
  clocks.late = 2ms;
  clocks.is_always_late = true;
  const RtcOutcome outcome = run(RtcJob::Kind::kWrite);
  EXPECT_TRUE(outcome.is_missed);
  EXPECT_EQ(outcome.failure, "this machine is too busy to write it at the right instant");
  EXPECT_EQ(device.sets, 0);
}

TEST_F(RtcJobs, AWriteThatNobodyWaitsForIsNotBegun) {
  clocks.sleeps_left = 1;
  EXPECT_FALSE(run(RtcJob::Kind::kWrite).failure.empty());
  EXPECT_EQ(device.sets, 0);
}

TEST_F(RtcJobs, ASpikeOnTheWiresDoesNotMakeAChipWorthless) {
  device.spikes = 1;
  const RtcOutcome outcome = run(RtcJob::Kind::kRead);
  ASSERT_TRUE(outcome.look);
  EXPECT_EQ(outcome.look->distrust, "");
  EXPECT_TRUE(outcome.look->pair);
}

TEST_F(RtcJobs, ACheckTellsOfRepairs) {
  EXPECT_EQ(run(RtcJob::Kind::kCheck).health.repaired, 1);
}

RtcOutcome wait_for(RtcWorker& worker) {
  for (;;) {
    pollfd waited{worker.descriptor(), POLLIN, 0};
    poll(&waited, 1, -1);
    if (auto outcome = worker.take()) return *std::move(outcome);
  }
}

// This device has clocks of its own, which only the thread uses.
class OwnDevice final : public RtcDevice {
 public:
  std::optional<std::string> find_chip(RtcClocks&) override { return std::nullopt; }
  const ChipOscillator& oscillator() const override { return Ds3231Chip::kOscillator; }
  std::string chip_name() const override { return "ds3231"; }
  Result<RtcReading, std::string> read(const CivilDate&) override { return Unexpected{std::string{"stuck"}}; }
  Result<std::optional<std::uint8_t>, std::string> read_second() override {
    return Unexpected{std::string{"stuck"}};
  }
  Result<std::optional<MilliCelsius>, std::string> temperature() override {
    return std::optional<MilliCelsius>{};
  }
  std::optional<std::string> prepare() override { return std::nullopt; }
  std::optional<std::string> set(const CivilTime&) override { return std::nullopt; }
  nanoseconds set_delay() const override { return {}; }
  Result<RtcHealth, std::string> check(RtcClocks&) override {
    return RtcHealth{.repaired = 3, .trouble = {}};
  }
};

TEST(RtcWorker, IdleItHasNoDescriptorAndNoOutcome) {
  RtcWorker worker{std::make_unique<OwnDevice>(), std::make_unique<FakeClocks>()};
  EXPECT_EQ(worker.descriptor(), -1);
  EXPECT_FALSE(worker.take());
}

TEST(RtcWorker, DoesOneJobAfterTheOther) {
  RtcWorker worker{std::make_unique<OwnDevice>(), std::make_unique<FakeClocks>()};
  ASSERT_FALSE(
      worker.begin({.kind = RtcJob::Kind::kCheck, .near = kNear, .true_time = {}, .at = {}, .latest = {}}));
  EXPECT_TRUE(worker.is_busy());
  EXPECT_EQ(wait_for(worker).health.repaired, 3);
  EXPECT_FALSE(worker.is_busy());
  ASSERT_FALSE(
      worker.begin({.kind = RtcJob::Kind::kRead, .near = kNear, .true_time = {}, .at = {}, .latest = {}}));
  EXPECT_EQ(wait_for(worker).failure, "stuck");
}

TEST(RtcWorker, IsGoneAtOnceWhileAJobIsStillDone) {
  RtcWorker worker{std::make_unique<OwnDevice>(), std::make_unique<FakeClocks>()};
  ASSERT_FALSE(
      worker.begin({.kind = RtcJob::Kind::kCheck, .near = kNear, .true_time = {}, .at = {}, .latest = {}}));
}

}  // namespace
}  // namespace isletime::sntpd::rtc_jobs_test
