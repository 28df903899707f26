// SPDX-License-Identifier: MIT
// The times that a device's battery clock tells, and what is written to it.
#include "firmware/kit/rtc_runner.hpp"

#include <string>

#include <gtest/gtest.h>

#include "tests/firmware_kit/rtc_device.hpp"

namespace isletime::firmware::rtc_runner_test {
namespace {

class Device : public RtcDevice, public testing::WithParamInterface<ChipModel> {};

TEST_P(Device, TellsTheTimeOfItsChipWithinFourSecondsOfItsStart) {
  attach(GetParam());
  boot();
  run(4s);
  EXPECT_EQ(runner_->state(), RtcState::kGood);
  EXPECT_EQ(runner_->model(), GetParam());
  ASSERT_EQ(chip_times_, 1);
  EXPECT_LE(std::max(chip_time_error_, -chip_time_error_), 2ms);
  // It was never compared.
  EXPECT_GE(chip_time_->bound.value, 1min);
}

TEST_P(Device, WritesAVerifiedTimeToAChipThatLostItsOwn) {
  attach(GetParam());
  chip_->set_battery(false);
  chip_->power_off(time_.now);
  time_.now += 1h;
  chip_->power_on(time_.now);
  boot();
  run(5s);
  EXPECT_EQ(chip_times_, 0);
  EXPECT_EQ(runner_->state(), RtcState::kLost);
  verify();
  run(15s);
  EXPECT_EQ(runner_->writes(), 1U);
  EXPECT_EQ(runner_->state(), RtcState::kGood);
  EXPECT_LE(std::max(chip_error(), -chip_error()), 3ms);
}

TEST_P(Device, KeepsTheBoundOfTheLastComparisonAcrossALossOfPower) {
  attach(GetParam(), {.error_ppb = 3'000});
  boot();
  verify();
  run(1min);
  ASSERT_TRUE(saved_);
  chip_->power_off(time_.now);
  time_.now += 10h;
  chip_->power_on(time_.now);
  is_set_ = is_verified_ = false;
  chip_times_ = 0;
  boot(saved_);
  run(4s);
  ASSERT_EQ(chip_times_, 1);
  EXPECT_LE(chip_time_->bound.value, 4s);
  EXPECT_GE(chip_time_->bound.value, 100ms);
}

INSTANTIATE_TEST_SUITE_P(EveryChip, Device,
                         testing::Values(ChipModel::kDs3231, ChipModel::kPcf85063a, ChipModel::kPcf8523,
                                         ChipModel::kPcf8563, ChipModel::kRv3028),
                         [](const auto& chip) { return std::string{to_string(chip.param)}; });

using OneChip = RtcDevice;

TEST_F(OneChip, IsNotWrittenWhileTheClockIsUnset) {
  attach(ChipModel::kPcf85063a);
  chip_->poke(0x04, 0x80, time_.now);
  boot();
  run(1h);
  EXPECT_EQ(runner_->state(), RtcState::kLost);
  EXPECT_EQ(chip_times_, 0);
  EXPECT_EQ(runner_->writes(), 0U);
  EXPECT_NE(chip_->peek(0x04, time_.now) & 0x80, 0);
}

TEST_F(OneChip, IsNotWrittenByAClockThatOnlyTheChipHasSet) {
  attach(ChipModel::kPcf85063a, {.error_ppb = 100'000});
  is_set_ = true;
  boot();
  run(24h);
  EXPECT_EQ(runner_->writes(), 0U);
  EXPECT_GT(chip_times_, 24 * 6);
}

TEST_F(OneChip, IsNotBelievedBeforeTheBuild) {
  attach(ChipModel::kDs3231);
  chip_->poke(0x06, 0x20, time_.now);
  boot();
  run(10s);
  EXPECT_EQ(runner_->state(), RtcState::kImplausible);
  EXPECT_EQ(chip_times_, 0);
  verify();
  run(10s);
  EXPECT_EQ(runner_->writes(), 1U);
}

TEST_F(OneChip, IsNotBelievedLongAfterAnyUse) {
  attach(ChipModel::kDs3231);
  chip_->poke(0x06, 0x50, time_.now);
  boot();
  run(10s);
  EXPECT_EQ(runner_->state(), RtcState::kImplausible);
  EXPECT_EQ(chip_times_, 0);
}

TEST_F(OneChip, IsNotBelievedOnThe50thDayOfAMonth) {
  attach(ChipModel::kDs3231);
  chip_->poke(0x04, 0x50, time_.now);
  boot();
  run(10s);
  EXPECT_EQ(runner_->state(), RtcState::kNotATime);
  EXPECT_EQ(chip_times_, 0);
}

TEST_F(OneChip, IsWrittenToTheMillisecondByADeviceWhoseTimerTicksOnceAMillisecond) {
  attach(ChipModel::kDs3231);
  chip_->poke(0x0f, 0x80, time_.now);
  timer_late_ = 999us;
  boot();
  verify();
  run(1min);
  EXPECT_EQ(runner_->writes(), 1U);
  EXPECT_LE(std::max(chip_error(), -chip_error()), 3ms);
}

TEST_F(OneChip, IsNotWrittenByADeviceThatIsAlwaysTooLate) {
  attach(ChipModel::kDs3231);
  chip_->poke(0x0f, 0x80, time_.now);
  timer_late_ = 30ms;
  boot();
  verify();
  run(1h);
  EXPECT_EQ(runner_->writes(), 0U);
}

TEST_F(OneChip, IsLeftAloneWhileItIsRight) {
  attach(ChipModel::kDs3231);
  boot();
  verify();
  run(24h);
  EXPECT_EQ(runner_->writes(), 0U);
}

TEST_F(OneChip, ThatDriftsIsNotWrittenAnyMoreOnceItsDriftIsStored) {
  attach(ChipModel::kPcf85063a, {.error_ppb = 50'000});
  boot();
  verify();
  run(72h);
  EXPECT_GE(runner_->writes(), 1U);
  EXPECT_LE(runner_->writes(), 3U);
  lose_power_for(24h);
  boot(saved_);
  run(10s);
  ASSERT_GT(chip_times_, 0);
  EXPECT_GE(chip_error(), 10s);
  // In the cold of a day without power, the chip may have been slower.
  EXPECT_LE(std::max(chip_time_error_, -chip_time_error_), 2s);
}

TEST_F(OneChip, ThatDriftsIsWrittenAtMostOnceAnHourByADeviceThatCannotStoreIt) {
  is_storage_broken_ = true;
  attach(ChipModel::kPcf85063a, {.error_ppb = 50'000});
  boot();
  verify();
  run(24h);
  EXPECT_GE(runner_->writes(), 10U);
  EXPECT_LE(runner_->writes(), 25U);
  EXPECT_LE(std::max(chip_error(), -chip_error()), 400ms);
}

TEST_F(OneChip, IsNotVouchedForByWhatWasSavedBeforeAWriteThatThePowerCut) {
  attach(ChipModel::kDs3231);
  boot();
  verify();
  run(1min);
  ASSERT_TRUE(saved_);
  chip_->poke(0x0f, 0x80, time_.now);
  // The next read finds the flag, and the write begins.
  for (int i = 0; i < 6000 && saved_; ++i) run(100ms);
  EXPECT_FALSE(saved_);
  run(10s);
  EXPECT_TRUE(saved_);
}

TEST_F(OneChip, OfAnotherModelIsNotTakenForTheOneThatWasSaved) {
  attach(ChipModel::kDs3231);
  boot(SavedRtc{.model = static_cast<std::uint8_t>(ChipModel::kPcf85063a),
                .compared = {.chip = kStartTime - 1h, .offset = {3s}, .bound = {1ms}},
                .lead = {}});
  run(4s);
  ASSERT_EQ(chip_times_, 1);
  EXPECT_GE(chip_time_->bound.value, 1min);
  EXPECT_LE(std::max(chip_time_error_, -chip_time_error_), 2ms);
}

TEST_F(OneChip, ThatSomebodySetsWhileTheDeviceRunsLosesItsNarrowBound) {
  attach(ChipModel::kDs3231);
  boot();
  verify();
  run(1min);
  is_verified_ = false;
  run(20min);
  ASSERT_GT(chip_times_, 0);
  EXPECT_LE(chip_time_->bound.value, 50ms);
  const std::uint8_t minutes = chip_->peek(0x01, time_.now);
  chip_->poke(0x01, static_cast<std::uint8_t>(minutes ^ 0x01), time_.now);
  run(20min);
  EXPECT_GE(chip_time_->bound.value, 1min);
}

TEST_F(OneChip, IsFoundAgainAfterItsBusWasStuck) {
  attach(ChipModel::kDs3231);
  bus_.fail_always(BusError::kStuck);
  boot();
  run(1min);
  EXPECT_EQ(runner_->state(), RtcState::kBusFailed);
  EXPECT_EQ(chip_times_, 0);
  bus_.fail_always({});
  run(3min);
  EXPECT_EQ(runner_->state(), RtcState::kGood);
  EXPECT_GE(chip_times_, 1);
}

TEST_F(OneChip, ThatDoesNotAnswerIsAbsentAndAskedLessAndLessOften) {
  boot();
  run(1min);
  EXPECT_EQ(runner_->state(), RtcState::kAbsent);
  const unsigned failures = runner_->failures();
  run(24h);
  EXPECT_LE(runner_->failures() - failures, 24U * 4);
}

TEST_F(OneChip, SurvivesTransfersThatFailAtEveryByte) {
  attach(ChipModel::kDs3231);
  boot();
  verify();
  chip_->poke(0x0f, 0x80, time_.now);
  for (std::size_t bytes = 0; bytes < 200; ++bytes) {
    bus_.fail_after(bytes, BusError::kNoAcknowledge);
    run(7s);
    if (bytes % 20 == 0) chip_->poke(0x0f, 0x80, time_.now);
  }
  run(2h);
  EXPECT_EQ(runner_->state(), RtcState::kGood);
  EXPECT_LE(std::max(chip_error(), -chip_error()), 5ms);
}

TEST_F(OneChip, HasItsControlRegistersRepaired) {
  attach(ChipModel::kDs3231);
  chip_->poke(0x0e, 0x9c, time_.now);  // EOSC: it would stop on battery
  boot();
  run(1min);
  EXPECT_EQ(runner_->repairs(), 1U);
  EXPECT_EQ(chip_->peek(0x0e, time_.now) & 0x80, 0);
}

TEST_F(OneChip, IsNotWrittenOnceTheClockHasLostItsVerifiedTime) {
  attach(ChipModel::kDs3231);
  chip_->poke(0x0f, 0x80, time_.now);
  boot();
  run(4s);
  verify();
  run(2ms);
  is_verified_ = false;
  run(1h);
  EXPECT_EQ(runner_->writes(), 0U);
  EXPECT_NE(chip_->peek(0x0f, time_.now) & 0x80, 0);
}

TEST(RtcRunner, ReportsThatThereIsNoBus) {
  fakes::TrueTime time;
  passing = &time;
  RtcRunner runner{{.bus = nullptr, .uptime = &time_passed, .built = kBuilt}, {}};
  runner.poll({});
  EXPECT_EQ(runner.state(), RtcState::kNone);
  EXPECT_GT(runner.next_wakeup(), time_passed());
}

}  // namespace
}  // namespace isletime::firmware::rtc_runner_test
