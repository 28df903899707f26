// SPDX-License-Identifier: MIT
// Every driver against every chip: setting is accurate to a millisecond, and a write that is interrupted
// anywhere never leaves half of a time that looks valid.
#include <algorithm>
#include <array>
#include <cstdlib>
#include <string>

#include <gtest/gtest.h>

#include "libsync/drivers/rtc_chips.hpp"
#include "tests/fakes/rtc_model.hpp"

namespace isletime::rtc_set_test {
namespace {

constexpr CivilDate kNear{2026, 11, 21};
constexpr CivilTime kOld{
    .date = {2025, 2, 28}, .hour = 23, .minute = 59, .second = 30, .nanosecond = 250'000'000};
constexpr CivilTime kNew{.date = {2026, 11, 21}, .hour = 16, .minute = 0, .second = 0, .nanosecond = 0};

class EveryChip : public testing::TestWithParam<ChipModel> {
 protected:
  EveryChip() { bus_.attach(default_address(GetParam()), model_); }

  // Returns how far the chip is from the time that was set, which was due at `begin`.
  nanoseconds error(nanoseconds begin) {
    const auto shown = model_.time_shown(time_.now);
    return *shown - nanoseconds{seconds_since_epoch(kNew)} - (time_.now - begin);
  }

  // Waits for 1 s, so that the first tick of NXP's chips has come.
  RtcReading reading_after_a_second() {
    time_.now += seconds{1};
    const auto reading = chip_->read(kNear);
    EXPECT_TRUE(reading.has_value());
    return *reading;
  }

  fakes::TrueTime time_{seconds{1000}};
  fakes::ModelBus bus_{time_};
  fakes::ModelChip model_{GetParam(), kOld, time_.now};
  RtcChipHolder chip_{GetParam(), bus_, default_address(GetParam())};
};

INSTANTIATE_TEST_SUITE_P(Rtc, EveryChip, testing::ValuesIn(kChipModels),
                         [](const auto& tested) { return std::string{to_string(tested.param)}; });

class EveryChipWithATrim : public EveryChip {};

INSTANTIATE_TEST_SUITE_P(Rtc, EveryChipWithATrim, testing::ValuesIn(fakes::kChipsWithATrim),
                         [](const auto& tested) { return std::string{to_string(tested.param)}; });

TEST_P(EveryChip, TellsItsTimeAndThatItMayBeBelieved) {
  const auto reading = chip_->read(kNear);
  ASSERT_TRUE(reading.has_value());
  ASSERT_TRUE(reading->time.has_value());
  EXPECT_EQ(reading->time->date, kOld.date);
  EXPECT_EQ(reading->time->second, 30);
  EXPECT_TRUE(may_be_believed(*reading));
}

TEST_P(EveryChip, ReadsTheSecondAlone) {
  const auto second = chip_->read_second();
  ASSERT_TRUE(second.has_value());
  EXPECT_EQ(*second, 30);
}

TEST_P(EveryChip, RollsOverIntoMarch) {
  time_.now += seconds{30};
  const auto reading = chip_->read(kNear);
  ASSERT_TRUE(reading && reading->time);
  EXPECT_EQ(*reading->time,
            (CivilTime{.date = {2025, 3, 1}, .hour = 0, .minute = 0, .second = 0, .nanosecond = 0}));
}

TEST_P(EveryChip, BeginsTheSecondThatIsSetWhenItsDelayIsOver) {
  ASSERT_FALSE(chip_->prepare());
  const nanoseconds begin = time_.now + chip_->set_delay();
  ASSERT_FALSE(chip_->set(kNew));
  const RtcReading reading = reading_after_a_second();
  EXPECT_TRUE(may_be_believed(reading));
  EXPECT_LT(std::abs(error(begin).count()), 200'000) << "of NXP's first tick, 122 us are uncertain";
}

TEST_P(EveryChip, IsSetAfterItsPowerWasLost) {
  model_.set_battery(false);
  model_.power_off(time_.now);
  model_.power_on(time_.now);
  const auto lost = chip_->read(kNear);
  ASSERT_TRUE(lost.has_value());
  EXPECT_FALSE(may_be_believed(*lost));
  EXPECT_EQ(lost->integrity, Integrity::kLost);
  ASSERT_FALSE(chip_->prepare());
  EXPECT_FALSE(may_be_believed(*chip_->read(kNear))) << "prepared is not set";
  const nanoseconds begin = time_.now + chip_->set_delay();
  ASSERT_FALSE(chip_->set(kNew));
  EXPECT_TRUE(may_be_believed(reading_after_a_second()));
  EXPECT_LT(std::abs(error(begin).count()), 200'000);
}

TEST_P(EveryChip, GoesOnWithABatteryWhileThePowerIsOff) {
  model_.power_off(time_.now);
  time_.now += seconds{86'400};
  model_.power_on(time_.now);
  const auto reading = chip_->read(kNear);
  ASSERT_TRUE(reading.has_value());
  EXPECT_TRUE(may_be_believed(*reading));
  EXPECT_EQ(reading->time->date, (CivilDate{2025, 3, 1}));
}

TEST_P(EveryChip, IsRightIfSetWithoutBeingPrepared) {
  ASSERT_FALSE(chip_->set(kNew));
  EXPECT_TRUE(may_be_believed(reading_after_a_second()));
}

// The write is cut after each byte in turn: a later reading must give the old time, the new time, or none
// that may be believed.
TEST_P(EveryChip, NeverPassesForGoodWithHalfOfATime) {
  constexpr std::array kStarts{true, false};
  for (const bool was_good : kStarts) {
    int completed = 0;
    for (std::size_t bytes = 0; completed == 0; ++bytes) {
      ASSERT_LT(bytes, 200U);
      fakes::TrueTime time{seconds{1000}};
      fakes::ModelBus bus{time};
      fakes::ModelChip model{GetParam(), kOld, time.now};
      bus.attach(default_address(GetParam()), model);
      if (!was_good) {
        model.set_battery(false);
        model.power_off(time.now);
        model.power_on(time.now);
      }
      RtcChipHolder chip{GetParam(), bus, default_address(GetParam())};
      ASSERT_FALSE(chip->prepare());
      bus.fail_after(bytes, BusError::kNoAcknowledge);
      const auto error = chip->set(kNew);
      if (!error) ++completed;
      // A later program may take these steps before it believes a reading.
      RtcChipHolder later{GetParam(), bus, default_address(GetParam())};
      bus.fail_after(10'000, BusError::kNoAcknowledge);
      ASSERT_FALSE(later->repair());
      time.now += seconds{1};
      const auto reading = later->read(kNear);
      ASSERT_TRUE(reading.has_value());
      if (!may_be_believed(*reading)) {
        EXPECT_TRUE(error) << "a set that succeeds is believed";
        continue;
      }
      const seconds shown = seconds_since_epoch(*reading->time);
      const bool is_old = was_good && shown - seconds_since_epoch(kOld) <= seconds{2};
      const bool is_new =
          shown >= seconds_since_epoch(kNew) && shown <= seconds_since_epoch(kNew) + seconds{2};
      EXPECT_TRUE(is_old || is_new) << "after " << bytes << " bytes, was good: " << was_good;
    }
  }
}

TEST_P(EveryChip, SaysWhichErrorTheBusHad) {
  for (const BusError error :
       {BusError::kNoAcknowledge, BusError::kStuck, BusError::kShort, BusError::kClaimed}) {
    bus_.fail_always(error);
    EXPECT_EQ(chip_->read(kNear).error(), error);
    EXPECT_EQ(chip_->read_second().error(), error);
    EXPECT_EQ(chip_->prepare(), error);
    EXPECT_EQ(chip_->set(kNew), error);
    EXPECT_EQ(chip_->inspect().error(), error);
  }
}

TEST_P(EveryChip, TellsNothingFromAReadThatWasCutShort) {
  for (std::size_t bytes = 0; bytes < 10; ++bytes) {
    bus_.fail_after(bytes, BusError::kShort);
    const auto reading = chip_->read(kNear);
    ASSERT_FALSE(reading.has_value()) << bytes;
    EXPECT_EQ(reading.error(), BusError::kShort);
  }
}

TEST_P(EveryChip, WritesNothingWhereItReadsOrInspects) {
  ASSERT_TRUE(chip_->read(kNear) && chip_->read_second() && chip_->inspect() && chip_->temperature());
  if (chip_->trim_range()) {
    ASSERT_TRUE(chip_->trim());
  }
  EXPECT_EQ(bus_.bytes_written(), 0U);
}

TEST_P(EveryChip, RepairsNothingWhereNothingIsWrong) {
  ASSERT_FALSE(chip_->repair());
  EXPECT_EQ(bus_.bytes_written(), 0U);
  const auto report = chip_->inspect();
  ASSERT_TRUE(report.has_value());
  EXPECT_TRUE(report->findings().empty());
  EXPECT_FALSE(report->registers().empty());
}

TEST_P(EveryChip, IsWrittenWithZerosWhereTheDatasheetReservesBits) {
  ASSERT_FALSE(chip_->repair());
  ASSERT_FALSE(chip_->set(kNew));
  if (const auto range = chip_->trim_range()) {
    ASSERT_FALSE(chip_->set_trim(range->most));
  }
  EXPECT_EQ(model_.reserved_bits_written(), 0);
}

TEST_P(EveryChip, LeavesTheFlagOfALostTimeToASet) {
  model_.set_battery(false);
  model_.power_off(time_.now);
  model_.power_on(time_.now);
  ASSERT_FALSE(chip_->repair());
  const auto reading = chip_->read(kNear);
  ASSERT_TRUE(reading.has_value());
  EXPECT_EQ(reading->integrity, Integrity::kLost);
}

TEST_P(EveryChip, KeepsTheCenturyNear) {
  ASSERT_FALSE(chip_->prepare());
  ASSERT_FALSE(chip_->set({.date = {2100, 3, 1}, .hour = 12, .minute = 0, .second = 0, .nanosecond = 0}));
  time_.now += seconds{1};
  const auto reading = chip_->read({2099, 12, 31});
  ASSERT_TRUE(reading && reading->time);
  EXPECT_EQ(reading->time->date, (CivilDate{2100, 3, 1}));
}

TEST_P(EveryChip, TrimsToBothEndsOfItsRange) {
  const auto range = chip_->trim_range();
  const auto& trimmed = fakes::kChipsWithATrim;
  EXPECT_EQ(range.has_value(), std::find(trimmed.begin(), trimmed.end(), GetParam()) != trimmed.end());
  if (!range) {
    EXPECT_EQ(chip_->set_trim({1}), BusError::kFailed);
    EXPECT_FALSE(chip_->trim().has_value());
    return;
  }
  for (const TrimSteps trim : {range->least, TrimSteps{-1}, TrimSteps{0}, TrimSteps{1}, range->most}) {
    ASSERT_FALSE(chip_->set_trim(trim));
    const auto read = chip_->trim();
    ASSERT_TRUE(read.has_value());
    EXPECT_EQ(*read, trim);
  }
  bus_.forget_transactions();
  EXPECT_EQ(chip_->set_trim({range->most.value + 1}), BusError::kFailed);
  EXPECT_EQ(chip_->set_trim({range->least.value - 1}), BusError::kFailed);
  EXPECT_TRUE(bus_.transactions().empty());
}

// 10 ppm and more make at least a second in a day. The sign is that of the chip's rate, not of its register.
TEST_P(EveryChipWithATrim, RunsFasterByItsStepsWhenTrimmedUp) {
  const auto range = chip_->trim_range();
  ASSERT_FALSE(chip_->set_trim({10}));
  const nanoseconds before = *model_.time_shown(time_.now);
  const nanoseconds began = time_.now;
  // A step of an RV-3032 is 238.419 parts in 10^9.
  const double rounding = GetParam() == ChipModel::kRv3032 ? 0.419 * 10 * 15 * 7200 : 0;
  constexpr int kTime = 15 * 7200;  // whole intervals of the pulses that correct an NXP chip
  time_.now += seconds{kTime};
  const nanoseconds gained = *model_.time_shown(time_.now) - before - (time_.now - began);
  const nanoseconds expected{std::int64_t{range->step_ppb} * 10 * kTime};
  EXPECT_NEAR(static_cast<double>(gained.count()), static_cast<double>(expected.count()),
              static_cast<double>(expected.count()) / 1000 + rounding);
}

}  // namespace
}  // namespace isletime::rtc_set_test
