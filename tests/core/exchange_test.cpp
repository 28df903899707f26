// SPDX-License-Identifier: MIT
#include "libsync/core/exchange.hpp"

#include <gtest/gtest.h>

namespace isletime {
namespace {

using namespace std::chrono_literals;

constexpr NtpTimestamp at(nanoseconds since_1970) {
  return to_ntp(WallTime{since_1970});
}

TEST(Exchange, PositiveOffsetMeansThatTheLocalClockIsBehind) {
  // The remote clock is 10 s ahead; 2 ms there, 1 ms back, 5 ms in the server.
  const auto [offset, delay] = measure({at(100s), at(110s + 2ms), at(110s + 7ms), at(100s + 8ms)});
  EXPECT_EQ(offset.value, 10s + 500us);
  EXPECT_EQ(delay.value, 3ms);
}

TEST(Exchange, NegativeDelayIsReportedRaw) {
  const auto [offset, delay] = measure({at(100s), at(100s), at(100s + 2ms), at(100s + 1ms)});
  EXPECT_EQ(delay.value, -1ms);
  EXPECT_EQ(offset.value, 500us);
}

TEST(Exchange, IsRightAcrossAnEra) {
  // 2036-02-07T06:28:16Z starts era 1.
  const nanoseconds era{2'085'978'496s};
  const auto [offset, delay] = measure({at(era - 1s), at(era + 1s), at(era + 1s), at(era - 1s + 2ms)});
  EXPECT_EQ(delay.value, 2ms);
  EXPECT_EQ(offset.value, 2s - 1ms);
}

TEST(Exchange, TakesClocksThatAreYearsApart) {
  const auto [offset, delay] = measure({at(0s), at(1'770'000'000s), at(1'770'000'000s), at(4ms)});
  EXPECT_EQ(offset.value, 1'770'000'000s - 2ms);
  EXPECT_EQ(delay.value, 4ms);
}

}  // namespace
}  // namespace isletime
