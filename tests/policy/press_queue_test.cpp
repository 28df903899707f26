// SPDX-License-Identifier: MIT
#include "libsync/policy/press_queue.hpp"

#include <optional>

#include <gtest/gtest.h>

#include "libsync/policy/tick_counter.hpp"

namespace isletime::press_queue_test {
namespace {

using namespace std::chrono_literals;

constexpr WallTime kBuilt{1'790'000'000s};
constexpr WallTime kNoon = kBuilt + 1h;

class Button : public testing::Test {
 protected:
  void set_clock(MonoTime at, WallTime time = kNoon) {
    clock.on_report(SourceKind::kManual, time, {1ms}, true, at);
  }
  std::optional<Press> poll(MonoTime at) { return queue.poll(clock, at); }

  DeviceClock clock{{.built = kBuilt}};
  PressQueue queue;
};

TEST_F(Button, SendsAPressWithTheTimeOfItsInterrupt) {
  set_clock(MonoTime{0s});
  EXPECT_EQ(queue.on_press(MonoTime{5s}), PressUse::kQueued);
  const auto press = poll(MonoTime{6s});
  ASSERT_TRUE(press.has_value());
  EXPECT_EQ(press->number, 1U);
  EXPECT_EQ(press->stamp.time, kNoon + 5s);
  EXPECT_TRUE(press->stamp.is_reliable);
  EXPECT_GE(press->stamp.bound.value, 1ms);
  EXPECT_FALSE(queue.next_wakeup().has_value()) << "it is under way";
  EXPECT_FALSE(poll(MonoTime{6s}).has_value());
}

TEST_F(Button, HasNothingToSendOnceThePressIsAcknowledged) {
  set_clock(MonoTime{0s});
  queue.on_press(MonoTime{5s});
  poll(MonoTime{5s});
  EXPECT_EQ(queue.on_status(200, MonoTime{6s}, 0), PressAnswer::kAcknowledged);
  EXPECT_EQ(queue.waiting(), 0U);
  EXPECT_EQ(queue.acknowledged(), 1U);
  EXPECT_FALSE(poll(MonoTime{7s}).has_value());
  EXPECT_EQ(queue.on_status(200, MonoTime{7s}, 0), PressAnswer::kUnexpected);
}

TEST_F(Button, BouncesAndPressesWithinTwoSecondsAreOnePress) {
  EXPECT_EQ(queue.on_press(MonoTime{5s}), PressUse::kQueued);
  EXPECT_EQ(queue.on_press(MonoTime{5s + 3ms}), PressUse::kBounce);
  EXPECT_EQ(queue.on_press(MonoTime{7s - 1ns}), PressUse::kBounce);
  EXPECT_EQ(queue.on_press(MonoTime{7s}), PressUse::kQueued) << "a bounce does not prolong the lockout";
  EXPECT_EQ(queue.waiting(), 2U);
}

// A counter of 80 MHz wraps after 53.7 s.
TEST_F(Button, TheLockoutHoldsAcrossTheCountersWrap) {
  constexpr std::uint32_t kTicksPerSecond = 80'000'000;
  TickExtender ticks;
  ticks.extend(0xffff'f000);
  const auto at = [&](std::uint32_t count) { return mono_time(ticks.near(count), kTicksPerSecond); };
  EXPECT_EQ(queue.on_press(at(0xffff'ff00)), PressUse::kQueued);
  EXPECT_EQ(queue.on_press(at(0x0000'0100)), PressUse::kBounce);
  ticks.extend(0x0100'0000);
  EXPECT_EQ(queue.on_press(at(0x0a00'0000)), PressUse::kQueued);
}

TEST_F(Button, KeepsPressesUntilTheTimeIsKnown) {
  queue.on_press(MonoTime{5s});
  queue.on_press(MonoTime{10s});
  EXPECT_FALSE(poll(MonoTime{11s}).has_value());
  EXPECT_EQ(queue.waiting(), 2U);
  set_clock(MonoTime{100s});
  const auto first = poll(MonoTime{101s});
  ASSERT_TRUE(first.has_value());
  EXPECT_EQ(first->stamp.time, kNoon - 95s);
  // The crystal may be off by 300 ppm.
  EXPECT_GE(first->stamp.bound.value, 1ms + 95s * 300 / 1'000'000);
  queue.on_status(200, MonoTime{102s}, 0);
  EXPECT_EQ(poll(MonoTime{102s})->stamp.time, kNoon - 90s);
}

TEST_F(Button, SendsTheSameAtEveryTry) {
  set_clock(MonoTime{0s});
  queue.on_press(MonoTime{5s});
  const auto first = poll(MonoTime{5s});
  queue.on_failure(MonoTime{6s}, 0);
  set_clock(MonoTime{6s}, kNoon + 2h);
  const auto second = poll(MonoTime{60s});
  ASSERT_TRUE(second.has_value());
  EXPECT_EQ(second->number, first->number);
  EXPECT_EQ(second->stamp.time, first->stamp.time);
  EXPECT_EQ(second->stamp.bound, first->stamp.bound);
  EXPECT_EQ(second->stamp.is_reliable, first->stamp.is_reliable);
}

TEST_F(Button, RetriesWithLongerWaitsUntilAcknowledged) {
  set_clock(MonoTime{0s});
  queue.on_press(MonoTime{1s});
  MonoTime now{1s};
  for (const auto expected : {1s, 2s, 4s, 8s, 16s, 30s, 30s, 30s}) {
    ASSERT_TRUE(poll(now).has_value());
    queue.on_status(503, now, 512);  // in the middle of the range of random waits
    EXPECT_EQ(*queue.next_wakeup(), now + expected);
    EXPECT_FALSE(poll(*queue.next_wakeup() - 1ns).has_value());
    now = *queue.next_wakeup();
  }
  ASSERT_TRUE(poll(now).has_value());
  EXPECT_EQ(queue.on_status(200, now, 0), PressAnswer::kAcknowledged);
  queue.on_press(now + 1s);
  EXPECT_TRUE(poll(now + 1s).has_value()) << "the next one is sent at once";
  queue.on_failure(now + 1s, 512);
  EXPECT_EQ(*queue.next_wakeup(), now + 2s);
}

TEST_F(Button, SpreadsItsRetriesByAQuarter) {
  set_clock(MonoTime{0s});
  queue.on_press(MonoTime{1s});
  poll(MonoTime{1s});
  queue.on_failure(MonoTime{1s}, 0);
  EXPECT_EQ(*queue.next_wakeup(), MonoTime{1s + 750ms});
  poll(MonoTime{10s});
  queue.on_failure(MonoTime{10s}, 1023);
  EXPECT_GT(*queue.next_wakeup(), MonoTime{12s + 490ms});
  EXPECT_LE(*queue.next_wakeup(), MonoTime{12s + 500ms});
}

TEST_F(Button, DropsAPressThatIsRefusedForGood) {
  set_clock(MonoTime{0s});
  MonoTime now{10s};
  std::uint32_t refused = 0;
  for (const int status : {400, 409, 413, 415}) {
    queue.on_press(now);
    ASSERT_TRUE(poll(now).has_value());
    EXPECT_FALSE(queue.is_error(now));
    EXPECT_EQ(queue.on_status(status, now, 0), PressAnswer::kRefused);
    EXPECT_EQ(queue.refused(), ++refused);
    EXPECT_EQ(queue.waiting(), 0U);
    EXPECT_TRUE(queue.is_error(now + 29s));
    now += 30s;
  }
}

TEST_F(Button, RetriesAfterEveryOtherStatus) {
  set_clock(MonoTime{0s});
  queue.on_press(MonoTime{1s});
  MonoTime now{1s};
  for (const int status : {0, 100, 201, 204, 301, 401, 403, 404, 408, 429, 500, 502, 503, 504, -1}) {
    ASSERT_TRUE(poll(now).has_value()) << status;
    EXPECT_EQ(queue.on_status(status, now, 0), PressAnswer::kTryLater) << status;
    now += 1min;
  }
  EXPECT_EQ(queue.waiting(), 1U);
}

TEST_F(Button, KeepsTheOldestPressesWhenTheQueueIsFull) {
  set_clock(MonoTime{0s});
  MonoTime now{0s};
  for (std::size_t i = 0; i < PressQueue::kMost; ++i)
    EXPECT_EQ(queue.on_press(now += 10s), PressUse::kQueued);
  EXPECT_FALSE(queue.is_error(now));
  EXPECT_EQ(queue.on_press(now += 10s), PressUse::kLost);
  EXPECT_EQ(queue.on_press(now + 5ms), PressUse::kBounce) << "a lost press is lost once";
  EXPECT_EQ(queue.lost(), 1U);
  EXPECT_TRUE(queue.is_error(now));
  for (std::uint32_t number = 1; number <= PressQueue::kMost; ++number) {
    const auto press = poll(now);
    ASSERT_TRUE(press.has_value());
    EXPECT_EQ(press->number, number);
    EXPECT_EQ(press->stamp.time, kNoon + number * 10s);
    queue.on_status(200, now, 0);
  }
  EXPECT_EQ(queue.on_press(now += 10s), PressUse::kQueued);
  EXPECT_EQ(poll(now)->number, PressQueue::kMost + 1) << "a lost press has no number";
}

TEST_F(Button, APressDuringAnotherIsSentAfterIt) {
  set_clock(MonoTime{0s});
  queue.on_press(MonoTime{1s});
  poll(MonoTime{1s});
  queue.on_press(MonoTime{4s});
  EXPECT_FALSE(poll(MonoTime{4s}).has_value());
  queue.on_status(200, MonoTime{5s}, 0);
  EXPECT_EQ(poll(MonoTime{5s})->number, 2U);
}

}  // namespace
}  // namespace isletime::press_queue_test
