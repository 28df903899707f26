// SPDX-License-Identifier: MIT
#include "libsync/core/civil_time.hpp"

#include <chrono>
#include <random>

#include <gtest/gtest.h>

#include "tests/core/vectors/civil_time_vectors.hpp"

namespace isletime::vectors::civil_time_test {
namespace {

namespace chrono = std::chrono;

static_assert(all_hold(kCivilTimeChecks));

TEST(CivilTime, AgreesWithTheDatesOfRfc5905) {
  EXPECT_EQ(first_failing<kDays>(), kNone);
}

TEST(CivilTime, CenturiesAreLeapYearsOnlyWhen400DividesThem) {
  EXPECT_EQ(first_failing<kLeapYears>(), kNone);
}

TEST(CivilTime, MonthsHaveTheirLengths) {
  EXPECT_EQ(first_failing<kMonthLengths>(), kNone);
}

TEST(CivilTime, WeekdaysCountFromMonday) {
  EXPECT_EQ(first_failing<kWeekdays>(), kNone);
}

TEST(CivilTime, TimesThatAClockCanShowAreValid) {
  EXPECT_EQ(first_failing<kValidTimes>(), kNone);
}

TEST(CivilTime, TimesThatDoNotExistAreInvalid) {
  EXPECT_EQ(first_failing<kInvalidTimes>(), kNone);
}

TEST(CivilTime, ConvertsToUnixTimeAndBack) {
  EXPECT_EQ(first_failing<kInstants>(), kNone);
}

TEST(CivilTime, ConvertsTimesBefore1970) {
  EXPECT_EQ(first_failing<kInstantsBefore1970>(), kNone);
}

TEST(CivilTime, ConvertsTheEarliestAndTheLatestWallTime) {
  EXPECT_EQ(first_failing<kEndsOfWallTime>(), kNone);
}

TEST(CivilTime, IsAbsentBeyondWallTime) {
  EXPECT_EQ(first_failing<kBeyondWallTime>(), kNone);
}

TEST(CivilTime, EveryDayOf10000YearsIsThatOfTheStandardCalendar) {
  const chrono::sys_days last{chrono::year{9999} / 12 / 31};
  for (chrono::sys_days day{chrono::year{0} / 1 / 1}; day <= last; day += chrono::days{1}) {
    const chrono::year_month_day expected{day};
    const CivilDate date{static_cast<int>(expected.year()),
                         static_cast<std::uint8_t>(static_cast<unsigned>(expected.month())),
                         static_cast<std::uint8_t>(static_cast<unsigned>(expected.day()))};
    const std::int64_t days = day.time_since_epoch().count();
    ASSERT_EQ(days_since_epoch(date), days);
    ASSERT_EQ(civil_date(days), date);
    ASSERT_EQ(iso_weekday(days), static_cast<int>(chrono::weekday{day}.iso_encoding()));
  }
}

TEST(CivilTime, EveryWallTimeIsThatOfTheStandardCalendar) {
  std::mt19937_64 random{3339};
  for (int i = 0; i < 100'000; ++i) {
    const chrono::sys_time<nanoseconds> instant{nanoseconds{static_cast<std::int64_t>(random())}};
    // floor<days> would not do: the earliest midnight is out of the range of sys_time<nanoseconds>.
    const auto day = chrono::floor<chrono::days>(chrono::floor<seconds>(instant));
    const chrono::year_month_day date{day};
    const chrono::hh_mm_ss<seconds> clock{chrono::floor<seconds>(instant) - day};
    const WallTime wall{instant.time_since_epoch()};
    const CivilTime civil = to_civil_time(wall);
    ASSERT_EQ(chrono::year{civil.date.year} / civil.date.month / civil.date.day, date);
    ASSERT_EQ(civil.hour, clock.hours().count());
    ASSERT_EQ(civil.minute, clock.minutes().count());
    ASSERT_EQ(civil.second, clock.seconds().count());
    ASSERT_EQ(to_wall_time(civil), wall);
  }
}

}  // namespace
}  // namespace isletime::vectors::civil_time_test
