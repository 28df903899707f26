// SPDX-License-Identifier: MIT
// The bus transactions, byte for byte, as the datasheets require them.
#include "tests/drivers/chip_on_bus.hpp"

namespace isletime::rtc_transactions_test {
namespace {

class Transactions : public ChipOnBus {};

TEST_F(Transactions, Ds3231IsReadInOneAndSetInThree) {
  make(ChipModel::kDs3231);
  ASSERT_TRUE(chip().read(kTime.date));
  EXPECT_EQ(
      taken(),
      (Script{{0x68, {0x00}, {0x09, 0x05, 0x16, 0x07, 0x21, 0x11, 0x26, 0, 0, 0, 0, 0, 0, 0, 0x1c, 0x08}}}));
  ASSERT_TRUE(chip().read_second());
  EXPECT_EQ(taken(), (Script{{0x68, {0x00}, {0x09}}}));
  ASSERT_FALSE(chip().prepare());
  EXPECT_EQ(taken(), (Script{{0x68, {0x0e}, {0x1c}}, {0x68, {0x0f}, {0x08}}}));
  ASSERT_FALSE(chip().set(kTime));
  EXPECT_EQ(taken(), (Script{{0x68, {0x06, 0xff}, {}},
                             {0x68, {0x00, 0x09, 0x05, 0x16, 0x06, 0x21, 0x11, 0x26}, {}},
                             {0x68, {0x0f, 0x0b}, {}}}));
}

TEST_F(Transactions, Ds3231IsTrimmedAndAskedToConvert) {
  make(ChipModel::kDs3231);
  ASSERT_FALSE(chip().set_trim({5}));
  EXPECT_EQ(taken(),
            (Script{{0x68, {0x10, 0xfb}, {}}, {0x68, {0x0e}, {0x1c, 0x08}}, {0x68, {0x0e, 0x3c}, {}}}));
}

TEST_F(Transactions, Ds3231IsNotAskedToConvertWhileItDoes) {
  make(ChipModel::kDs3231);
  model_->poke(0x0f, 0x0c, time_.now);
  ASSERT_FALSE(chip().set_trim({-128 + 1}));
  EXPECT_EQ(taken(), (Script{{0x68, {0x10, 0x7f}, {}}, {0x68, {0x0e}, {0x1c, 0x0c}}}));
}

TEST_F(Transactions, Ds3231TellsItsTemperature) {
  make(ChipModel::kDs3231);
  model_->set_temperature({-10'250}, time_.now);
  time_.now += seconds{64};
  const auto temperature = chip().temperature();
  ASSERT_TRUE(temperature.has_value());
  EXPECT_EQ(*temperature, MilliCelsius{-10'250});
  EXPECT_EQ(taken(), (Script{{0x68, {0x11}, {0xf5, 0xc0}}}));
}

TEST_F(Transactions, Ds3231IsToldToRunOnItsBattery) {
  make(ChipModel::kDs3231);
  model_->poke(0x0e, 0x9c, time_.now);
  const auto report = chip().inspect();
  ASSERT_TRUE(report.has_value());
  ASSERT_EQ(report->findings().size(), 1U);
  EXPECT_EQ(report->findings()[0].fault, RegisterFault::kStopsOnBattery);
  EXPECT_EQ(taken(), (Script{{0x68, {0x0e}, {0x9c, 0x08, 0x00}}}));
  ASSERT_FALSE(chip().repair());
  EXPECT_EQ(taken(), (Script{{0x68, {0x0e}, {0x9c}}, {0x68, {0x0e, 0x1c}, {}}}));
}

TEST_F(Transactions, Ds1307IsStartedWithAVoidTimeAndSetInTwo) {
  make(ChipModel::kDs1307);
  model_->poke(0x00, 0x89, time_.now);
  ASSERT_FALSE(chip().prepare());
  EXPECT_EQ(taken(), (Script{{0x68, {0x00}, {0x89, 0x05, 0x16, 0x07, 0x21, 0x11, 0x26, 0x03}},
                             {0x68, {0x06, 0xff}, {}},
                             {0x68, {0x00, 0x09}, {}}}));
  ASSERT_FALSE(chip().set(kTime));
  EXPECT_EQ(taken(),
            (Script{{0x68, {0x06, 0xff}, {}}, {0x68, {0x00, 0x09, 0x05, 0x16, 0x06, 0x21, 0x11, 0x26}, {}}}));
}

TEST_F(Transactions, Ds1338HasItsFlagClearedLastAndItsOutputKept) {
  make(ChipModel::kDs1338);
  model_->poke(0x07, 0xb3, time_.now);
  ASSERT_FALSE(chip().prepare());
  taken();
  ASSERT_FALSE(chip().set(kTime));
  EXPECT_EQ(taken(), (Script{{0x68, {0x06, 0xff}, {}},
                             {0x68, {0x00, 0x09, 0x05, 0x16, 0x06, 0x21, 0x11, 0x26}, {}},
                             {0x68, {0x07, 0x93}, {}}}));
}

// The second before is written, because the first tick ends it.
TEST_F(Transactions, NxpsAreStoppedWrittenAndStarted) {
  struct Case {
    ChipModel model;
    std::uint8_t address;
    std::uint8_t seconds_at;
  };
  for (const auto& [model, address, seconds_at] : {Case{ChipModel::kPcf85063a, 0x51, 0x04},
                                                   {ChipModel::kPcf8523, 0x68, 0x03},
                                                   {ChipModel::kPcf8563, 0x51, 0x02}}) {
    fakes::ModelChip device{model, kTime, time_.now};
    fakes::ModelBus bus{time_};
    bus.attach(address, device);
    RtcChipHolder chip{model, bus, address};
    ASSERT_FALSE(chip->prepare());
    bus.forget_transactions();
    ASSERT_FALSE(chip->set(kTime));
    EXPECT_EQ(bus.transactions(),
              (Script{{address, {0x00, 0x20}, {}},
                      {address, {seconds_at, 0x08, 0x05, 0x16, 0x21, 0x06, 0x11, 0x26}, {}},
                      {address, {0x00, 0x00}, {}}}))
        << to_string(model);
  }
}

TEST_F(Transactions, Pcf8523IsToldToUseItsBattery) {
  make(ChipModel::kPcf8523);
  model_->poke(0x00, 0x40, time_.now);
  model_->poke(0x02, 0xe4, time_.now);
  const auto report = chip().inspect();
  ASSERT_TRUE(report.has_value());
  std::vector<RegisterFault> faults;
  for (const RegisterFinding& finding : report->findings()) faults.push_back(finding.fault);
  EXPECT_EQ(faults,
            (std::vector{RegisterFault::kTestMode, RegisterFault::kBackupOff, RegisterFault::kBatteryLow}));
  taken();
  ASSERT_FALSE(chip().repair());
  EXPECT_EQ(taken(),
            (Script{{0x68, {0x00}, {0x40, 0x00, 0xe4}}, {0x68, {0x00, 0x00}, {}}, {0x68, {0x02, 0x04}, {}}}));
}

TEST_F(Transactions, NxpsThatWereStoppedAreNotStartedByARepair) {
  make(ChipModel::kPcf85063a);
  model_->poke(0x00, 0xa0, time_.now);
  ASSERT_FALSE(chip().repair());
  EXPECT_EQ(model_->peek(0x00, time_.now), 0x20);
  const auto reading = chip().read(kTime.date);
  ASSERT_TRUE(reading.has_value());
  EXPECT_FALSE(may_be_believed(*reading));
}

TEST_F(Transactions, NxpsAreSetByTwentyFourHoursWhateverTheyCountedBy) {
  make(ChipModel::kPcf8523);
  model_->poke(0x00, 0x88, time_.now);  // 12-hour mode, 12.5 pF
  model_->poke(0x05, 0x24, time_.now);
  ASSERT_FALSE(chip().prepare());
  EXPECT_EQ(chip().read(kTime.date)->time->hour, 16);
  ASSERT_FALSE(chip().set(kTime));
  EXPECT_EQ(model_->peek(0x00, time_.now), 0x80) << "the load capacitance is the board's";
  EXPECT_EQ(model_->peek(0x05, time_.now), 0x16);
}

TEST_F(Transactions, Rv3028IsSetInFour) {
  make(ChipModel::kRv3028);
  model_->poke(0x10, 0x82, time_.now);  // 12-hour mode, time stamps on
  model_->poke(0x02, 0x24, time_.now);
  ASSERT_FALSE(chip().prepare());
  taken();
  ASSERT_FALSE(chip().set(kTime));
  EXPECT_EQ(taken(), (Script{{0x52, {0x06, 0xff}, {}},
                             {0x52, {0x10, 0x80}, {}},
                             {0x52, {0x00, 0x09, 0x05, 0x16, 0x06, 0x21, 0x11, 0x26}, {}},
                             {0x52, {0x0e, 0x7e}, {}}}));
}

TEST_F(Transactions, Rv3028RemembersItsTrimWithoutAnyPower) {
  make(ChipModel::kRv3028);
  ASSERT_FALSE(chip().set_trim({-7}));
  EXPECT_EQ(model_->peek(0x0f, time_.now), 0x00) << "the mirrors are refreshed again";
  model_->set_battery(false);
  model_->power_off(time_.now);
  model_->power_on(time_.now);
  EXPECT_EQ(*chip().trim(), TrimSteps{-7});
  EXPECT_EQ(model_->peek(0x37, time_.now), 0x9c) << "and how it switches over";
  EXPECT_EQ(model_->eeprom_writes(), 2);
}

// An EEPROM wears, so what is there already is not written.
TEST_F(Transactions, Rv3028sEepromIsNotWrittenAgain) {
  make(ChipModel::kRv3028);
  ASSERT_FALSE(chip().set_trim({-7}));
  const int writes = model_->eeprom_writes();
  ASSERT_FALSE(chip().set_trim({-7}));
  EXPECT_EQ(model_->eeprom_writes(), writes);
  model_->poke(0x36, 0x55, time_.now);  // the mirror alone was corrupted
  ASSERT_FALSE(chip().set_trim({-7}));
  EXPECT_EQ(model_->eeprom_writes(), writes);
  EXPECT_EQ(*chip().trim(), TrimSteps{-7});
}

// The mirrors are refreshed from the EEPROM each midnight.
TEST_F(Transactions, Rv3028KeepsItsTrimOverMidnight) {
  make(ChipModel::kRv3028);
  ASSERT_FALSE(chip().set_trim({42}));
  time_.now += seconds{86'400};
  EXPECT_EQ(*chip().trim(), TrimSteps{42});
  EXPECT_TRUE(chip().inspect()->findings().empty());
}

TEST_F(Transactions, Rv3028WhoseEepromKeepsNothingSaysSo) {
  make(ChipModel::kRv3028);
  model_->wear_out_eeprom();
  EXPECT_EQ(chip().set_trim({3}), BusError::kNotKept);
  EXPECT_EQ(*chip().trim(), TrimSteps{0}) << "the trim that stays is the one that lasts";
  EXPECT_EQ(model_->peek(0x37, time_.now), 0x1c) << "and it switches over again";
  EXPECT_EQ(model_->peek(0x0f, time_.now), 0x00);
}

// Wherever the bus fails, the chip switches over to its battery afterwards, unless the bus stays dead.
TEST_F(Transactions, Rv3028NeverStaysWithoutItsBatteryAfterAnEepromWrite) {
  for (std::size_t bytes = 0; bytes < 400; ++bytes) {
    fakes::ModelChip device{ChipModel::kRv3028, kTime, time_.now};
    fakes::ModelBus bus{time_};
    bus.attach(0x52, device);
    RtcChipHolder chip{ChipModel::kRv3028, bus, 0x52};
    bus.fail_after(bytes, BusError::kShort);
    const auto error = chip->set_trim({3});
    EXPECT_NE(device.peek(0x37, time_.now) & 0x0c, 0x00) << bytes;
    EXPECT_TRUE(error || *chip->trim() == TrimSteps{3}) << bytes;
  }
}

TEST_F(Transactions, Rv3028IsToldToUseItsBatteryForGood) {
  make(ChipModel::kRv3028);
  model_->poke(0x37, 0x00, time_.now);
  EXPECT_EQ(chip().inspect()->findings()[0].fault, RegisterFault::kBackupOff);
  ASSERT_FALSE(chip().repair());
  EXPECT_TRUE(chip().inspect()->findings().empty());
  model_->power_off(time_.now);
  time_.now += seconds{60};
  model_->power_on(time_.now);
  EXPECT_TRUE(may_be_believed(*chip().read(kTime.date)));
}

TEST_F(Transactions, EndWhereARv3028StaysBusy) {
  make(ChipModel::kRv3028);
  model_->poke(0x0e, 0x80, time_.now);
  EXPECT_EQ(chip().set_trim({3}), BusError::kFailed);
  EXPECT_EQ(model_->peek(0x0f, time_.now), 0x00) << "and is left as it was";
}

TEST_F(Transactions, UsersRegistersAreKept) {
  make(ChipModel::kDs1338);
  model_->poke(0x08, 0x42, time_.now);
  model_->poke(0x3f, 0x24, time_.now);
  ASSERT_FALSE(chip().set(kTime));
  ASSERT_FALSE(chip().repair());
  EXPECT_EQ(model_->peek(0x08, time_.now), 0x42);
  EXPECT_EQ(model_->peek(0x3f, time_.now), 0x24);
}

}  // namespace
}  // namespace isletime::rtc_transactions_test
