// SPDX-License-Identifier: MIT
// The time that a battery clock tells after its device had no power: in the cold, with an oscillator as bad
// as its datasheet allows, trimmed, set by somebody else, or changed for another.
#include <array>
#include <cstdlib>
#include <ostream>
#include <string>

#include "tests/firmware_kit/rtc_device.hpp"

namespace isletime::firmware::rtc_after_power_off_test {
namespace {

constexpr std::int64_t kParabola = -35;  // ppb/K^2
constexpr MilliCelsius kRoom{25'000};
constexpr MilliCelsius kColdest{-10'000};
constexpr nanoseconds kWeek = 7 * 24h;

struct Kind {
  const char* name;
  ChipModel model;
  fakes::Oscillator in_the_room;
  fakes::Oscillator in_the_cold;
};

// By the datasheets: a DS3231 has 2 ppm from 0 to 40 C and 3.5 ppm below, a DS3231M 5 ppm; the others have a
// crystal of 20 ppm.
constexpr std::array kKinds{
    Kind{"Ds3231", ChipModel::kDs3231, {.error_ppb = 2'000}, {.error_ppb = -3'500}},
    Kind{"Ds3231m", ChipModel::kDs3231, {.error_ppb = 5'000}, {.error_ppb = -5'000}},
    Kind{"FastPcf85063a", ChipModel::kPcf85063a, {20'000, 0, kParabola}, {20'000, 0, kParabola}},
    Kind{"SlowPcf85063a", ChipModel::kPcf85063a, {-20'000, 0, kParabola}, {-20'000, 0, kParabola}},
    Kind{"AgeingPcf85063a", ChipModel::kPcf85063a, {20'000, -3'000, kParabola}, {20'000, -3'000, kParabola}},
    Kind{"Ds1307", ChipModel::kDs1307, {-20'000, 0, kParabola}, {-20'000, 0, kParabola}},
    Kind{"Ds1338", ChipModel::kDs1338, {20'000, 0, kParabola}, {20'000, 0, kParabola}},
};

void PrintTo(const Kind& kind, std::ostream* out) {
  *out << kind.name;
}

class EveryOscillator : public RtcDevice, public testing::WithParamInterface<Kind> {
 protected:
  // Returns the bound after so long in the cold, once the chip was compared for `compared` in the room.
  nanoseconds bound_after(nanoseconds compared, nanoseconds off, bool with_rate) {
    time_.now = {};
    bus_.detach(default_address(GetParam().model));
    attach(GetParam().model, GetParam().in_the_room);
    saved_.reset();
    boot({}, GetParam().model);
    verify();
    run(compared);
    if (!saved_) return {};
    if (!with_rate) saved_->rate.reset();
    chip_->set_oscillator(GetParam().in_the_cold, time_.now);
    chip_->set_temperature(kColdest, time_.now);
    lose_power_for(off);
    boot(saved_, GetParam().model);
    run(4s);
    return chip_time_ ? chip_time_->bound.value : nanoseconds{};
  }
};

TEST_P(EveryOscillator, IsWithinItsBoundInTheColdAndALearnedRateNeverWidensIt) {
  for (const nanoseconds off : {nanoseconds{1h}, nanoseconds{24h}, 4 * kWeek}) {
    const nanoseconds learned = bound_after(4h, off, true);
    ASSERT_TRUE(saved_ && saved_->rate);
    const nanoseconds unlearned = bound_after(4h, off, false);
    EXPECT_GT(learned, 0s);
    EXPECT_LE(learned, unlearned);
  }
}

TEST_P(EveryOscillator, IsNotKnownWorseByComparisonsWithAClockThatShowsOnlySeconds) {
  clock_bound_ = {1s};
  const nanoseconds learned = bound_after(2h, kWeek, true);
  const nanoseconds unlearned = bound_after(2h, kWeek, false);
  EXPECT_GT(learned, 0s);
  EXPECT_LE(learned, unlearned);
}

TEST_P(EveryOscillator, IsKnownNoBetterAfterFourYearsThanAfterTwo) {
  EXPECT_GE(bound_after(4h, 4 * 365 * 24h, true), bound_after(4h, 2 * 365 * 24h, true));
}

INSTANTIATE_TEST_SUITE_P(Rtc, EveryOscillator, testing::ValuesIn(kKinds),
                         [](const auto& tested) { return std::string{tested.param.name}; });

class AfterPowerOff : public RtcDevice {
 protected:
  // Compares a chip for so long, and saves what is worth it.
  void learn(ChipModel model, fakes::Oscillator oscillator, nanoseconds time) {
    attach(model, oscillator);
    boot();
    verify();
    run(time);
    ASSERT_TRUE(saved_);
  }
  void boot_offline() {
    boot(saved_);
    run(4s);
  }
  void compare_once_and_go_into_the_cold() {
    boot(saved_);
    run(1min);
    ASSERT_TRUE(saved_);
    chip_->set_temperature(kColdest, time_.now);
    lose_power_for(kWeek);
    boot_offline();
    EXPECT_EQ(chip_times_, 1);
  }
  void expect_no_more_than_of_a_chip_that_was_never_compared() {
    ASSERT_EQ(chip_times_, 1);
    EXPECT_GE(chip_time_->bound.value, 1min);
  }
};

TEST_F(AfterPowerOff, ACrystalThatWasLearnedWhileItsTemperatureSwungIsWithinItsBound) {
  attach(ChipModel::kPcf8563, {20'000, 0, kParabola});
  boot();
  verify();
  for (int hour = 0; hour < 48; ++hour) {
    chip_->set_temperature(hour % 4 < 2 ? kColdest : kRoom, time_.now);
    run(1h);
  }
  for (const MilliCelsius& temperature : {kColdest, kRoom}) {
    chip_->set_temperature(temperature, time_.now);
    lose_power_for(2 * kWeek);
    boot_offline();
    EXPECT_EQ(chip_times_, 1);
  }
}

TEST_F(AfterPowerOff, ARateThatWasLearnedIsSavedWithoutWaitingForTheNextComparisonThatIsDue) {
  learn(ChipModel::kDs3231, {.error_ppb = 1'500}, 3h);
  EXPECT_TRUE(saved_->rate);
}

TEST_F(AfterPowerOff, ATrimMakesAChipWorseThanItsCrystal) {
  attach(ChipModel::kPcf85063a, {});
  chip_->poke(0x02, 0x40, time_.now);  // -64 steps of 4.34 ppm, which make it run fast
  boot();
  verify();
  run(30s);
  ASSERT_TRUE(saved_);
  lose_power_for(kWeek);
  boot_offline();
  EXPECT_EQ(chip_times_, 1);
}

TEST_F(AfterPowerOff, AChipWhoseTrimIsAnotherIsTakenForAnotherChip) {
  learn(ChipModel::kPcf85063a, {}, 4h);
  chip_->poke(0x02, 0x40, time_.now);
  lose_power_for(kWeek);
  boot_offline();
  expect_no_more_than_of_a_chip_that_was_never_compared();
}

TEST_F(AfterPowerOff, AChipThatIsTrimmedWhileTheDeviceRunsIsLearnedAnew) {
  learn(ChipModel::kDs3231, {.error_ppb = 1'000}, 4h);
  chip_->poke(0x10, 0x81, time_.now);  // -127 steps of 0.1 ppm
  run(1h);
  is_verified_ = is_set_ = false;
  run(24h);
  lose_power_for(kWeek);
  boot_offline();
  EXPECT_EQ(chip_times_, 1);
}

TEST_F(AfterPowerOff, AChipThatHeldAnotherAlarmIsTakenForAnotherChip) {
  learn(ChipModel::kDs3231, {}, 10min);
  chip_->poke(0x08, 0x59, time_.now);
  lose_power_for(24h);
  boot_offline();
  expect_no_more_than_of_a_chip_that_was_never_compared();
}

// A chip out of the bag says that it has lost its time; it may run at any other rate.
TEST_F(AfterPowerOff, AChipThatWasLostDoesNotHaveTheRateOfTheOneBeforeIt) {
  learn(ChipModel::kPcf8563, {.error_ppb = 25'000}, 6h);
  bus_.detach(default_address(ChipModel::kPcf8563));
  attach(ChipModel::kPcf8563, {-25'000, 0, kParabola});
  chip_->poke(0x02, 0x80, time_.now);
  compare_once_and_go_into_the_cold();
}

TEST_F(AfterPowerOff, AChipThatIsNotWhereItWasPredictedDoesNotHaveTheRateOfTheOneBeforeIt) {
  learn(ChipModel::kPcf8563, {.error_ppb = 25'000}, 6h);
  bus_.detach(default_address(ChipModel::kPcf8563));
  time_.now += 1h;
  chip_.emplace(ChipModel::kPcf8563, to_civil_time(kStartTime + 8h), time_.now,
                fakes::Oscillator{-25'000, 0, kParabola});
  bus_.attach(default_address(ChipModel::kPcf8563), *chip_);
  compare_once_and_go_into_the_cold();
}

// Otherwise the record would vouch for what the chip showed before.
TEST_F(AfterPowerOff, WhatWasSavedDoesNotVouchForAChipThatSomebodyHasSetSince) {
  learn(ChipModel::kDs3231, {}, 10min);
  is_verified_ = false;
  run(20min);
  const std::uint8_t minutes = chip_->peek(0x01, time_.now);
  chip_->poke(0x01, static_cast<std::uint8_t>(minutes ^ 0x01), time_.now);
  run(20min);
  lose_power_for(1h);
  boot_offline();
  expect_no_more_than_of_a_chip_that_was_never_compared();
}

TEST_F(AfterPowerOff, WhatWasSavedDoesNotVouchForAChipThatWasLostSince) {
  learn(ChipModel::kDs3231, {}, 10min);
  chip_->set_battery(false);
  lose_power_for(1h);
  boot_offline();
  EXPECT_EQ(runner_->state(), RtcState::kLost);
  EXPECT_EQ(chip_times_, 0);
  // Another machine sets it to the minute.
  chip_.emplace(ChipModel::kDs3231, to_civil_time(kStartTime + time_.now + 20s), time_.now,
                fakes::Oscillator{});
  bus_.detach(default_address(ChipModel::kDs3231));
  bus_.attach(default_address(ChipModel::kDs3231), *chip_);
  lose_power_for(1h);
  boot_offline();
  expect_no_more_than_of_a_chip_that_was_never_compared();
}

// A verified source was off by most of a second, and is right an hour later.
TEST_F(AfterPowerOff, ACorrectionOfTheClockIsNotTakenForTheChipsRate) {
  attach(ChipModel::kDs3231, {.error_ppb = 1'000});
  clock_error_ = 400ms;
  boot();
  verify();
  run(3h);
  clock_error_ = {};
  run(1min);
  for (int hour = 0; hour < 3; ++hour) {
    run(1h);
    ASSERT_TRUE(saved_);
    if (!saved_->rate) continue;
    const Ppm error{std::abs(saved_->rate->rate.scaled - Ppm::whole(-1).scaled)};
    EXPECT_LE(error, saved_->rate->error);
  }
  lose_power_for(kWeek);
  boot_offline();
  EXPECT_EQ(chip_times_, 1);
}

// The source that it was written by is doubted before the chip has been read again.
TEST_F(AfterPowerOff, ATimeThatIsNoLongerVerifiedDoesNotVouchForTheChip) {
  attach(ChipModel::kDs3231, {});
  chip_->poke(0x0f, 0x80, time_.now);
  clock_error_ = 30s;
  boot();
  verify();
  while (bus_.bytes_written() < 8) run(10ms);
  run(50ms);
  is_verified_ = false;
  run(20min);
  EXPECT_EQ(chip_->peek(0x0f, time_.now) & 0x80, 0);
  lose_power_for(1h);
  boot_offline();
  expect_no_more_than_of_a_chip_that_was_never_compared();
}

TEST_F(AfterPowerOff, AWriteThatFailsAtAnyByteLeavesNoFalseBound) {
  for (std::size_t bytes = 0; bytes < 40; ++bytes) {
    bus_.detach(default_address(ChipModel::kDs3231));
    time_.now = {};
    saved_.reset();
    attach(ChipModel::kDs3231, {.error_ppb = 2'000});
    chip_->poke(0x00, 0x29, time_.now);  // 20 s fast: it must be written
    boot();
    verify();
    while (!saved_) run(20us);
    while (saved_) run(20us);  // until the write begins
    bus_.fail_after(bytes, BusError::kNoAcknowledge);
    run(1500ms);
    lose_power_for(10min);
    boot_offline();
    if (chip_times_ > 0) expect_no_more_than_of_a_chip_that_was_never_compared();
  }
}

// Its time would be another than what is stored says of it.
TEST_F(AfterPowerOff, AChipIsNotWrittenWhileWhatIsStoredOfItCannotBeTakenBack) {
  learn(ChipModel::kDs3231, {}, 10min);
  is_storage_broken_ = true;
  chip_->poke(0x00, 0x00, time_.now);
  run(3h);
  EXPECT_EQ(runner_->writes(), 0U);
  EXPECT_LE(attempts_to_save_, 200);
  is_storage_broken_ = false;
  run(1h);
  EXPECT_EQ(runner_->writes(), 1U);
}

TEST_F(AfterPowerOff, AChipOfADeviceThatCannotStoreAnythingIsWritten) {
  is_storage_broken_ = true;
  attach(ChipModel::kDs3231, {});
  chip_->poke(0x0f, 0x80, time_.now);
  boot();
  verify();
  run(1min);
  EXPECT_EQ(runner_->writes(), 1U);
}

// The best that is known of the chip is what it was compared with and how it has drifted since.
TEST_F(AfterPowerOff, AComparisonWithAWorseClockDoesNotWidenTheBound) {
  learn(ChipModel::kDs3231, {.error_ppb = 1'000}, 4h);
  clock_bound_ = {10s};
  clock_error_ = 8s;
  run(12h);
  clock_error_ = {};
  lose_power_for(1h);
  boot_offline();
  ASSERT_EQ(chip_times_, 1);
  EXPECT_LE(chip_time_->bound.value, 1s);
}

}  // namespace
}  // namespace isletime::firmware::rtc_after_power_off_test
