// SPDX-License-Identifier: MIT
#include "tools/common/local_time.hpp"

#include <gtest/gtest.h>

#include "libsync/core/civil_time.hpp"
#include "tests/fakes/time_zone.hpp"

namespace isletime::local_time_test {
namespace {

using namespace std::chrono_literals;

// POSIX: M3.5.0 is the last Sunday in March, at 02:00.
constexpr const char* kBerlin = "CET-1CEST,M3.5.0,M10.5.0/3";

seconds at(std::uint8_t month, std::uint8_t day, std::uint8_t hour, std::uint8_t minute) {
  return seconds_since_epoch({.date = {2026, month, day}, .hour = hour, .minute = minute});
}

TEST(LocalTime, OccursOnceOnMostDays) {
  const fakes::TimeZone zone(kBerlin);
  EXPECT_EQ(utc_times_of(at(7, 1, 2, 0)).all, std::vector{at(7, 1, 0, 0)});
  EXPECT_EQ(utc_times_of(at(10, 25, 1, 59)).all, std::vector{at(10, 24, 23, 59)});
  EXPECT_EQ(utc_times_of(at(10, 25, 3, 0)).all, std::vector{at(10, 25, 2, 0)});
  EXPECT_EQ(local_of(at(12, 1, 0, 0)), at(12, 1, 1, 0));
}

TEST(LocalTime, OccursTwiceWhenClocksArePutBack) {
  const fakes::TimeZone zone(kBerlin);
  EXPECT_EQ(utc_times_of(at(10, 25, 2, 30)).all, (std::vector{at(10, 25, 0, 30), at(10, 25, 1, 30)}));
}

TEST(LocalTime, OccursTwiceWhereClocksArePutBackByHalfAnHour) {
  const fakes::TimeZone zone("<+1030>-10:30<+11>-11,M10.1.0,M4.1.0");  // Lord Howe Island
  EXPECT_EQ(utc_times_of(at(4, 5, 1, 45)).all, (std::vector{at(4, 4, 14, 45), at(4, 4, 15, 15)}));
}

TEST(LocalTime, NeverOccursWhenClocksArePutForward) {
  const fakes::TimeZone zone(kBerlin);
  EXPECT_TRUE(utc_times_of(at(3, 29, 2, 30)).all.empty());
}

}  // namespace
}  // namespace isletime::local_time_test
