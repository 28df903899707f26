// SPDX-License-Identifier: MIT
#include "tools/sntpd/keeping/clock_reading.hpp"

#include <chrono>

#include <gtest/gtest.h>

namespace isletime::sntpd::clock_reading_test {
namespace {

using namespace std::chrono_literals;

class Machine {
 public:
  void pass(nanoseconds time) {
    mono_ += time;
    wall_ += time;
    boot_ += time;
    raw_ += time - time / 10'000;
  }
  void sleep(nanoseconds time) {
    wall_ += time;
    boot_ += time;
  }
  void step(nanoseconds by) { wall_ += by; }
  ClockReading read() { return reader_.read(std::nullopt); }
  ClockReading read_all() { return reader_.read_all(std::nullopt); }
  void hide_uptime() { is_uptime_hidden_ = true; }
  int looks() const { return looks_; }

 private:
  MonoTime mono_{1000s};
  WallTime wall_{1'780'000'000s};
  nanoseconds boot_ = 1000s;
  nanoseconds raw_ = 1000s;
  bool is_uptime_hidden_ = false;
  int looks_ = 0;
  ClockReader reader_{[this] {
                        return Instant{mono_, wall_, 0ns};
                      },
                      [this]() -> std::optional<nanoseconds> {
                        ++looks_;
                        return is_uptime_hidden_ ? std::nullopt : std::optional{boot_};
                      },
                      [this] { return raw_; }};
};

TEST(ClockReader, LooksForASleepOnlyWhenTheClocksHaveMovedApart) {
  Machine machine;
  EXPECT_EQ(machine.read().asleep, 0s);
  for (int i = 0; i < 100; ++i) {
    machine.pass(64s);
    EXPECT_EQ(machine.read().asleep, 0s);
  }
  EXPECT_EQ(machine.looks(), 1);
  machine.sleep(3h);
  EXPECT_EQ(machine.read().asleep, 3h);
  machine.pass(64s);
  EXPECT_EQ(machine.read().asleep, 3h) << "it stays known";
  EXPECT_EQ(machine.looks(), 2);
}

TEST(ClockReader, DoesNotTakeASettingOfTheClockForASleep) {
  Machine machine;
  EXPECT_EQ(machine.read().asleep, 0s);
  machine.step(1h);
  EXPECT_EQ(machine.read().asleep, 0s);
  machine.sleep(10s);
  machine.step(-1h);
  EXPECT_EQ(machine.read().asleep, 10s);
}

TEST(ClockReader, ReadsTheRawClockOnlyOnRequest) {
  Machine machine;
  machine.pass(1h);
  EXPECT_FALSE(machine.read().raw);
  EXPECT_EQ(machine.read_all().raw, 1000s + 1h - 360ms);
}

// A sleep that somebody hides by setting the clock back does not move the clocks apart.
TEST(ClockReader, ReadsTheTimeAsleepAnewWithTheRawClock) {
  Machine machine;
  machine.read();
  machine.sleep(1h);
  machine.step(-1h);
  EXPECT_EQ(machine.read_all().asleep, 1h);
}

TEST(ClockReader, DoesNotStateTheRawClockIfItIsUnknownHowLongTheMachineSlept) {
  Machine machine;
  machine.hide_uptime();
  EXPECT_FALSE(machine.read_all().raw);
}

}  // namespace
}  // namespace isletime::sntpd::clock_reading_test
