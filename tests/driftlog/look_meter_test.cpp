// SPDX-License-Identifier: MIT
#include "tools/driftlog/look_meter.hpp"

#include <random>

#include <gtest/gtest.h>

namespace isletime::driftlog::look_meter_test {
namespace {

using namespace std::chrono_literals;

// A clock behind a path with variable delays, and a machine in which time passes only by that path and by
// sleep.
class FarClock final : public Machine {
 public:
  FarClock(unsigned seed, nanoseconds ahead, double ppm, nanoseconds resolution, nanoseconds way)
      : random_(seed), ahead_(ahead), ppm_(ppm), resolution_(resolution), way_(way) {}

  WallTime wall_now() override { return WallTime{kEpoch + now_}; }
  MonoTime mono_now() override {
    now_ += 1us;
    return MonoTime{now_};
  }
  void sleep_until(MonoTime time) override { now_ = std::max(now_, time.time_since_epoch() + 60us); }
  bool is_to_stop() override { return false; }
  std::optional<SysError> step_clock(Offset) override { return SysError{EPERM, "step"}; }

  nanoseconds truth() const {
    return ahead_ + nanoseconds{static_cast<std::int64_t>(static_cast<double>(now_.count()) * ppm_ * 1e-6)};
  }
  TakeLook look() {
    return [this]() -> Result<Look, Failure> {
      ++looks_;
      const MonoTime before = mono_now();
      now_ += delay();
      const nanoseconds shown =
          kEpoch + now_ + (stands_still_ ? -now_ : truth()) + (is_wild_ ? delay() * 1000 : 0ns);
      now_ += delay();
      const nanoseconds cut = shown - shown % resolution_;
      return Look{before, mono_now(), {WallTime{cut}, resolution_}};
    };
  }
  MonoTime in(nanoseconds time) { return mono_now() + time; }
  void pass(nanoseconds time) { now_ += time; }
  void set_ahead(nanoseconds by) { ahead_ += by; }
  void stand_still() { stands_still_ = true; }
  void go_wild() { is_wild_ = true; }
  int looks() const { return looks_; }

 private:
  static constexpr nanoseconds kEpoch = 1'795'000'000s;

  nanoseconds delay() {
    std::exponential_distribution<double> some(1.0);
    return way_ + nanoseconds{static_cast<std::int64_t>(some(random_) * static_cast<double>(way_.count()))};
  }

  std::mt19937 random_;
  nanoseconds now_ = 1000s;
  nanoseconds ahead_;
  double ppm_;
  nanoseconds resolution_;
  nanoseconds way_;
  int looks_ = 0;
  bool stands_still_ = false;
  bool is_wild_ = false;
};

void expect_true(FarClock& clock, LookMeter& meter, nanoseconds widest) {
  const auto record = meter.measure(clock.look(), clock.in(10s));
  ASSERT_TRUE(record) << record.error().text;
  EXPECT_LE(std::chrono::abs(*record->offset - clock.truth()), *record->uncertainty);
  EXPECT_LE(*record->uncertainty, widest);
}

TEST(LookMeter, TheBoundOfAFineClockHoldsTheTruth) {
  for (unsigned seed = 0; seed < 300; ++seed) {
    FarClock clock(seed, 3s + seed * 1ms, 40, 1ns, 2ms);
    LookMeter meter(clock);
    expect_true(clock, meter, 8ms);
  }
}

TEST(LookMeter, TheBoundOfWholeSecondsHoldsTheTruthAndIsOfAWaysLength) {
  for (unsigned seed = 0; seed < 100; ++seed) {
    FarClock clock(seed, seed * 137ms - 5s, 80, 1s, 5ms);
    LookMeter meter(clock);
    for (int row = 0; row < 5; ++row) {
      expect_true(clock, meter, 40ms);
      clock.pass(60s);
    }
  }
}

TEST(LookMeter, KnowsFromRowToRowWhereTheSecondsBegin) {
  FarClock clock(1, 250ms, 20, 1s, 5ms);
  LookMeter meter(clock);
  expect_true(clock, meter, 40ms);
  const int first = clock.looks();
  clock.pass(60s);
  expect_true(clock, meter, 40ms);
  EXPECT_LT(clock.looks() - first, first / 2);
}

TEST(LookMeter, TheBoundOfAClockThatDriftsAsNoCrystalDoesHoldsTheTruth) {
  for (const double ppm : {-480.0, 480.0}) {
    for (unsigned seed = 0; seed < 20; ++seed) {
      FarClock clock(seed, seed * 137ms, ppm, 1s, 500us);
      LookMeter meter(clock);
      for (int row = 0; row < 20; ++row) {
        expect_true(clock, meter, 40ms);
        clock.pass(2s);
      }
    }
  }
}

TEST(LookMeter, AClockThatWasSetBetweenTwoRowsIsMeasuredAnew) {
  for (unsigned seed = 0; seed < 50; ++seed) {
    FarClock clock(seed, 0s, 20, 1s, 5ms);
    LookMeter meter(clock);
    for (int row = 0; row < 8; ++row) {
      expect_true(clock, meter, 40ms);
      clock.pass(60s);
      clock.set_ahead(1234567us + seed * 10ms);
    }
  }
}

TEST(LookMeter, ASlowWayMakesAWideBoundAndNoWrongNumber) {
  for (unsigned seed = 0; seed < 50; ++seed) {
    FarClock clock(seed, 1s + seed * 77ms, 0, 1s, 400ms);
    LookMeter meter(clock);
    const auto record = meter.measure(clock.look(), clock.in(10s));
    if (!record) continue;
    EXPECT_LE(std::chrono::abs(*record->offset - clock.truth()), *record->uncertainty);
  }
}

TEST(LookMeter, AClockThatStandsStillHasNoOffset) {
  FarClock clock(1, 0s, 0, 1s, 5ms);
  clock.stand_still();
  LookMeter meter(clock);
  EXPECT_EQ(meter.measure(clock.look(), clock.in(10s)).error().name, "stands-still");
}

TEST(LookMeter, AClockThatContradictsItselfHasNoOffset) {
  FarClock clock(1, 0s, 0, 1ns, 5ms);
  clock.go_wild();
  LookMeter meter(clock);
  EXPECT_EQ(meter.measure(clock.look(), clock.in(10s)).error().name, "erratic");
}

TEST(LookMeter, ASourceThatFailsIsAskedNoMore) {
  FarClock clock(1, 0s, 0, 1ns, 5ms);
  LookMeter meter(clock);
  const TakeLook none = [] { return Result<Look, Failure>(Unexpected{Failure{"ended", "it ended"}}); };
  EXPECT_EQ(meter.measure(none, clock.in(10s)).error().name, "ended");
}

}  // namespace
}  // namespace isletime::driftlog::look_meter_test
