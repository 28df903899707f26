// SPDX-License-Identifier: MIT
// What a device says of its clock after days without a network: the truth is within its bound, and the bound
// is not absurd. The oscillators are this test's own: walking, flickering, and warmed by the day.
#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <random>

#include <gtest/gtest.h>

#include "libsync/policy/device_estimator.hpp"

namespace isletime::device_holdover_test {
namespace {

constexpr double kDay = 86'400;
constexpr double kStep = 16;  // s
constexpr int kStepsOfPoll = 4;
constexpr double kWayMean = 2e-3;  // s, of each direction's queue
constexpr double kWayLeast = 1e-3;

struct Crystal {
  double rate;     // at first
  double walk;     // of the rate, per sqrt(s)
  double flicker;  // of the rate: the deviation of each of six processes, of a minute to two months
  double swing;    // of the rate between day and night, either way
};

constexpr Crystal kWalking{.rate = 40e-6, .walk = 1e-8, .flicker = 0, .swing = 0};
constexpr Crystal kAsUnknownAsAssumed{.rate = 40e-6, .walk = 3e-8, .flicker = 0, .swing = 0};
constexpr Crystal kFlickering{.rate = -270e-6, .walk = 1e-10, .flicker = 5e-8, .swing = 0};
constexpr Crystal kInTheSun{.rate = 12e-6, .walk = 1e-9, .flicker = 1e-8, .swing = 4e-6};

// A free-running clock's offset from true time.
class Oscillator {
 public:
  Oscillator(const Crystal& crystal, unsigned seed)
      : crystal_(crystal), random_(seed), phase_(uniform_(random_) * kDay), walked_(crystal.rate) {}

  void run(double time) {
    walked_ += crystal_.walk * std::sqrt(time) * normal_(random_);
    double rate = walked_;
    double lasts = 60;
    for (double& part : flicker_) {
      const double kept = std::exp(-time / lasts);
      part = kept * part + std::sqrt(1 - kept * kept) * crystal_.flicker * normal_(random_);
      rate += part;
      lasts *= 10;
    }
    passed_ += time;
    rate += crystal_.swing * std::sin(2 * std::numbers::pi * (passed_ + phase_) / kDay);
    offset_ += rate * time;
  }

  DeviceSample exchange() {
    const double there = kWayLeast + kWayMean * exponential_(random_);
    const double back = kWayLeast + kWayMean * exponential_(random_);
    const auto ns = [](double value) { return nanoseconds{std::llround(value * 1e9)}; };
    return {now(), {ns(offset_ + (there - back) / 2)}, {ns(there + back)}, {}};
  }
  MonoTime now() const { return MonoTime{seconds{std::llround(passed_)}}; }
  double passed() const { return passed_; }
  double offset() const { return offset_; }

 private:
  Crystal crystal_;
  std::mt19937 random_;
  std::normal_distribution<double> normal_;
  std::uniform_real_distribution<double> uniform_;
  std::exponential_distribution<double> exponential_;
  double phase_;
  double walked_;
  std::array<double, 6> flicker_{};
  double passed_ = 0;
  double offset_ = 1000;
};

struct Held {
  int readings = 0;
  int outside = 0;
  double largest = 0;  // the bound, as a share of the time offline
};

// Online for six hours, then offline for two weeks, read each hour.
Held hold(const Crystal& crystal, std::uint16_t wander, unsigned seed) {
  Oscillator oscillator{crystal, seed};
  DeviceEstimator estimator{wander};
  for (int i = 0; oscillator.passed() < kDay / 4; ++i) {
    oscillator.run(kStep);
    if (i % kStepsOfPoll == 0) estimator.add(oscillator.exchange());
  }
  Held held;
  const double cut = oscillator.passed();
  double next = cut + kDay / 24;
  while (oscillator.passed() < cut + 14 * kDay) {
    oscillator.run(kStep);
    if (oscillator.passed() < next) continue;
    next += kDay / 24;
    const DeviceEstimate estimate = *estimator.at(oscillator.now());
    const double error = static_cast<double>(estimate.offset.value.count()) * 1e-9 - oscillator.offset();
    const double bound = static_cast<double>(estimate.bound.value.count()) * 1e-9;
    ++held.readings;
    if (std::abs(error) > bound) ++held.outside;
    held.largest = std::max(held.largest, bound / (oscillator.passed() - cut));
  }
  return held;
}

class DeviceHoldover : public testing::TestWithParam<Crystal> {};

TEST_P(DeviceHoldover, TheTruthIsWithinTheBoundForTwoWeeksWithoutANetwork) {
  Held all;
  for (unsigned seed = 1; seed <= 12; ++seed) {
    const Held held = hold(GetParam(), DeviceEstimator::kUnknownCrystal, seed);
    all.readings += held.readings;
    all.outside += held.outside;
    all.largest = std::max(all.largest, held.largest);
  }
  EXPECT_EQ(all.readings, 12 * 14 * 24);
  EXPECT_LE(all.outside * 100, all.readings);
  EXPECT_LT(all.largest, 100e-6);
}

INSTANTIATE_TEST_SUITE_P(Oscillators, DeviceHoldover,
                         testing::Values(kWalking, kAsUnknownAsAssumed, kFlickering, kInTheSun));

DeviceEstimator estimator_after_a_quarter_of_a_day() {
  Oscillator oscillator{kWalking, 1};
  DeviceEstimator estimator{DeviceEstimator::kUnknownCrystal};
  while (oscillator.passed() < kDay / 4) {
    oscillator.run(kStep * kStepsOfPoll);
    estimator.add(oscillator.exchange());
  }
  return estimator;
}

TEST(DeviceEstimatorOffline, GrowsMoreUncertainForAsLongAsNothingIsHeard) {
  const DeviceEstimator estimator = estimator_after_a_quarter_of_a_day();
  nanoseconds last{};
  for (std::int64_t hours = 6; hours < 24 * 365; hours += 24) {
    const auto estimate = estimator.at(MonoTime{std::chrono::hours{hours}});
    EXPECT_GT(estimate->bound.value, last) << hours;
    EXPECT_GT(estimate->bound.value, estimate->deviation.value) << hours;
    last = estimate->bound.value;
  }
  EXPECT_GT(last, seconds{60});
}

TEST(DeviceEstimatorOffline, KeepsToItsRangeForever) {
  const DeviceEstimator estimator = estimator_after_a_quarter_of_a_day();
  const auto estimate = estimator.at(MonoTime::max());
  EXPECT_GT(estimate->bound.value, std::chrono::hours{1});
  EXPECT_GT(estimate->deviation.value, seconds{60});
}

TEST(DeviceEstimatorOffline, ABadSampleBoundsNoBetterThanItsRoundTripAndItsStamps) {
  DeviceEstimator slow{DeviceEstimator::kUnknownCrystal};
  slow.add({MonoTime{}, {seconds{5}}, {seconds{4}}, {}});
  EXPECT_GE(slow.at(MonoTime{})->bound.value, seconds{2});
  DeviceEstimator coarse{DeviceEstimator::kUnknownCrystal};
  coarse.add({MonoTime{}, {seconds{5}}, {std::chrono::milliseconds{10}}, {seconds{7}}});
  EXPECT_GE(coarse.at(MonoTime{})->bound.value, seconds{7});
  DeviceEstimator hopeless{DeviceEstimator::kUnknownCrystal};
  hopeless.add({MonoTime{}, {seconds{5}}, {std::chrono::milliseconds{10}}, {nanoseconds::max()}});
  EXPECT_GE(hopeless.at(MonoTime{})->bound.value, std::chrono::hours{24 * 365 * 30});
}

}  // namespace
}  // namespace isletime::device_holdover_test
