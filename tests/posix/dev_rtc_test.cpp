// SPDX-License-Identifier: MIT
// Tests /dev/rtcN without a device; the guest test has a real one.
#include "libsync/posix/dev_rtc.hpp"

#include <linux/rtc.h>

#include <gtest/gtest.h>

namespace isletime::dev_rtc_test {
namespace {

constexpr CivilTime kLeapDay{
    .date = {.year = 2028, .month = 2, .day = 29}, .hour = 23, .minute = 59, .second = 58};

TEST(DevRtc, WhatIsNoClockIsToldFromOne) {
  EXPECT_EQ(DevRtc::open("/dev/null").error().code, ENOTTY);
  // The device answers unknown requests with EINVAL, as an RTC without a valid time does.
  EXPECT_EQ(DevRtc::open("/dev/random").error().code, ENOTTY);
  EXPECT_EQ(DevRtc::open("/dev/rtc-of-nowhere").error().code, ENOENT);
}

// struct rtc_time counts months and years as struct tm does.
TEST(DevRtc, MonthsCountFromZeroAndYearsFrom1900) {
  const rtc_time time = to_rtc_time(kLeapDay);
  EXPECT_EQ(time.tm_year, 128);
  EXPECT_EQ(time.tm_mon, 1);
  EXPECT_EQ(time.tm_mday, 29);
  EXPECT_EQ(time.tm_hour, 23);
  EXPECT_EQ(time.tm_min, 59);
  EXPECT_EQ(time.tm_sec, 58);
  EXPECT_EQ(time.tm_wday, 2) << "a Tuesday";
  EXPECT_EQ(to_civil_time(time), kLeapDay);
}

TEST(DevRtc, TheWeekdayThatAChipHoldsDoesNotMatter) {
  rtc_time time = to_rtc_time(kLeapDay);
  time.tm_wday = 6;
  EXPECT_EQ(to_civil_time(time), kLeapDay);
}

TEST(DevRtc, ADriverThatShowsNonsenseShowsNoTime) {
  for (int rtc_time::*field : {&rtc_time::tm_year, &rtc_time::tm_mon, &rtc_time::tm_mday, &rtc_time::tm_hour,
                               &rtc_time::tm_min, &rtc_time::tm_sec}) {
    for (const int nonsense : {-1, 99'999, 256 + 1}) {
      if (field == &rtc_time::tm_year && nonsense == 257) continue;  // 2157
      rtc_time time = to_rtc_time(kLeapDay);
      time.*field = nonsense;
      EXPECT_FALSE(to_civil_time(time)) << nonsense;
    }
  }
  rtc_time time = to_rtc_time(kLeapDay);
  time.tm_year = 127;
  EXPECT_FALSE(to_civil_time(time)) << "2027 has no leap day";
}

}  // namespace
}  // namespace isletime::dev_rtc_test
