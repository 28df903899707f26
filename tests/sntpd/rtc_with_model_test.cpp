// SPDX-License-Identifier: MIT
// Runs sntpd with a chip over simulated days, and checks how well it then knows the time.
#include "tests/sntpd/rtc_with_model.hpp"

namespace isletime::sntpd::rtc_with_model_test {
namespace {

TEST_F(RtcWithModel, AMachineThatBootsInAnotherYearIsToldTheTime) {
  clocks.machine_ahead = -24h * 1000;
  work();
  ASSERT_TRUE(chip_time) << notes;
  EXPECT_TRUE(chip_time->is_heard);
  EXPECT_LE(magnitude(error_of_chip_time()), 2ms);
  EXPECT_EQ(view().chip, "ds3231");
  EXPECT_EQ(view().trouble, "");
}

TEST_F(RtcWithModel, EachModelIsFoundAndReadToTwoMilliseconds) {
  for (const ChipModel model : kChipModels) {
    plug(model, {});
    const bool is_told = model != ChipModel::kDs3232 && model != ChipModel::kDs1340;
    option.chip = is_told ? std::nullopt : std::optional{model};
    boot();
    chip_time.reset();
    work();
    ASSERT_TRUE(chip_time) << to_string(model) << ": " << notes;
    EXPECT_LE(magnitude(error_of_chip_time()), 2ms) << to_string(model);
  }
}

TEST_F(RtcWithModel, AnAddressThatHoldsTheBusHidesNoClockAtAnother) {
  bus.hold_at(0x51);
  work();
  ASSERT_TRUE(chip_time) << notes;
  EXPECT_EQ(view().chip, "ds3231");
  EXPECT_EQ(view().trouble, "");
}

TEST_F(RtcWithModel, AChipThatMayBeAnotherIsNotGuessed) {
  plug(ChipModel::kDs1340, {});
  boot();
  work();
  EXPECT_FALSE(chip_time);
  EXPECT_EQ(view().trouble, "its registers do not tell which clock it is at 0x68: say so, as in chip=ds3232");
}

TEST_F(RtcWithModel, AChipWhoseOscillatorStoppedIsNotBelieved) {
  chip->poke(0x0f, 0x80, time.now);
  work();
  EXPECT_FALSE(chip_time);
  EXPECT_EQ(view().trouble,
            "it lost its power since it was set: set it, and change its battery if that comes back");
  EXPECT_EQ(writes_begun, 0);
}

TEST_F(RtcWithModel, GarbageIsNotBelieved) {
  chip->poke(0x04, 0x50, time.now);
  chip->poke(0x05, 0x1f, time.now);
  work();
  EXPECT_FALSE(chip_time);
  EXPECT_NE(view().trouble, "");
}

TEST_F(RtcWithModel, ATimeBeforeThisProgramWasMadeIsNotBelieved) {
  chip->poke(0x06, 0x00, time.now);
  work();
  EXPECT_FALSE(chip_time);
  EXPECT_EQ(view().trouble.rfind("it reads 2000-", 0), 0U) << view().trouble;
}

TEST_F(RtcWithModel, AYearFarAheadIsNotBelieved) {
  chip->poke(0x06, 0x66, time.now);
  work();
  EXPECT_FALSE(chip_time);
  EXPECT_EQ(view().trouble.rfind("it reads 2066-", 0), 0U) << view().trouble;
}

TEST_F(RtcWithModel, AChipThatIsNotBelievedIsWrittenOnceSomebodyKnowsTheTime) {
  chip->poke(0x0f, 0x80, time.now);
  pass(10min);
  EXPECT_EQ(writes_begun, 0);
  is_verified = true;
  pass(10min);
  EXPECT_EQ(view().writes, 1U) << notes;
  EXPECT_LE(magnitude(chip_ahead()), 4ms);
  EXPECT_EQ(view().trouble, "");
  EXPECT_EQ(chip->peek(0x0f, time.now) & 0x80, 0);
}

// 1.5 ppm is 8 ms in an hour and a half.
TEST_F(RtcWithModel, AWriteComesOnlyWhenTheChipIsOffByMoreThanAWriteIsWorth) {
  is_verified = true;
  pass(1h);
  EXPECT_EQ(writes_begun, 0) << notes;
  pass(3h);
  EXPECT_GE(writes_begun, 1);
  pass(44h);
  EXPECT_LE(writes_begun, 48h / (8ms / 1.5e-6)) << notes;
  EXPECT_LE(magnitude(chip_ahead()), 20ms);
  EXPECT_EQ(view().writes, static_cast<std::uint64_t>(writes_begun));
}

// At 20 ppm it gains 72 ms an hour, which would be a write an hour.
TEST_F(RtcWithModel, ACrystalWhoseDriftIsLearnedIsNotWrittenForWeeks) {
  plug(ChipModel::kDs1307, {.error_ppb = 20'000});
  boot();
  is_verified = true;
  pass(72h);
  EXPECT_GE(writes_begun, 24) << "until it is learned";
  writes_begun = 0;
  pass(24h * 21);
  EXPECT_EQ(writes_begun, 0) << notes;
  EXPECT_GT(chip_ahead(), 30s);
  // The time that is told is as good as if it were written.
  is_verified = false;
  clocks.machine_ahead = -24h;
  time.now += 24h;
  chip_time.reset();
  boot();
  work();
  ASSERT_TRUE(chip_time);
  EXPECT_LE(magnitude(error_of_chip_time()), 100ms);
  EXPECT_LE(magnitude(error_of_chip_time()), chip_time->bound.value);
}

TEST_F(RtcWithModel, AChipThatSomebodySetIsWrittenThoughItsDriftIsLearned) {
  is_verified = true;
  pass(72h);
  writes_begun = 0;
  pass(24h);
  EXPECT_EQ(writes_begun, 0);
  chip->poke(0x01, 0x30, time.now);
  pass(2h);
  EXPECT_GE(writes_begun, 1);
  EXPECT_LE(magnitude(chip_ahead()), 20ms);
}

TEST_F(RtcWithModel, AClockThatMayNotBeSetIsNeverWritten) {
  may_write = false;
  boot();
  chip->poke(0x0f, 0x80, time.now);
  is_verified = true;
  const std::uint8_t flags = chip->peek(0x0f, time.now);
  pass(3h);
  EXPECT_EQ(writes_begun, 0);
  EXPECT_EQ(chip->peek(0x0f, time.now), flags);
}

TEST_F(RtcWithModel, TheMachinesClockMayBeSetWhileTheChipIsWritten) {
  clocks.machine_ahead = 2h;
  chip->poke(0x0f, 0x80, time.now);
  is_verified = true;
  const auto read = keeper->next_job(hub(), to_civil_time(kStart).date, clocks.mono());
  ASSERT_TRUE(read);
  keeper->take(do_rtc_job(*read, *device, clocks), hub(), clocks.mono());
  const auto write = keeper->next_job(hub(), to_civil_time(kStart).date, clocks.mono());
  ASSERT_TRUE(write);
  ASSERT_EQ(write->kind, RtcJob::Kind::kWrite);
  clocks.machine_ahead = 0s;
  do_rtc_job(*write, *device, clocks);
  EXPECT_LE(magnitude(chip_ahead()), 4ms);
}

TEST_F(RtcWithModel, WhenAllOthersAreGoneItTellsTheTimeWithABoundThatGrows) {
  may_write = false;  // the chip must drift
  boot();
  is_verified = true;
  pass(48h);
  is_verified = false;
  pass(10min);
  ASSERT_TRUE(chip_time && chip_time->is_heard) << notes;
  const Dispersion soon = chip_time->bound;
  EXPECT_LE(magnitude(error_of_chip_time()), soon.value);
  EXPECT_LT(soon.value, 50ms);
  pass(24h * 3);
  const Dispersion later = chip_time->bound;
  EXPECT_GT(later, soon);
  EXPECT_LE(magnitude(error_of_chip_time()), later.value);
  // The chip's own time is wrong by 0.6 s.
  EXPECT_LE(magnitude(error_of_chip_time()), 100ms);
  EXPECT_LT(later.value, 1s);
}

TEST_F(RtcWithModel, WhatItKnowsOfTheChipSurvivesThirtyDaysWithoutPower) {
  may_write = false;
  boot();
  is_verified = true;
  pass(72h);
  is_verified = false;
  time.now += 24h * 30;
  clocks.machine_ahead = -24h * 30;
  chip_time.reset();
  boot();
  work();
  ASSERT_TRUE(chip_time);
  EXPECT_GT(magnitude(chip_ahead()), 3s);
  EXPECT_LE(magnitude(error_of_chip_time()), chip_time->bound.value);
  EXPECT_LT(chip_time->bound.value, 10s);
}

// An NXP chip corrects by pulses: 43 steps of mode 0, which kernel drivers write, hold it up to 0.9 s off its
// pace, and those of mode 1 a PCF85063A 35 ms. An MCP7940x corrects 100 steps by 6 ms each minute.
TEST_F(RtcWithModel, NoClaimIsOffByThePulsesThatCorrectTheChip) {
  struct Case {
    ChipModel model;
    std::int64_t error_ppb;
    std::uint8_t at;
    std::uint8_t trim;
  };
  for (const auto& [model, error_ppb, at, trim] : {Case{ChipModel::kPcf85063a, 180'600, 0x02, 43},
                                                   {ChipModel::kPcf85063a, 180'600, 0x02, 0x80 | 43},
                                                   {ChipModel::kPcf8523, 180'600, 0x0e, 43},
                                                   {ChipModel::kPcf8523, 180'600, 0x0e, 0x80 | 43},
                                                   {ChipModel::kMcp7940x, 103'000, 0x08, 100}}) {
    plug(model, {.error_ppb = error_ppb});
    chip->poke(at, trim, time.now);
    keeper.reset();
    may_write = false;
    boot();
    is_verified = true;
    pass(48h);
    is_verified = false;
    for (int i = 0; i < 300; ++i) {
      chip_time.reset();
      pass(10min);
      ASSERT_TRUE(chip_time) << notes;
      EXPECT_LE(magnitude(error_of_chip_time()), chip_time->bound.value)
          << to_string(model) << int{trim} << i;
    }
  }
}

TEST_F(RtcWithModel, HowTemperatureChangesItIsLearned) {
  plug(ChipModel::kDs3231, {.error_ppb = 500, .ageing_ppb_per_year = 0, .parabola_ppb = -4});
  may_write = false;
  boot();
  is_verified = true;
  for (int hour = 0; hour < 24 * 14; ++hour) {
    const int kelvin = 10 + 2 * std::abs(hour % 24 - 12);  // between 10 and 34 degrees
    chip->set_temperature({kelvin * 1000}, time.now);
    pass(1h);
  }
  // The frequency is 0.5 ppm - 4 ppb/K^2 * (15 K)^2.
  chip->set_temperature({10'000}, time.now);
  pass(2h);
  ASSERT_TRUE(view().temperature && view().frequency);
  EXPECT_NEAR(view().temperature->value, 10, 0.5);
  EXPECT_NEAR(*view().frequency, -0.4e-6, 0.1e-6);
  chip->set_temperature({25'000}, time.now);
  pass(2h);
  EXPECT_NEAR(*view().frequency, 0.5e-6, 0.1e-6);
}

TEST_F(RtcWithModel, AChipThatDisappearsIsAskedForEverMoreSeldomAndFoundAgain) {
  work();
  bus.fail_always(BusError::kNoAcknowledge);
  pass(1h);
  const auto failures = view().failures;
  EXPECT_GE(failures, 5U);
  EXPECT_LE(failures, 20U);
  EXPECT_NE(view().trouble.find("is it connected"), std::string::npos) << view().trouble;
  EXPECT_TRUE(is_told("no chip answers"));
  bus.fail_always({});
  chip_time.reset();
  pass(20min);
  EXPECT_EQ(view().trouble, "");
  ASSERT_TRUE(chip_time);
  EXPECT_LE(magnitude(error_of_chip_time()), chip_time->bound.value);
}

TEST_F(RtcWithModel, ABusThatFailsNowAndThenIsNoTrouble) {
  for (std::size_t bytes = 0; bytes < 1500; bytes += 13) {
    boot();
    bus.fail_after(bytes, BusError::kNoAcknowledge);
    work();
    EXPECT_EQ(view().trouble, "") << bytes;
    EXPECT_EQ(view().failures, 0U) << bytes;
  }
}

TEST_F(RtcWithModel, AStuckBusSaysWhatToDo) {
  bus.fail_always(BusError::kStuck);
  pass(1min);
  EXPECT_EQ(view().trouble, "the bus is stuck: check its wiring, or take the power from the chips on it");
}

TEST_F(RtcWithModel, AnotherModelInItsPlaceIsLearnedAnew) {
  is_verified = true;
  pass(24h);
  bus.fail_always(BusError::kNoAcknowledge);
  pass(20min);
  plug(ChipModel::kPcf8523, {.error_ppb = 12'000});
  bus.fail_always({});
  pass(2h);
  EXPECT_EQ(view().chip, "pcf8523");
  EXPECT_EQ(keeper->saved()->chip, "pcf8523");
  EXPECT_EQ(view().trouble, "");
}

TEST_F(RtcWithModel, AnotherModelThanWasSaidIsNotSpokenTo) {
  option.chip = ChipModel::kPcf8523;
  boot();
  bus.forget_transactions();
  work();
  EXPECT_FALSE(chip_time);
  EXPECT_EQ(view().trouble, "what answers is a ds3231, and no pcf8523: say so by chip=");
  EXPECT_EQ(bus.bytes_written(), 0U);
}

// EOSC is set: the oscillator would stop when the chip switches to its battery.
TEST_F(RtcWithModel, AControlRegisterThatFlippedIsRepairedAndCounted) {
  chip->poke(0x0e, 0x9c, time.now);
  pass(2min);
  EXPECT_EQ(chip->peek(0x0e, time.now) & 0x80, 0);
  EXPECT_GE(view().repairs, 1U);
  EXPECT_TRUE(is_told("repaired"));
  const auto repairs = view().repairs;
  pass(1h);
  EXPECT_EQ(view().repairs, repairs);
}

// rtcset set the chip while sntpd was not running, so the saved drift no longer applies.
TEST_F(RtcWithModel, AChipThatSomebodySetSinceTheLastRunIsNotCorrectedByWhatWasSaved) {
  may_write = false;
  boot();
  is_verified = true;
  pass(24h);
  is_verified = false;
  const RtcKeeper::LastRun last_run{.time = WallTime{time.now}, .at = clocks.mono()};
  time.now += 1h;
  chip->poke(0x01, 0x30, time.now);
  ASSERT_GT(magnitude(chip_ahead()), 1min);
  chip_time.reset();
  boot(last_run);
  work();
  ASSERT_TRUE(chip_time);
  EXPECT_TRUE(is_told("somebody has set it"));
  EXPECT_GE(chip_time->bound, bound_of_uncompared(device->oscillator(), 0s));
}

// The chip was changed for one of the same model while the power was off.
TEST_F(RtcWithModel, AnotherChipOfTheSameModelIsNoticedAfterAReboot) {
  may_write = false;
  boot();
  is_verified = true;
  pass(24h);
  is_verified = false;
  plug(ChipModel::kDs3231, {.error_ppb = -4000});
  chip->poke(0x08, 0x42, time.now);  // alarm 1
  time.now += 24h * 30;
  chip_time.reset();
  boot();
  work();
  ASSERT_TRUE(chip_time);
  EXPECT_TRUE(is_told("another chip")) << notes;
  EXPECT_LE(magnitude(error_of_chip_time()), chip_time->bound.value);
}

// A write that the bus cuts short leaves the chip's stop flag set.
TEST_F(RtcWithModel, AWriteThatIsCutShortIsDoneAgainWithinMinutes) {
  chip->poke(0x0f, 0x80, time.now);
  is_verified = true;
  const auto read = keeper->next_job(hub(), to_civil_time(kStart).date, clocks.mono());
  keeper->take(do_rtc_job(*read, *device, clocks), hub(), clocks.mono());
  const auto write = keeper->next_job(hub(), to_civil_time(kStart).date, clocks.mono());
  ASSERT_EQ(write->kind, RtcJob::Kind::kWrite);
  bus.fail_after(12, BusError::kNoAcknowledge);
  const auto outcome = do_rtc_job(*write, *device, clocks);
  EXPECT_NE(outcome.failure, "");
  keeper->take(outcome, hub(), clocks.mono());
  EXPECT_EQ(view().writes, 0U);
  pass(15min);
  EXPECT_EQ(view().writes, 1U) << notes;
  EXPECT_LE(magnitude(chip_ahead()), 4ms);
}

// The chip's registers look valid, so only waiting shows that it does not tick.
TEST_F(RtcWithModel, AChipThatStandsStillTellsNoTime) {
  plug(ChipModel::kDs1307, {.error_ppb = -1'000'000'000});
  option.chip = ChipModel::kDs1307;
  boot();
  work();
  EXPECT_FALSE(chip_time);
  EXPECT_NE(view().trouble, "");
}

}  // namespace
}  // namespace isletime::sntpd::rtc_with_model_test
