// SPDX-License-Identifier: MIT
#include "tools/driftlog/clock_watch.hpp"

#include <gtest/gtest.h>

#include "tools/driftlog/step_watch.hpp"

namespace isletime::driftlog::clock_watch_test {
namespace {

using namespace std::chrono_literals;

constexpr ClockReading kFirst{MonoTime{100s}, MonoTime{500s}, WallTime{1'795'000'000s}, 200ns};

ClockReading later(nanoseconds mono, nanoseconds boot, nanoseconds wall) {
  return {kFirst.mono + mono, kFirst.boot + boot, kFirst.wall + wall, 200ns};
}

TEST(ClockWatch, SlewingIsNeitherAStepNorSleep) {
  ClockWatch watch(kFirst);
  // The kernel slews its clocks alike.
  const auto events = watch.update(later(60'030ms, 60'030ms, 60'030ms + 300ns));
  EXPECT_FALSE(events.step);
  EXPECT_FALSE(events.sleeping);
}

TEST(ClockWatch, SeesAStepOfAMillisecondEitherWay) {
  ClockWatch watch(kFirst);
  EXPECT_EQ(watch.update(later(60s, 60s, 60s - 1ms)).step, Offset{-1ms});
  EXPECT_EQ(watch.update(later(120s, 120s, 120s)).step, Offset{1ms});
  EXPECT_FALSE(watch.update(later(180s, 180s, 180s)).step);
}

TEST(ClockWatch, SleepIsNoStep) {
  ClockWatch watch(kFirst);
  const auto events = watch.update(later(1s, 3601s, 3601s));
  EXPECT_EQ(events.sleeping, 3600s);
  EXPECT_FALSE(events.step);
}

TEST(ClockWatch, ASlowReadingIsNoStep) {
  ClockWatch watch(kFirst);
  auto now = later(60s, 60s, 60s + 4ms);
  now.bound = 5ms;
  EXPECT_FALSE(watch.update(now).step);
}

TEST(StepWatch, DriftWithinReasonIsNoStep) {
  StepWatch watch;
  EXPECT_FALSE(watch.update(MonoTime{0s}, {0ms}, {1ms}));
  // This is 400 ppm over a minute.
  EXPECT_FALSE(watch.update(MonoTime{60s}, {24ms}, {1ms}));
}

TEST(StepWatch, WhatNoCrystalExplainsIsAStep) {
  StepWatch watch;
  watch.update(MonoTime{0s}, {5ms}, {1ms});
  EXPECT_EQ(watch.update(MonoTime{60s}, {-30ms}, {1ms}), Offset{-35ms});
  EXPECT_FALSE(watch.update(MonoTime{120s}, {-30ms}, {1ms})) << "it was told of once";
}

TEST(StepWatch, AWideBoundExplainsMuch) {
  StepWatch watch;
  watch.update(MonoTime{0s}, {0s}, {500ms});
  EXPECT_FALSE(watch.update(MonoTime{1s}, {900ms}, {500ms}));
}

TEST(StepWatch, KnowsNothingOfWhatItForgot) {
  StepWatch watch;
  watch.update(MonoTime{0s}, {0s}, {1ms});
  watch.forget();
  EXPECT_FALSE(watch.update(MonoTime{1s}, {1h}, {1ms}));
}

TEST(StepWatch, OffsetsOfCenturiesDoNotOverflow) {
  StepWatch watch;
  watch.update(MonoTime{0s}, {-nanoseconds::max()}, {1ms});
  EXPECT_TRUE(watch.update(MonoTime{1s}, {nanoseconds::max()}, {1ms}));
}

}  // namespace
}  // namespace isletime::driftlog::clock_watch_test
