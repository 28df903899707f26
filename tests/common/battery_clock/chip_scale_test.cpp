// SPDX-License-Identifier: MIT
#include "tools/common/battery_clock/chip_scale.hpp"

#include <gtest/gtest.h>

#include "tests/fakes/time_zone.hpp"

namespace isletime::battery_clock::chip_scale_test {
namespace {

using namespace std::chrono_literals;

// POSIX: M3.5.0 is the last Sunday in March, at 02:00.
TEST(ChipScale, ALocalTimeThatDoesNotExistIsStillOneTime) {
  const fakes::TimeZone zone("CET-1CEST,M3.5.0,M10.5.0/3");
  const seconds skipped = seconds_since_epoch({.date = {2027, 3, 28}, .hour = 2, .minute = 30});
  const seconds utc = to_utc(skipped, ChipScale::kLocalTime, skipped);
  EXPECT_TRUE(utc == skipped - 1h || utc == skipped - 2h) << utc.count();
  EXPECT_FALSE(comes_twice(skipped, ChipScale::kLocalTime));
}

}  // namespace
}  // namespace isletime::battery_clock::chip_scale_test
