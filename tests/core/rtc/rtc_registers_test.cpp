// SPDX-License-Identifier: MIT
// Register images byte by byte, from the datasheets' tables. All hold 2026-11-21T16:05:09, a Saturday.
#include <array>
#include <vector>

#include <gtest/gtest.h>

#include "libsync/core/rtc/ds1307.hpp"
#include "libsync/core/rtc/ds3231.hpp"
#include "libsync/core/rtc/pcf85063a.hpp"
#include "libsync/core/rtc/pcf8523.hpp"
#include "libsync/core/rtc/pcf8563.hpp"
#include "libsync/core/rtc/rv3028.hpp"

namespace isletime::rtc_registers_test {
namespace {

using Registers = std::vector<std::uint8_t>;
template <std::size_t Size>
Registers registers(const std::array<std::uint8_t, Size>& bytes) {
  return {bytes.begin(), bytes.end()};
}

constexpr CivilDate kNear{2026, 1, 1};
constexpr CivilTime kTime{.date = {2026, 11, 21}, .hour = 16, .minute = 5, .second = 9, .nanosecond = 0};
constexpr CivilTime k2100{.date = {2100, 11, 21}, .hour = 16, .minute = 5, .second = 9, .nanosecond = 0};

const Registers kDs3231{0x09, 0x05, 0x16, 0x06, 0x21, 0x11, 0x26, 0, 0, 0, 0, 0, 0, 0, 0x1c, 0x08};
const Registers kDs1307{0x09, 0x05, 0x16, 0x06, 0x21, 0x11, 0x26, 0x03};
const Registers kPcf85063a{0x00, 0x00, 0x00, 0x00, 0x09, 0x05, 0x16, 0x21, 0x06, 0x11, 0x26};
const Registers kPcf8523{0x00, 0x00, 0x00, 0x09, 0x05, 0x16, 0x21, 0x06, 0x11, 0x26};
const Registers kPcf8563{0x00, 0x00, 0x09, 0x85, 0xd6, 0xe1, 0xfe, 0x71, 0x26};  // with its unused bits set
const Registers kRv3028{0x09, 0x05, 0x16, 0x06, 0x21, 0x11, 0x26, 0, 0, 0, 0, 0, 0, 0, 0x00, 0x00, 0x00};

Registers with(Registers image, std::size_t at, std::uint8_t value) {
  image[at] = value;
  return image;
}

void expect_time(const RtcReading& reading, const CivilTime& time = kTime) {
  ASSERT_TRUE(reading.time.has_value());
  EXPECT_EQ(*reading.time, time);
}

TEST(Ds3231, HoldsTheTimeFromItsFirstRegisterOn) {
  expect_time(ds3231::decode(kDs3231, kNear));
  EXPECT_TRUE(may_be_believed(ds3231::decode(kDs3231, kNear)));
  EXPECT_EQ(registers(ds3231::encode(kTime)), Registers(kDs3231.begin(), kDs3231.begin() + 7));
}

TEST(Ds3231, CountsByTwelveHoursWhereBit6SaysSo) {
  expect_time(ds3231::decode(with(kDs3231, 2, 0x64), kNear));  // 4 PM
  EXPECT_EQ(ds3231::decode(with(kDs3231, 2, 0x52), kNear).time->hour, 0);
  EXPECT_EQ(ds3231::decode(with(kDs3231, 2, 0x72), kNear).time->hour, 12);
}

TEST(Ds3231, SaysThatItsOscillatorStoppedBesideTheTime) {
  const auto reading = ds3231::decode(with(kDs3231, 0x0f, 0x88), kNear);
  EXPECT_EQ(reading.integrity, Integrity::kLost);
  expect_time(reading);
}

TEST(Ds3231, SetsItsCenturyBitAndDoesNotTrustIt) {
  EXPECT_EQ(ds3231::encode(k2100)[5], 0x91);
  EXPECT_EQ(ds3231::encode(kTime)[5], 0x11);
  expect_time(ds3231::decode(with(kDs3231, 5, 0x91), kNear));
}

TEST(Ds3231, IgnoresItsWeekday) {
  expect_time(ds3231::decode(with(kDs3231, 3, 0x02), kNear));
}

TEST(Ds3231, HasNoDay50) {
  EXPECT_EQ(ds3231::decode(with(kDs3231, 4, 0x50), kNear).time.error(), RtcFault::kOutOfRange);
  EXPECT_EQ(ds3231::decode(with(kDs3231, 5, 0x1f), kNear).time.error(), RtcFault::kNotBcd);
}

// Datasheet, "Temperature Registers": 0x1940 means +25.25.
TEST(Ds3231, MeasuresQuartersOfADegreeInTwosComplement) {
  EXPECT_EQ(ds3231::temperature(0x19, 0x40), MilliCelsius{25'250});
  EXPECT_EQ(ds3231::temperature(0xff, 0xc0), MilliCelsius{-250});
  EXPECT_EQ(ds3231::temperature(0x7f, 0xc0), MilliCelsius{127'750});
  EXPECT_EQ(ds3231::temperature(0x80, 0x00), MilliCelsius{-128'000});
  EXPECT_EQ(ds3231::temperature(0x00, 0x00), MilliCelsius{0});
  EXPECT_EQ(ds3231::temperature(0xd8, 0x00), MilliCelsius{-40'000});
}

TEST(Ds3231, RunsFasterByANegativeAgeingOffset) {
  EXPECT_EQ(ds3231::trim(0x00), TrimSteps{0});
  EXPECT_EQ(ds3231::trim(0x01), TrimSteps{-1});
  EXPECT_EQ(ds3231::trim(0xff), TrimSteps{1});
  EXPECT_EQ(ds3231::trim(0x7f), ds3231::kTrimRange.least);
  EXPECT_EQ(ds3231::trim(0x80), ds3231::kTrimRange.most);
  for (int trim = -127; trim <= 128; ++trim) EXPECT_EQ(ds3231::trim(ds3231::ageing({trim})), TrimSteps{trim});
}

TEST(Ds3231, ClearsItsStopFlagAndNoOtherThatIsTheUsers) {
  EXPECT_EQ(ds3231::without_stop_flag(0x88), 0x0b);  // keeps 32 kHz on; writing 1 leaves the alarm flags
  EXPECT_EQ(ds3231::without_stop_flag(0x80), 0x03);
}

TEST(Ds1307, HoldsTheTimeFromItsFirstRegisterOn) {
  expect_time(ds1307::decode(kDs1307, kNear));
  EXPECT_TRUE(may_be_believed(ds1307::decode(kDs1307, kNear)));
  EXPECT_EQ(registers(ds1307::encode(kTime)), Registers(kDs1307.begin(), kDs1307.begin() + 7));
}

TEST(Ds1307, HasLostItsTimeWhereItsClockIsHalted) {
  const auto reading = ds1307::decode(with(kDs1307, 0, 0x89), kNear);
  EXPECT_EQ(reading.integrity, Integrity::kLost);
  EXPECT_FALSE(reading.is_running);
  expect_time(reading);
}

TEST(Ds1307, CountsByTwelveHoursWhereBit6SaysSo) {
  expect_time(ds1307::decode(with(kDs1307, 2, 0x64), kNear));
}

TEST(Ds1338, SaysThatItsOscillatorStoppedInItsControlRegister) {
  const auto reading = ds1307::decode(with(kDs1307, 7, 0x23), kNear);
  EXPECT_EQ(reading.integrity, Integrity::kLost);
  EXPECT_TRUE(reading.is_running);
  EXPECT_EQ(ds1307::without_stop_flag(0xb3), 0x93);
}

TEST(Pcf85063a, HoldsTheTimeFromRegister4On) {
  expect_time(nxp::decode(pcf85063a::kClock, kPcf85063a, kNear));
  EXPECT_EQ(registers(nxp::encode(pcf85063a::kClock, kTime)),
            Registers(kPcf85063a.begin() + 4, kPcf85063a.end()));
  EXPECT_EQ(nxp::decode(pcf85063a::kClock, with(kPcf85063a, 4, 0x89), kNear).integrity, Integrity::kLost);
  EXPECT_FALSE(nxp::decode(pcf85063a::kClock, with(kPcf85063a, 0, 0x20), kNear).is_running);
  expect_time(nxp::decode(pcf85063a::kClock, with(with(kPcf85063a, 0, 0x02), 6, 0x24), kNear));
}

TEST(Pcf8523, HoldsTheTimeFromRegister3On) {
  expect_time(nxp::decode(pcf8523::kClock, kPcf8523, kNear));
  EXPECT_EQ(registers(nxp::encode(pcf8523::kClock, kTime)), Registers(kPcf8523.begin() + 3, kPcf8523.end()));
  EXPECT_EQ(nxp::decode(pcf8523::kClock, with(kPcf8523, 3, 0x89), kNear).integrity, Integrity::kLost);
  EXPECT_FALSE(nxp::decode(pcf8523::kClock, with(kPcf8523, 0, 0x20), kNear).is_running);
  expect_time(nxp::decode(pcf8523::kClock, with(with(kPcf8523, 0, 0x08), 5, 0x24), kNear));
}

TEST(Pcf8563, HoldsTheTimeFromRegister2OnAmongBitsOfNoMeaning) {
  expect_time(nxp::decode(pcf8563::kClock, kPcf8563, kNear));
  EXPECT_EQ(registers(nxp::encode(pcf8563::kClock, kTime)),
            (Registers{0x09, 0x05, 0x16, 0x21, 0x06, 0x11, 0x26}));
  EXPECT_EQ(nxp::decode(pcf8563::kClock, with(kPcf8563, 2, 0x89), kNear).integrity, Integrity::kLost);
  EXPECT_FALSE(nxp::decode(pcf8563::kClock, with(kPcf8563, 0, 0x20), kNear).is_running);
}

TEST(Pcf8563, SetsItsCenturyBitAndDoesNotTrustIt) {
  EXPECT_EQ(nxp::encode(pcf8563::kClock, k2100)[5], 0x91);
  expect_time(nxp::decode(pcf8563::kClock, with(kPcf8563, 7, 0xf1), kNear));
}

// Datasheet, "Offset calibration": +3 corrects an oscillator that is 14.6 ppm fast, so a positive offset
// slows.
TEST(NxpOffset, RunsFasterByANegativeOffset) {
  EXPECT_EQ(nxp::trim(0x80), TrimSteps{0});
  EXPECT_EQ(nxp::trim(0x83), TrimSteps{-3});
  EXPECT_EQ(nxp::trim(0xff), TrimSteps{1});
  EXPECT_EQ(nxp::trim(0xbf), nxp::kTrimRange.least);
  EXPECT_EQ(nxp::trim(0xc0), nxp::kTrimRange.most);
  EXPECT_EQ(nxp::kTrimRange.step_ppb, 4069);
  for (int trim = -63; trim <= 64; ++trim) EXPECT_EQ(nxp::trim(nxp::offset({trim})), TrimSteps{trim});
}

// 59 steps of 4.34 ppm are 256.1 ppm, and 63 steps of 4.069 ppm are 256.3 ppm.
TEST(NxpOffset, IsConvertedFromItsOtherMode) {
  EXPECT_EQ(nxp::trim(0x00), TrimSteps{0});
  EXPECT_EQ(nxp::trim(0x3b), TrimSteps{-63});
  EXPECT_EQ(nxp::trim(0x7f), TrimSteps{1});
  EXPECT_EQ(nxp::trim(0x44), TrimSteps{64});
  EXPECT_EQ(nxp::trim(0x40), nxp::kTrimRange.most) << "277.8 ppm, of which mode 1 has 260.4";
}

TEST(NxpOffset, IsLumpyInMode0Alone) {
  EXPECT_TRUE(nxp::is_lumpy(0x01));
  EXPECT_FALSE(nxp::is_lumpy(0x00));
  EXPECT_FALSE(nxp::is_lumpy(0x81));
}

TEST(Rv3028, HoldsTheTimeFromItsFirstRegisterOn) {
  expect_time(rv3028::decode(kRv3028, kNear));
  EXPECT_TRUE(may_be_believed(rv3028::decode(kRv3028, kNear)));
  EXPECT_EQ(registers(rv3028::encode(kTime)), Registers(kRv3028.begin(), kRv3028.begin() + 7));
  EXPECT_EQ(rv3028::decode(with(kRv3028, 0x0e, 0x01), kNear).integrity, Integrity::kLost);
  expect_time(rv3028::decode(with(with(kRv3028, 0x10, 0x02), 2, 0x24), kNear));
}

TEST(Rv3028, KeepsTheLowestBitOfItsOffsetInTheBackupRegister) {
  EXPECT_EQ(rv3028::trim(0x00, 0x9c), TrimSteps{-1});
  EXPECT_EQ(rv3028::trim(0xff, 0x9c), TrimSteps{1});
  EXPECT_EQ(rv3028::trim(0x7f, 0x80), rv3028::kTrimRange.least);
  EXPECT_EQ(rv3028::trim(0x80, 0x00), rv3028::kTrimRange.most);
  EXPECT_EQ(registers(rv3028::with_trim({-1}, 0x1c)), (Registers{0x00, 0x9c}));
  EXPECT_EQ(registers(rv3028::with_trim({1}, 0x1c)), (Registers{0xff, 0x9c}));
  EXPECT_EQ(registers(rv3028::with_trim({-2}, 0x9c)), (Registers{0x01, 0x1c}));
}

TEST(Rv3028, SwitchesOverWhereEitherModeIsOn) {
  EXPECT_TRUE(rv3028::is_backup_sane(0x1c));
  EXPECT_TRUE(rv3028::is_backup_sane(0x14));
  EXPECT_FALSE(rv3028::is_backup_sane(0x10));
  EXPECT_FALSE(rv3028::is_backup_sane(0x18));
  EXPECT_FALSE(rv3028::is_backup_sane(0x0c)) << "without fast edge detection";
  EXPECT_EQ(rv3028::sane_backup(0xb0), 0xbc);
  EXPECT_EQ(rv3028::sane_backup(0x04), 0x14);
}

}  // namespace
}  // namespace isletime::rtc_registers_test
