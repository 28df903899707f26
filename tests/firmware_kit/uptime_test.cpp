// SPDX-License-Identifier: MIT
#include "firmware/kit/uptime.hpp"

#include <gtest/gtest.h>

#include "firmware/board.hpp"

namespace isletime {
namespace {

using std::chrono::milliseconds;

std::uint32_t counter = 0;

constexpr std::uint32_t kTicksPerMillisecond = 25'000;

}  // namespace

std::uint32_t board::ticks() {
  return counter;
}
std::uint32_t board::ticks_per_second() {
  return 1000 * kTicksPerMillisecond;
}

namespace firmware::uptime_test {
namespace {

TEST(Uptime, goes_on_when_the_counter_wraps) {
  const MonoTime before = uptime();
  for (int i = 0; i < 10; ++i) {
    counter += 0x8000'0000;
    uptime();
  }
  // 5 * 2^32 ticks of 40 ns.
  EXPECT_EQ(uptime() - before, nanoseconds{5LL * 4'294'967'296 * 40});
}

TEST(Uptime, of_an_interrupt_is_told_after_the_counter_has_wrapped) {
  counter += 0xffff'ff00 - counter;
  const MonoTime before = uptime();
  const std::uint32_t pressed = counter + 0x80;
  counter += 0x200;
  EXPECT_EQ(uptime_at(pressed) - before, nanoseconds{0x80 * 40});
  EXPECT_EQ(uptime() - before, nanoseconds{0x200 * 40});
}

TEST(Uptime, of_an_interrupt_is_right_when_nobody_has_asked_for_a_minute) {
  const MonoTime before = uptime();
  const std::uint32_t pressed = counter + 60'000 * kTicksPerMillisecond;
  counter = pressed + 5 * kTicksPerMillisecond;
  EXPECT_EQ(uptime_at(pressed) - before, milliseconds{60'000});
}

}  // namespace
}  // namespace firmware::uptime_test
}  // namespace isletime
