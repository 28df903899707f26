// SPDX-License-Identifier: MIT
// The chips of the table, by the bytes that their datasheets require.
#include "libsync/drivers/table_chip.hpp"

#include "libsync/drivers/chip_rows.hpp"
#include "libsync/drivers/chip_setting.hpp"
#include "tests/drivers/chip_on_bus.hpp"

namespace isletime::table_chip_test {
namespace {

class TableChipTest : public ChipOnBus {
 protected:
  Script set() {
    EXPECT_FALSE(chip().prepare());
    bus_.forget_transactions();
    EXPECT_FALSE(chip().set(kTime));
    return bus_.transactions();
  }
  std::vector<RegisterFault> faults() {
    std::vector<RegisterFault> found;
    const auto report = chip().inspect();
    EXPECT_TRUE(report);
    for (const RegisterFinding& finding : report->findings()) found.push_back(finding.fault);
    return found;
  }
};

TEST_F(TableChipTest, Ds1339KeepsItsAlarmFlagsAndClearsItsStopFlagLast) {
  make(ChipModel::kDs1339);
  EXPECT_EQ(set(), (Script{{0x68, {0x06, 0xff}, {}},
                           {0x68, {0x00, 0x09, 0x05, 0x16, 0x06, 0x21, 0x11, 0x26}, {}},
                           {0x68, {0x0f, 0x03}, {}}}));
}

TEST_F(TableChipTest, Ds1337ThatWasStoppedIsStartedBeforeItIsSet) {
  make(ChipModel::kDs1337);
  model_->poke(0x0e, 0x98, time_.now);
  model_->poke(0x0f, 0x80, time_.now);
  EXPECT_FALSE(chip().read(kTime.date)->is_running);
  EXPECT_EQ(faults(), (std::vector{RegisterFault::kStopped, RegisterFault::kPowerFailed}));
  ASSERT_FALSE(chip().repair());
  EXPECT_EQ(model_->peek(0x0e, time_.now), 0x98) << "a repair does not start it";
  set();
  EXPECT_EQ(model_->peek(0x0e, time_.now), 0x18);
  EXPECT_TRUE(may_be_believed(*chip().read(kTime.date)));
}

TEST_F(TableChipTest, Ds1340HasItsCenturyBesideItsHours) {
  make(ChipModel::kDs1340);
  model_->poke(0x02, 0xd6, time_.now);
  EXPECT_EQ(chip().read(kTime.date)->time->hour, 16);
  EXPECT_EQ(set(), (Script{{0x68, {0x06, 0xff}, {}},
                           {0x68, {0x00, 0x09, 0x05, 0x16, 0x06, 0x21, 0x11, 0x26}, {}},
                           {0x68, {0x09, 0x00}, {}}}));
}

// ST is clear while it is written; VBATEN and PWRFAIL stay.
TEST_F(TableChipTest, Mcp7940xIsStoppedWrittenAndStarted) {
  make(ChipModel::kMcp7940x);
  model_->poke(0x03, 0x1e, time_.now);
  EXPECT_EQ(set(), (Script{{0x6f, {0x00, 0x09}, {}},
                           {0x6f, {0x00, 0x09, 0x05, 0x16, 0x1e, 0x21, 0x11, 0x26}, {}},
                           {0x6f, {0x00, 0x89}, {}}}));
}

TEST_F(TableChipTest, Mcp7940xIsToldToUseItsBattery) {
  make(ChipModel::kMcp7940x);
  model_->poke(0x03, 0x06, time_.now);
  EXPECT_EQ(faults(), std::vector{RegisterFault::kBackupOff});
  ASSERT_FALSE(chip().repair());
  EXPECT_EQ(model_->peek(0x03, time_.now) & 0x0f, 0x0e);
  EXPECT_TRUE(faults().empty());
}

// DS20005010: "0x01: 2 clock cycles every minute", and bit 7 adds cycles to a slow clock.
TEST_F(TableChipTest, Mcp7940xIsTrimmedBySignAndMagnitude) {
  make(ChipModel::kMcp7940x);
  ASSERT_FALSE(chip().set_trim({5}));
  EXPECT_EQ(model_->peek(0x08, time_.now), 0x85);
  ASSERT_FALSE(chip().set_trim({-127}));
  EXPECT_EQ(model_->peek(0x08, time_.now), 0x7f);
  EXPECT_EQ(*chip().trim(), TrimSteps{-127});
  EXPECT_NEAR(static_cast<double>(chip().ripple()->value.count()), 127.0 * 2 / 32768 / 2 * 1e9, 1);
}

TEST_F(TableChipTest, Rv8803IsHeldInResetAndHasADayABit) {
  make(ChipModel::kRv8803);
  EXPECT_EQ(set(), (Script{{0x32, {0x0f, 0x01}, {}},
                           {0x32, {0x00, 0x09, 0x05, 0x16, 0x40, 0x21, 0x11, 0x26}, {}},
                           {0x32, {0x0f, 0x00}, {}},
                           {0x32, {0x0e, 0x3c}, {}}}));
}

// Its time is not latched, so that a reading may end in the next minute.
TEST_F(TableChipTest, Rv8803IsReadAgainAtTheEndOfAMinute) {
  make(ChipModel::kRv8803);
  model_->poke(0x00, 0x59, time_.now);
  bus_.forget_transactions();
  ASSERT_TRUE(chip().read(kTime.date));
  EXPECT_EQ(bus_.transactions().size(), 2U);
}

TEST_F(TableChipTest, Rv8803ThatWasNotCompensatedIsNotBelieved) {
  make(ChipModel::kRv8803);
  model_->poke(0x0e, 0x01, time_.now);  // V1F
  EXPECT_FALSE(may_be_believed(*chip().read(kTime.date)));
}

TEST_F(TableChipTest, Rv3032IsStoppedWrittenAndStartedFromRegister1On) {
  make(ChipModel::kRv3032);
  EXPECT_EQ(set(), (Script{{0x51, {0x11, 0x01}, {}},
                           {0x51, {0x01, 0x09, 0x05, 0x16, 0x06, 0x21, 0x11, 0x26}, {}},
                           {0x51, {0x11, 0x00}, {}},
                           {0x51, {0x0d, 0xfc}, {}}}));
}

TEST_F(TableChipTest, Rv3032TellsItsTemperature) {
  make(ChipModel::kRv3032);
  model_->set_temperature({-10'250}, time_.now);
  EXPECT_EQ(*chip().temperature(), MilliCelsius{-10'250});
  model_->set_temperature({25'125}, time_.now);
  EXPECT_EQ(*chip().temperature(), MilliCelsius{25'125});
}

// The two highest bits enable interrupts, and stay.
TEST_F(TableChipTest, Rv3032RemembersItsTrimWithoutAnyPower) {
  make(ChipModel::kRv3032);
  model_->poke(0xc1, 0xc0, time_.now);
  ASSERT_FALSE(chip().set_trim({-7}));
  EXPECT_EQ(model_->peek(0xc1, time_.now), 0xc7) << "positive slows, in the register";
  model_->set_battery(false);
  model_->power_off(time_.now);
  model_->power_on(time_.now);
  EXPECT_EQ(*chip().trim(), TrimSteps{-7});
  EXPECT_EQ(model_->peek(0xc0, time_.now), 0x20) << "and how it switches over";
}

// It is delivered with its switch-over off.
TEST_F(TableChipTest, Rv3032IsToldToUseItsBatteryForGood) {
  make(ChipModel::kRv3032);
  for (const std::uint8_t off : {std::uint8_t{0x00}, std::uint8_t{0x30}}) {
    model_->poke(0xc0, off, time_.now);
    EXPECT_EQ(faults(), std::vector{RegisterFault::kBackupOff});
    ASSERT_FALSE(chip().repair());
    EXPECT_TRUE(faults().empty());
  }
  time_.now += seconds{2 * 86'400};
  EXPECT_TRUE(faults().empty()) << "the mirrors were refreshed";
  EXPECT_EQ(model_->peek(0x10, time_.now), 0x00);
}

// Reading Control_2 would stop the watchdog.
TEST_F(TableChipTest, Pcf2127sControl2IsNeverRead) {
  make(ChipModel::kPcf2127);
  EXPECT_EQ(set(), (Script{{0x51, {0x00, 0x20}, {}},
                           {0x51, {0x03, 0x08, 0x05, 0x16, 0x21, 0x06, 0x11, 0x26}, {}},
                           {0x51, {0x00, 0x00}, {}}}));
  ASSERT_TRUE(chip().read(kTime.date) && chip().inspect() && !chip().repair());
  for (const Transaction& each : bus_.transactions()) {
    const unsigned first = each.written[0];
    EXPECT_FALSE(first <= 1 && first + each.read.size() > 1) << first;
  }
}

// The prescaler is cleared while it is stopped, and the hundredths with it.
TEST_F(TableChipTest, Pcf2131HasItsPrescalerClearedWhileItIsStopped) {
  make(ChipModel::kPcf2131);
  EXPECT_EQ(set(), (Script{{0x53, {0x00, 0x20}, {}},
                           {0x53, {0x05, 0xa4}, {}},
                           {0x53, {0x06, 0x00, 0x09, 0x05, 0x16, 0x21, 0x06, 0x11, 0x26}, {}},
                           {0x53, {0x00, 0x00}, {}}}));
}

TEST_F(TableChipTest, Pcf2131IsToldToUseItsBattery) {
  make(ChipModel::kPcf2131);
  model_->poke(0x02, 0xe4, time_.now);
  EXPECT_EQ(faults(), (std::vector{RegisterFault::kBackupOff, RegisterFault::kBatteryLow}));
  ASSERT_FALSE(chip().repair());
  EXPECT_EQ(faults(), std::vector{RegisterFault::kBatteryLow});
}

TEST_F(TableChipTest, ChipsThatCountByTwelveAreReadAndSetByTwentyFour) {
  for (const auto& [model, hours_at, control_at, bit] : {std::tuple{ChipModel::kDs1337, 2, 2, 0x40},
                                                         {ChipModel::kMcp7940x, 2, 2, 0x40},
                                                         {ChipModel::kPcf2127, 5, 0, 0x04},
                                                         {ChipModel::kPcf2131, 9, 0, 0x04}}) {
    fakes::ModelChip device{model, kTime, time_.now};
    fakes::ModelBus bus{time_};
    bus.attach(default_address(model), device);
    RtcChipHolder chip{model, bus, default_address(model)};
    const auto hours = static_cast<std::uint8_t>(hours_at);
    device.poke(static_cast<std::uint8_t>(control_at), static_cast<std::uint8_t>(bit), time_.now);
    device.poke(hours, static_cast<std::uint8_t>((control_at == 0 ? 0 : bit) | 0x24), time_.now);  // 4 PM
    ASSERT_TRUE(chip->read(kTime.date)->time) << to_string(model);
    EXPECT_EQ(chip->read(kTime.date)->time->hour, 16) << to_string(model);
    ASSERT_FALSE(chip->set(kTime));
    EXPECT_EQ(device.peek(hours, time_.now), 0x16) << to_string(model);
    EXPECT_EQ(chip->read(kTime.date)->time->hour, 16) << to_string(model);
  }
}

TEST_F(TableChipTest, Ds3232KeepsItsSettingsBesideItsFlags) {
  make(ChipModel::kDs3232);
  model_->poke(0x0f, 0xf8, time_.now);
  EXPECT_EQ(faults(), std::vector{RegisterFault::kPowerFailed});
  ASSERT_FALSE(chip().set(kTime));
  EXPECT_EQ(model_->peek(0x0f, time_.now), 0x78) << "the rate of its conversions, and its 32 kHz output";
}

TEST(ChipSettings, AWriteClearsReservedBitsAndKeepsFlags) {
  constexpr SettingField kField{ChipSetting::kLoad, 0x00, 0x01, 0x00, 0x01, 0x01, 0x00, 0xd8, 0x20};
  EXPECT_EQ(kField.with(0xdf, false), 0x26);
  EXPECT_EQ(kField.with(0x06, true), 0x27);
}

// All steps may come as one pulse, which is off by half of it either way.
TEST(ChipRipple, OfAnRv3032IsHalfOfItsSteps) {
  for (const int steps : {-4, 4})
    EXPECT_EQ(chip_row::ripple_rv3032({steps}).value, nanoseconds{seconds{4}} / 32768 / 2);
}

}  // namespace
}  // namespace isletime::table_chip_test
