// SPDX-License-Identifier: MIT
#include "libsync/policy/clock_filter.hpp"

#include <gtest/gtest.h>

namespace isletime::clock_filter_test {
namespace {

using namespace std::chrono_literals;

constexpr std::int8_t kPrecision = -20;

Measurement with_delay(nanoseconds delay, seconds time) {
  Measurement m{};
  m.time = WallTime{time};
  m.delay = {delay};
  return m;
}

TEST(ClockFilter, HasNoBestOfNothing) {
  EXPECT_FALSE(ClockFilter{kPrecision}.best().has_value());
}

TEST(ClockFilter, TheLeastDelayIsBest) {
  ClockFilter filter{kPrecision};
  filter.add(with_delay(4ms, 1s));
  filter.add(with_delay(2ms, 2s));
  filter.add(with_delay(3ms, 3s));
  EXPECT_EQ(filter.best()->delay.value, 2ms);
}

// RFC 5905, section 7.2: NSTAGE is 8.
TEST(ClockFilter, ForgetsAllButTheLastEight) {
  ClockFilter filter{kPrecision};
  filter.add(with_delay(1ms, 0s));
  for (int i = 1; i <= 7; ++i) filter.add(with_delay(2ms, seconds{i}));
  EXPECT_EQ(filter.best()->delay.value, 1ms);
  filter.add(with_delay(2ms, 8s));
  EXPECT_EQ(filter.best()->delay.value, 2ms);
}

TEST(ClockFilter, TheLaterOfEqualDelaysIsBest) {
  ClockFilter filter{kPrecision};
  filter.add(with_delay(1ms, 1s));
  filter.add(with_delay(1ms, 3s));
  filter.add(with_delay(1ms, 2s));
  EXPECT_EQ(filter.best()->time, WallTime{3s});
}

// RFC 5905, section 8: the delay is never below the system precision.
TEST(ClockFilter, DelaysBelowTheLocalPrecisionAreEqual) {
  ClockFilter filter{kPrecision};
  filter.add(with_delay(-500us, 1s));
  filter.add(with_delay(100ns, 2s));
  EXPECT_EQ(filter.best()->time, WallTime{2s});
}

TEST(ClockFilter, ReportsTheBestDelayRaw) {
  ClockFilter filter{kPrecision};
  filter.add(with_delay(-500us, 1s));
  EXPECT_EQ(filter.best()->delay.value, -500us);
}

}  // namespace
}  // namespace isletime::clock_filter_test
