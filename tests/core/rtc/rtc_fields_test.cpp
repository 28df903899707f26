// SPDX-License-Identifier: MIT
#include "libsync/core/rtc/rtc_fields.hpp"

#include <gtest/gtest.h>

namespace isletime::rtc_fields_test {
namespace {

constexpr CivilDate kNear{2026, 11, 21};

Result<CivilTime, RtcFault> decode(const RtcFields& fields, HourMode mode = HourMode::k24) {
  return rtc::decode_time(fields, mode, kNear);
}

// 2026-02-03T04:05:06.
constexpr RtcFields kFields{
    .second = 0x06, .minute = 0x05, .hour = 0x04, .day = 0x03, .month = 0x02, .year = 0x26};

TEST(RtcBcd, CountsToNinetyNine) {
  EXPECT_EQ(from_bcd(0x00), 0);
  EXPECT_EQ(from_bcd(0x59), 59);
  EXPECT_EQ(from_bcd(0x99), 99);
  for (std::uint8_t value = 0; value < 100; ++value) EXPECT_EQ(from_bcd(to_bcd(value)), value);
}

TEST(RtcBcd, HasNoDigitAboveNine) {
  for (const int byte : {0x0a, 0x5f, 0xa0, 0xff, 0x1a}) {
    EXPECT_FALSE(from_bcd(static_cast<std::uint8_t>(byte))) << byte;
  }
}

TEST(RtcFields, AreATime) {
  const auto time = decode(kFields);
  ASSERT_TRUE(time.has_value());
  EXPECT_EQ(*time, (CivilTime{.date = {2026, 2, 3}, .hour = 4, .minute = 5, .second = 6, .nanosecond = 0}));
}

TEST(RtcFields, CountTwelveHoursFromTwelve) {
  struct Case {
    std::uint8_t byte;
    int hour;
  };
  for (const auto& [byte, hour] :
       {Case{0x12, 0}, {0x01, 1}, {0x09, 9}, {0x11, 11}, {0x32, 12}, {0x21, 13}, {0x31, 23}}) {
    EXPECT_EQ(rtc::decode_hour(byte, HourMode::k12), hour) << int{byte};
  }
}

TEST(RtcFields, HaveNoHourZeroOrThirteenByTwelve) {
  for (const int byte : {0x00, 0x20, 0x13, 0x33}) {
    RtcFields fields = kFields;
    fields.hour = static_cast<std::uint8_t>(byte);
    EXPECT_EQ(decode(fields, HourMode::k12).error(), RtcFault::kOutOfRange) << byte;
  }
}

TEST(RtcFields, CountTwentyFourHours) {
  EXPECT_EQ(rtc::decode_hour(0x00, HourMode::k24), 0);
  EXPECT_EQ(rtc::decode_hour(0x23, HourMode::k24), 23);
  RtcFields fields = kFields;
  fields.hour = 0x24;
  EXPECT_EQ(decode(fields).error(), RtcFault::kOutOfRange);
}

TEST(RtcFields, AreNotTheFiftiethDayOfMonth1F) {
  RtcFields fields = kFields;
  fields.day = 0x50;
  EXPECT_EQ(decode(fields).error(), RtcFault::kOutOfRange);
  fields = kFields;
  fields.month = 0x1f;
  EXPECT_EQ(decode(fields).error(), RtcFault::kNotBcd);
}

TEST(RtcFields, TellDigitsFromDates) {
  RtcFields fields = kFields;
  fields.second = 0x60;
  EXPECT_EQ(decode(fields).error(), RtcFault::kOutOfRange);
  fields.second = 0x5a;
  EXPECT_EQ(decode(fields).error(), RtcFault::kNotBcd);
  fields = kFields;
  fields.month = 0x00;
  EXPECT_EQ(decode(fields).error(), RtcFault::kOutOfRange);
  fields.month = 0x13;
  EXPECT_EQ(decode(fields).error(), RtcFault::kOutOfRange);
  fields = kFields;
  fields.day = 0x00;
  EXPECT_EQ(decode(fields).error(), RtcFault::kOutOfRange);
}

TEST(RtcFields, KnowLeapDays) {
  RtcFields fields = kFields;
  fields.day = 0x29;
  fields.year = 0x28;
  EXPECT_TRUE(decode(fields).has_value());
  fields.year = 0x27;
  EXPECT_EQ(decode(fields).error(), RtcFault::kOutOfRange);
}

// Chips know only two digits of the year, take 2100 for a leap year, and show a day that does not exist.
TEST(RtcFields, HaveNoLeapDayIn2100) {
  RtcFields fields = kFields;
  fields.day = 0x29;
  fields.year = 0x00;
  EXPECT_TRUE(decode(fields).has_value()) << "2000";
  EXPECT_EQ(rtc::decode_time(fields, HourMode::k24, {2099, 12, 31}).error(), RtcFault::kOutOfRange);
}

TEST(RtcFields, NeverHoldATimeWhileTheYearIsVoid) {
  RtcFields fields = kFields;
  fields.year = rtc::kVoidYear;
  EXPECT_EQ(decode(fields).error(), RtcFault::kNotBcd);
}

TEST(UnfoldYear, TakesTheNearest) {
  EXPECT_EQ(unfold_year(26, {2026, 1, 1}), 2026);
  EXPECT_EQ(unfold_year(0, {2099, 12, 31}), 2100);
  EXPECT_EQ(unfold_year(99, {2100, 1, 1}), 2099);
  EXPECT_EQ(unfold_year(75, {2026, 1, 1}), 2075);
  EXPECT_EQ(unfold_year(76, {2026, 1, 1}), 1976);
  EXPECT_EQ(unfold_year(66, {2026, 1, 1}), 2066);
}

TEST(RtcFields, CountWeekdaysAsTheirChipsDo) {
  const CivilDate saturday{2026, 11, 21};
  EXPECT_EQ(rtc::weekday_from_1(saturday), 6);
  EXPECT_EQ(rtc::weekday_from_0(saturday), 6);
  const CivilDate sunday{2026, 11, 22};
  EXPECT_EQ(rtc::weekday_from_1(sunday), 7);
  EXPECT_EQ(rtc::weekday_from_0(sunday), 0);
}

TEST(ASecondBefore, GoesBackOverEveryBorder) {
  const CivilTime new_year{.date = {2000, 1, 1}, .hour = 0, .minute = 0, .second = 0, .nanosecond = 0};
  EXPECT_EQ(rtc::a_second_before(new_year),
            (CivilTime{.date = {1999, 12, 31}, .hour = 23, .minute = 59, .second = 59, .nanosecond = 0}));
  const CivilTime march{.date = {2028, 3, 1}, .hour = 0, .minute = 0, .second = 0, .nanosecond = 0};
  EXPECT_EQ(rtc::a_second_before(march).date, (CivilDate{2028, 2, 29}));
  for (const CivilTime& time :
       {new_year, march,
        CivilTime{.date = {2026, 5, 6}, .hour = 7, .minute = 0, .second = 0, .nanosecond = 0},
        CivilTime{.date = {2026, 5, 6}, .hour = 7, .minute = 8, .second = 0, .nanosecond = 0},
        CivilTime{.date = {2026, 5, 6}, .hour = 7, .minute = 8, .second = 9, .nanosecond = 0}}) {
    EXPECT_EQ(seconds_since_epoch(rtc::a_second_before(time)), seconds_since_epoch(time) - seconds{1});
  }
}

TEST(RtcReading, IsBelievedOnlyWithATimeThatIsGoodAndGoesOn) {
  const CivilTime time{.date = {2026, 1, 1}, .hour = 0, .minute = 0, .second = 0, .nanosecond = 0};
  EXPECT_TRUE(may_be_believed({time, Integrity::kGood, true}));
  EXPECT_FALSE(may_be_believed({time, Integrity::kLost, true}));
  EXPECT_FALSE(may_be_believed({time, Integrity::kUntold, true}));
  EXPECT_FALSE(may_be_believed({time, Integrity::kGood, false}));
  EXPECT_FALSE(may_be_believed({Unexpected{RtcFault::kNotBcd}, Integrity::kGood, true}));
}

}  // namespace
}  // namespace isletime::rtc_fields_test
