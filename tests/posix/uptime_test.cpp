// SPDX-License-Identifier: MIT
#include "libsync/posix/uptime.hpp"

#include <time.h>

#include <gtest/gtest.h>

#include "libsync/posix/clocks.hpp"

namespace isletime::uptime_test {
namespace {

TEST(Uptime, IsThatOfTheClockThatSleepDoesNotStop) {
  timespec boot{};
  ASSERT_EQ(clock_gettime(CLOCK_BOOTTIME, &boot), 0);
  const auto since_boot = uptime();
  ASSERT_TRUE(since_boot);
  EXPECT_NEAR(static_cast<double>(since_boot->count()), static_cast<double>(to_nanoseconds(boot).count()),
              1e9);
}

}  // namespace
}  // namespace isletime::uptime_test
