// SPDX-License-Identifier: MIT
// The stepper with a simulated clock that has every fault, and with every supported chip.
#include "libsync/drivers/rtc_stepper.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "libsync/drivers/rtc_chips.hpp"
#include "tests/fakes/rtc_model.hpp"

namespace isletime::rtc_stepper_test {
namespace {

using namespace std::chrono_literals;
using Kind = RtcStep::Kind;

constexpr WallTime kStart{1'790'000'000s};
constexpr CivilDate kNear{2026, 9, 21};
constexpr RtcStepper::Setting kSetting{.set_delay = 1ms, .latest = 1ms};

// A machine whose clock is right, and a battery clock `ahead` of it. Time passes only by sleep and transfers.
struct Host {
  RtcNow now() { return {mono(), kStart + passed}; }
  MonoTime mono() { return MonoTime{1000s + passed}; }
  bool sleep_until(MonoTime time) {
    const nanoseconds late = lates.empty() ? always_late : lates.back();
    if (!lates.empty()) lates.pop_back();
    const nanoseconds by_then = time.time_since_epoch() - 1000s + late;
    passed = std::max(passed, by_then + (sets > 0 ? late_after_set : 0s));
    return ++sleeps != leave_off_at;
  }
  seconds shown(seconds second) const { return second + local; }
  void keep(std::string error) { kept = std::move(error); }

  // The chip latches its registers halfway through the transfer.
  bool fails() {
    passed += transfer / 2;
    ++transfers;
    return transfers >= fails_from && transfers < fails_from + failures;
  }
  CivilTime civil() {
    const CivilTime time =
        to_civil_time(WallTime{stands_at.value_or(passed) + kStart.time_since_epoch()} + ahead);
    passed += transfer - transfer / 2;
    return time;
  }
  Result<RtcReading, std::string> read() {
    if (fails()) return Unexpected{std::string{"stuck"}};
    ++reads;
    auto time = civil();
    if (reads >= minute_off_from && reads < minute_off_until) time.minute = time.minute == 0 ? 1 : 0;
    if (spikes-- > 0) return RtcReading{Unexpected{RtcFault::kNotBcd}, integrity, is_running};
    return RtcReading{time, integrity, is_running};
  }
  Result<std::optional<std::uint8_t>, std::string> read_second() {
    if (fails()) return Unexpected{std::string{"stuck"}};
    const std::uint8_t second = civil().second;
    if (garbled-- > 0) return std::optional<std::uint8_t>{};
    return std::optional{static_cast<std::uint8_t>((second + (jumps ? transfers * 7 : 0)) % 60)};
  }
  std::optional<std::string> prepare() {
    if (fails()) return "stuck";
    passed += 2ms;
    return std::nullopt;
  }
  // The second that is written begins `takes` after the call.
  std::optional<std::string> set(const CivilTime& time) {
    if (set_fails) return "stuck";
    ++sets;
    stands_at.reset();
    ahead = elapsed(kStart + passed + takes, *to_wall_time(time));
    passed += 1ms;
    return std::nullopt;
  }

  nanoseconds passed{};
  nanoseconds ahead = 300ms;
  nanoseconds transfer = 1ms;
  nanoseconds takes = 1ms;
  seconds local{};
  std::vector<nanoseconds> lates{};  // used from the back
  nanoseconds always_late{};
  nanoseconds late_after_set{};
  std::optional<nanoseconds> stands_at{};
  Integrity integrity = Integrity::kGood;
  bool is_running = true;
  bool set_fails = false;
  bool jumps = false;
  int spikes = 0;
  int garbled = 0;
  int fails_from = 0;
  int failures = 0;
  int transfers = 0;
  int reads = 0;
  int minute_off_from = 1000;  // number of the first such read
  int minute_off_until = 1000;
  int sleeps = 0;
  int leave_off_at = 0;
  int sets = 0;
  std::string kept{};
};

class RtcStepperTest : public testing::Test {
 protected:
  RtcEnd read(RtcStepper::Reading reading = {}) { return run(RtcStepper{reading}); }
  RtcEnd set(RtcStepper::Setting setting = kSetting) { return run(RtcStepper{setting}); }
  RtcEnd run(RtcStepper with) {
    stepper = with;
    is_done = run_rtc(stepper, host);
    return stepper.end();
  }
  void expect_right(nanoseconds at_most = 2ms) {
    const auto edge = stepper.edge(host.mono());
    ASSERT_TRUE(edge);
    EXPECT_LE(edge->bound.value, at_most);
    const nanoseconds shown = edge->second + (host.mono() - edge->at);
    const nanoseconds truth = kStart.time_since_epoch() + host.passed + host.ahead;
    EXPECT_LE(std::chrono::abs(shown - truth), edge->bound.value);
  }

  Host host;
  RtcStepper stepper{RtcStepper::Reading{}};
  bool is_done = false;
};

TEST_F(RtcStepperTest, FindsTheEdgeWithinItsBound) {
  for (nanoseconds phase = 0ms; phase < 1s; phase += 37ms) {
    host = Host{.ahead = phase};
    EXPECT_EQ(read(), RtcEnd::kFound);
    expect_right();
    EXPECT_LT(host.passed, 3s);
    EXPECT_LE(host.reads, 2) << "one before and one behind the quick looks";
  }
}

TEST_F(RtcStepperTest, FindsTheEdgeAcrossAMinuteAnHourAndAYear) {
  const auto to_the_year = seconds_since_epoch({.date = {2027, 1, 1}}) - kStart.time_since_epoch();
  host.ahead = to_the_year - 700ms;
  EXPECT_EQ(read(), RtcEnd::kFound);
  expect_right();
}

TEST_F(RtcStepperTest, ASlowBusBlursTheEdgeAndNoMore) {
  host.transfer = 40ms;
  EXPECT_EQ(read(), RtcEnd::kFound);
  expect_right(80ms);
  host = Host{.transfer = 2s};
  EXPECT_EQ(read(), RtcEnd::kNotFound);
  EXPECT_LE(host.passed, RtcStepper::kPatience + 2 * host.transfer);
}

TEST_F(RtcStepperTest, NoticesAChipThatStandsStill) {
  host.stands_at = 100ms;
  EXPECT_EQ(read(), RtcEnd::kStandsStill);
  EXPECT_LE(host.passed, 3s);
}

TEST_F(RtcStepperTest, NoticesAChipWhoseSecondsContradictEachOther) {
  host.jumps = true;
  EXPECT_EQ(read(), RtcEnd::kErratic);
}

TEST_F(RtcStepperTest, PassesOverReadsThatFailNowAndThen) {
  for (int from = 1; from < 60; ++from) {
    host = Host{.fails_from = from, .failures = RtcRetries::kMost - 1};
    EXPECT_EQ(read(), RtcEnd::kFound) << from;
    expect_right();
  }
}

TEST_F(RtcStepperTest, GivesUpAfterThreeReadsThatFailInARow) {
  for (const int from : {1, 2, 20}) {
    host = Host{.fails_from = from, .failures = 1000};
    EXPECT_EQ(read(), RtcEnd::kReadFailed);
    EXPECT_EQ(host.kept, "stuck");
    EXPECT_EQ(host.transfers, from + 2);
  }
}

TEST_F(RtcStepperTest, WaitsForASpikeToPassAndNoLonger) {
  host.spikes = 1;
  EXPECT_EQ(read(), RtcEnd::kFound);
  host = Host{.spikes = 1000};
  EXPECT_EQ(read(), RtcEnd::kNotATime);
  EXPECT_EQ(host.transfers, RtcStepper::kMostDoubtful);
  EXPECT_GE(host.passed, kRtcPause);
}

// The quick looks read only the seconds' register.
TEST_F(RtcStepperTest, BelievesNoSecondsThatTheWholeTimeContradicts) {
  host.minute_off_from = 2;
  EXPECT_EQ(read(), RtcEnd::kErratic);
  host = Host{.minute_off_from = 2, .minute_off_until = 3};
  EXPECT_EQ(read(), RtcEnd::kFound) << "a spike";
  EXPECT_EQ(host.reads, 3);
}

TEST_F(RtcStepperTest, PassesOverSecondsThatAreNone) {
  host.garbled = 5;
  EXPECT_EQ(read(), RtcEnd::kFound);
  expect_right();
  host = Host{.garbled = 1000};
  EXPECT_EQ(read(), RtcEnd::kNotATime);
}

TEST_F(RtcStepperTest, SeeksTheEdgeOfALostTimeOnlyWhereThatIsWanted) {
  host.integrity = Integrity::kLost;
  EXPECT_EQ(read(), RtcEnd::kLost);
  EXPECT_LT(host.passed, 50ms);
  EXPECT_EQ(read({.seeks_lost = true}), RtcEnd::kFound);
  expect_right();
}

TEST_F(RtcStepperTest, SaysThatTheChipWasToldToStandStill) {
  host.is_running = false;
  EXPECT_EQ(read(), RtcEnd::kStopped);
  EXPECT_FALSE(stepper.reading()->is_running);
}

TEST_F(RtcStepperTest, IsLeftOffWhereNobodyWaits) {
  host.leave_off_at = 3;
  read();
  EXPECT_FALSE(is_done);
}

TEST_F(RtcStepperTest, WritesAtTheInstantAndVerifies) {
  host.ahead = 1h + 123ms;
  EXPECT_EQ(set(), RtcEnd::kFound);
  EXPECT_LE(std::chrono::abs(host.ahead), 1ms);
  EXPECT_EQ(host.sets, 1);
  EXPECT_LE(std::chrono::abs(stepper.error() - host.ahead), stepper.edge(host.mono())->bound.value);
}

TEST_F(RtcStepperTest, WritesEarlierWhereTheChipTakesLonger) {
  for (const nanoseconds takes : {40ms, 508ms, -30ms}) {
    host = Host{.takes = takes};
    EXPECT_EQ(set(), RtcEnd::kFound);
    EXPECT_LE(std::chrono::abs(host.ahead), 2ms) << takes.count();
    EXPECT_LE(host.sets, RtcStepper::kMostSets);
    EXPECT_EQ(stepper.sets(), host.sets);
  }
}

TEST_F(RtcStepperTest, ALateThreadWritesNoTimeThatHasPassed) {
  host.lates = {700ms, 30ms, 5ms};
  EXPECT_EQ(set(), RtcEnd::kFound);
  EXPECT_EQ(host.sets, 1);
  EXPECT_LE(std::chrono::abs(host.ahead), 2ms);
}

// Returns when a prepared stepper writes, `into` a second.
nanoseconds planned(nanoseconds set_delay, nanoseconds into) {
  RtcStepper stepper{RtcStepper::Setting{.set_delay = set_delay, .latest = 1ms}};
  stepper.on_prepared();
  const RtcNow now{.mono = MonoTime{1000s + into}, .time = kStart + into};
  return stepper.next(now).at - MonoTime{1000s};
}

// Seven registers and two addresses make 10 bytes of nine bits: 0.9 ms at 100 kHz.
TEST_F(RtcStepperTest, BeginsAWriteAsMuchEarlierAsItTakesOnTheBus) {
  EXPECT_EQ(planned(900us, 200ms), 1s - 900us);
}

// The first tick comes 0.508 s after the start, so the second that is written began 0.492 s before it.
TEST_F(RtcStepperTest, BeginsAWriteLaterWhereTheFirstSecondIsShort) {
  EXPECT_EQ(planned(-491ms, 200ms), 491ms);
}

TEST_F(RtcStepperTest, NeverPlansAWriteAtShorterNotice) {
  EXPECT_EQ(planned(1ms, 1s - RtcStepper::kNotice - 1ms), 999ms);
  EXPECT_EQ(planned(1ms, 1s - RtcStepper::kNotice), 1999ms);
}

TEST_F(RtcStepperTest, AThreadThatIsAlwaysLateWritesNothing) {
  host.always_late = 2ms;
  EXPECT_EQ(set(), RtcEnd::kMissed);
  EXPECT_EQ(host.sets, 0);
}

TEST_F(RtcStepperTest, AMachineThatGrowsBusyLeavesItAtTheFirstSet) {
  host.takes = 40ms;
  host.late_after_set = 2ms;
  EXPECT_EQ(set(), RtcEnd::kFound);
  EXPECT_EQ(host.sets, 1);
  EXPECT_NEAR(static_cast<double>(stepper.error().count()), static_cast<double>(host.ahead.count()), 4e6);
}

// The first write is 80 ms late, and the second must not start earlier for it.
TEST_F(RtcStepperTest, AWriteThatWasLateDoesNotMakeTheNextOneEarly) {
  host.lates = {80ms};
  EXPECT_EQ(set({.set_delay = 1ms, .latest = 100ms}), RtcEnd::kFound);
  EXPECT_EQ(host.sets, 2);
  EXPECT_LE(std::chrono::abs(host.ahead), 2ms);
}

TEST_F(RtcStepperTest, AWriteThatNobodyWaitsForIsNotBegun) {
  host.leave_off_at = 1;
  set();
  EXPECT_FALSE(is_done);
  EXPECT_EQ(host.sets, 0);
}

TEST_F(RtcStepperTest, AChipThatCannotBePreparedIsNotWritten) {
  host.fails_from = 1;
  host.failures = 2;
  EXPECT_EQ(set(), RtcEnd::kFound);
  host = Host{.fails_from = 1, .failures = 3};
  EXPECT_EQ(set(), RtcEnd::kNotPrepared);
  EXPECT_EQ(host.sets, 0);
}

TEST_F(RtcStepperTest, ASetThatFailsIsNotRepeatedAtAnotherInstant) {
  host.set_fails = true;
  EXPECT_EQ(set(), RtcEnd::kSetFailed);
  EXPECT_EQ(host.kept, "stuck");
}

TEST_F(RtcStepperTest, AChipThatStaysLostBehindASetSaysSo) {
  host.integrity = Integrity::kLost;
  EXPECT_EQ(set(), RtcEnd::kLost);
  EXPECT_EQ(stepper.sets(), 1);
}

TEST_F(RtcStepperTest, SetsAChipThatKeepsLocalTime) {
  host.local = 3h;
  EXPECT_EQ(set(), RtcEnd::kFound);
  EXPECT_LE(std::chrono::abs(host.ahead - 3h), 1ms);
  EXPECT_LE(std::chrono::abs(stepper.error()), 2ms);
}

TEST(RtcRetriesTest, CountsFailuresInARow) {
  RtcRetries retries;
  EXPECT_EQ(retries.after_failure(MonoTime{5s}), MonoTime{5s} + kRtcPause);
  EXPECT_TRUE(retries.after_failure(MonoTime{6s}));
  retries.succeed();
  EXPECT_TRUE(retries.after_failure(MonoTime{7s}));
  EXPECT_TRUE(retries.after_failure(MonoTime{8s}));
  EXPECT_FALSE(retries.after_failure(MonoTime{9s}));
}

TEST(ImplausibleTimeTest, IsBeforeTheProgramWasMadeOrTwentyYearsLater) {
  const WallTime made = *to_wall_time({.date = {2026, 11, 18}});
  EXPECT_EQ(find_implausible(made - 1ns, made), ImplausibleTime::kTooEarly);
  EXPECT_FALSE(find_implausible(made, made));
  EXPECT_FALSE(find_implausible(*to_wall_time({.date = {2046, 11, 17}}), made));
  EXPECT_EQ(find_implausible(*to_wall_time({.date = {2046, 11, 20}}), made), ImplausibleTime::kTooLate);
  EXPECT_EQ(find_implausible(WallTime::min(), made), ImplausibleTime::kTooEarly);
  EXPECT_EQ(find_implausible(WallTime::max(), made), ImplausibleTime::kTooLate);
}

// A stepper that uses a chip's driver on a bus of 100 kHz.
struct ChipHost {
  RtcNow now() { return {mono(), kStart + (time.now - 1000s)}; }
  MonoTime mono() { return MonoTime{time.now}; }
  bool sleep_until(MonoTime until) {
    time.now = std::max(time.now, until.time_since_epoch());
    return true;
  }
  seconds shown(seconds second) const { return second; }
  void keep(BusError) {}
  auto read() { return chip->read(kNear); }
  auto read_second() { return chip->read_second(); }
  auto prepare() { return chip->prepare(); }
  auto set(const CivilTime& to) { return chip->set(to); }

  fakes::TrueTime& time;
  RtcChipHolder& chip;
};

class SteppedChip : public testing::TestWithParam<ChipModel> {};
INSTANTIATE_TEST_SUITE_P(Rtc, SteppedChip, testing::ValuesIn(kChipModels),
                         [](const auto& tested) { return std::string{to_string(tested.param)}; });

TEST_P(SteppedChip, IsSetAtOnceToWithinTwoMilliseconds) {
  fakes::TrueTime time{1000s};
  fakes::ModelBus bus{time};
  fakes::ModelChip model{GetParam(), {.date = {2025, 2, 28}}, time.now};
  bus.attach(default_address(GetParam()), model);
  RtcChipHolder chip{GetParam(), bus, default_address(GetParam())};
  ChipHost host{time, chip};
  RtcStepper stepper{RtcStepper::Setting{.set_delay = chip->set_delay(), .latest = 1ms}};
  EXPECT_TRUE(run_rtc(stepper, host));
  EXPECT_EQ(stepper.end(), RtcEnd::kFound);
  EXPECT_EQ(stepper.sets(), 1);
  const nanoseconds truth = kStart.time_since_epoch() + (time.now - 1000s);
  EXPECT_LE(std::chrono::abs(*model.time_shown(time.now) - truth), 2ms);
}

}  // namespace
}  // namespace isletime::rtc_stepper_test
