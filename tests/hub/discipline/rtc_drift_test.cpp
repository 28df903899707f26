// SPDX-License-Identifier: MIT
#include "libsync/hub/discipline/rtc_drift.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <numbers>
#include <vector>

#include <gtest/gtest.h>

#include "tests/sim/random.hpp"

namespace isletime::rtc_drift_test {
namespace {

using namespace std::chrono_literals;

constexpr WallTime kStart{1'790'000'000s};
constexpr RtcOscillator kDs3231{.is_compensated = true, .has_thermometer = true};
constexpr RtcOscillator kPcf8523{.is_compensated = false, .has_thermometer = false};
constexpr RtcOscillator kMeasuredCrystal{.is_compensated = false, .has_thermometer = true};

// An RTC in an outdoor box: its crystal and the weather around it.
class Chip {
 public:
  struct Crystal {
    double at_turnover;  // gain at the turnover temperature, in s/s
    double turnover;     // C
    double curve;        // in 1/K^2, negative
    double walk;         // of the frequency, per sqrt(s)
  };
  struct Weather {
    double mean;   // C
    double swing;  // K in either direction, each day
    double phase;
  };

  Chip(const Crystal& crystal, const Weather& around, std::uint64_t seed)
      : weather(around), crystal_(crystal), random_(seed) {}

  void pass(nanoseconds time) {
    constexpr nanoseconds kStep = 10min;
    for (nanoseconds left = time; left > 0s; left -= kStep) {
      const nanoseconds step = std::min(left, kStep);
      passed_ += step;
      walked_ += crystal_.walk * std::sqrt(Seconds{step}.count()) * random_.normal();
      gained_ += frequency() * Seconds{step};
    }
  }

  double temperature() const {
    const double turn = 2 * std::numbers::pi * (Seconds{passed_} / Seconds{24h}) + weather.phase;
    return weather.mean + weather.swing * std::sin(turn);
  }
  double frequency() const {
    const double from_turnover = temperature() - crystal_.turnover;
    return crystal_.at_turnover + trim + walked_ + crystal_.curve * from_turnover * from_turnover;
  }
  // The offset is true time - chip.
  Offset offset() const { return {-rounded(gained_)}; }
  WallTime reads() const { return kStart + passed_ + rounded(gained_); }
  void set_by(nanoseconds by) { gained_ += by; }

  // The reference clock is right to the millisecond, and the chip's second edge is found to 2 ms.
  RtcDrift::Comparison compared(bool with_thermometer) {
    const nanoseconds wrong = rounded((2 * random_.uniform() - 1) * Seconds{2ms});
    return {.chip = reads(),
            .offset = {offset().value + wrong},
            .bound = {3ms},
            .temperature = with_thermometer ? std::optional{shown()} : std::nullopt};
  }
  // The thermometer has steps of 0.25 K and an error of up to 3 K that is constant for each chip (DS3231).
  Celsius shown() const { return {std::round(4 * (temperature() + thermometer_error)) / 4}; }

  Weather weather;
  double trim = 0;
  double thermometer_error = 0;

 private:
  Crystal crystal_;
  sim::Random random_;
  nanoseconds passed_{};
  Seconds gained_{};
  double walked_ = 0;
};

constexpr Chip::Crystal kGood{.at_turnover = 1e-6, .turnover = 25, .curve = 0, .walk = 0};
constexpr Chip::Weather kMild{.mean = 20, .swing = 5, .phase = 0};

void learn(RtcDrift& drift, Chip& chip, nanoseconds time, nanoseconds every = 1h) {
  for (nanoseconds at{}; at < time; at += every) {
    drift.compare(chip.compared(drift.state().oscillator.has_thermometer));
    chip.pass(every);
  }
  drift.compare(chip.compared(drift.state().oscillator.has_thermometer));
}

nanoseconds error_of(const RtcDrift::Prediction& prediction, const Chip& chip) {
  return nanoseconds{std::abs((prediction.offset.value - chip.offset().value).count())};
}

TEST(RtcDrift, PredictsNothingOfAChipThatWasNeverCompared) {
  EXPECT_FALSE(RtcDrift{kDs3231}.predict(kStart, std::nullopt));
}

TEST(RtcDrift, AnUnknownCrystalIsPredictedWithinTheToleranceOfItsFamily) {
  RtcDrift drift{kPcf8523};
  drift.compare({.chip = kStart, .offset = {1s}, .bound = {3ms}, .temperature = std::nullopt});
  const auto prediction = drift.predict(kStart + 24h, std::nullopt);
  ASSERT_TRUE(prediction);
  EXPECT_EQ(prediction->offset.value, 1s);
  EXPECT_GT(prediction->bound.value, nanoseconds{24h} * 60 / 1'000'000);
  EXPECT_LT(prediction->bound.value, nanoseconds{24h} * 150 / 1'000'000);
}

// Two readings 3 days apart, each wrong by at most 2 ms, give 1 ppm to 1.5 %.
TEST(RtcDrift, LearnsTheFrequency) {
  Chip chip{kGood, kMild, 1};
  RtcDrift drift{kDs3231};
  learn(drift, chip, 72h);
  EXPECT_NEAR(drift.frequency().value, 1e-6, 2e-8);
  EXPECT_LT(drift.frequency().deviation, 3e-8);
}

TEST(RtcDrift, LearnsWhatTemperatureDoes) {
  Chip chip{{.at_turnover = 5e-6, .turnover = 22, .curve = -0.035e-6, .walk = 0},
            {.mean = 15, .swing = 10, .phase = 0},
            2};
  RtcDrift drift{kMeasuredCrystal};
  learn(drift, chip, 5 * 24h);
  for (int hour = 0; hour < 24; ++hour) {
    chip.pass(1h);
    drift.follow(chip.reads(), chip.shown());
    EXPECT_NEAR(drift.frequency().value, chip.frequency(), 0.5e-6) << hour;
  }
}

TEST(RtcDrift, ForAMomentWithoutPowerTheBoundIsHardlyMoreThanTheReadings) {
  Chip chip{kGood, kMild, 3};
  RtcDrift drift{kDs3231};
  learn(drift, chip, 72h);
  chip.pass(10min);
  const auto prediction = drift.predict(chip.reads(), chip.shown());
  ASSERT_TRUE(prediction);
  EXPECT_LT(prediction->bound.value, 10ms);
  EXPECT_LE(error_of(*prediction, chip), prediction->bound.value);
}

TEST(RtcDrift, ATemperatureThatIsFollowedNeedNotBeGuessed) {
  Chip chip{{.at_turnover = 5e-6, .turnover = 22, .curve = -0.035e-6, .walk = 0},
            {.mean = 15, .swing = 10, .phase = 0},
            11};
  RtcDrift drift{kMeasuredCrystal};
  learn(drift, chip, 72h);
  RtcDrift unfollowed = drift;
  for (int hour = 0; hour < 24; ++hour) {
    chip.pass(1h);
    drift.follow(chip.reads(), chip.shown());
  }
  const auto followed = drift.predict(chip.reads(), chip.shown());
  const auto guessed = unfollowed.predict(chip.reads(), chip.shown());
  ASSERT_TRUE(followed && guessed);
  EXPECT_LT(followed->bound.value, guessed->bound.value / 4);
  EXPECT_LE(error_of(*followed, chip), followed->bound.value);
}

// The real temperature was lower than the filter assumes.
TEST(RtcDrift, WhatAWinterWithoutPowerDidIsNotTakenForTheOscillatorsFault) {
  Chip chip{{.at_turnover = 5e-6, .turnover = 25, .curve = -0.035e-6, .walk = 0},
            {.mean = 22, .swing = 8, .phase = 0},
            12};
  RtcDrift drift{kMeasuredCrystal};
  learn(drift, chip, 5 * 24h);
  const double known = drift.frequency().value;
  chip.weather.mean = -2;
  chip.pass(30 * 24h);
  chip.weather.mean = 22;
  EXPECT_EQ(drift.compare(chip.compared(true)), RtcDrift::Outcome::kUsed);
  EXPECT_NEAR(drift.frequency().value, known, 1e-6);
}

TEST(RtcDrift, AChipThatWasSetWithoutOurKnowledgeIsTakenAsItIs) {
  Chip chip{kGood, kMild, 4};
  RtcDrift drift{kDs3231};
  learn(drift, chip, 72h);
  const double known = drift.frequency().value;
  chip.set_by(3s);
  EXPECT_EQ(drift.compare(chip.compared(true)), RtcDrift::Outcome::kContradicted);
  EXPECT_DOUBLE_EQ(drift.frequency().value, known);
  const auto prediction = drift.predict(chip.reads(), chip.shown());
  ASSERT_TRUE(prediction);
  EXPECT_LE(error_of(*prediction, chip), prediction->bound.value);
}

TEST(RtcDrift, AnOscillatorThatIsAnotherNowIsLearnedAnew) {
  Chip chip{kGood, kMild, 5};
  RtcDrift drift{kDs3231};
  learn(drift, chip, 72h);
  chip.trim = 4e-6;
  chip.pass(24h);
  EXPECT_EQ(drift.compare(chip.compared(true)), RtcDrift::Outcome::kContradicted);
  chip.pass(24h);
  EXPECT_EQ(drift.compare(chip.compared(true)), RtcDrift::Outcome::kContradicted);
  learn(drift, chip, 48h);
  EXPECT_NEAR(drift.frequency().value, 5e-6, 1e-7);
}

TEST(RtcDrift, AChipThatReadsLessThanWhenItWasComparedHasLostItsTime) {
  Chip chip{kGood, kMild, 8};
  RtcDrift drift{kDs3231};
  learn(drift, chip, 24h);
  EXPECT_FALSE(drift.predict(chip.reads() - 1s, std::nullopt));
  EXPECT_EQ(drift.compare({kStart, {}, {3ms}, {}}), RtcDrift::Outcome::kContradicted);
}

TEST(RtcDrift, ForgettingThePhaseKeepsTheFrequency) {
  Chip chip{kGood, kMild, 9};
  RtcDrift drift{kDs3231};
  learn(drift, chip, 72h);
  drift.forget_phase();
  EXPECT_FALSE(drift.predict(chip.reads(), std::nullopt));
  EXPECT_EQ(drift.compare(chip.compared(true)), RtcDrift::Outcome::kStarted);
  EXPECT_NEAR(drift.frequency().value, 1e-6, 3e-8);
}

TEST(RtcDrift, WhatIsRestoredPredictsTheSame) {
  Chip chip{kGood, kMild, 10};
  RtcDrift drift{kDs3231};
  learn(drift, chip, 72h);
  const auto restored = RtcDrift::restored(drift.state());
  ASSERT_TRUE(restored);
  const auto before = drift.predict(chip.reads() + 240h, Celsius{10});
  const auto after = restored->predict(chip.reads() + 240h, Celsius{10});
  ASSERT_TRUE(before && after);
  EXPECT_EQ(before->offset, after->offset);
  EXPECT_EQ(before->bound, after->bound);
}

TEST(RtcDrift, AnAbsurdStateIsNotRestored) {
  const RtcDrift::State sound = RtcDrift{kDs3231}.state();
  ASSERT_TRUE(RtcDrift::restored(sound));
  const auto is_refused = [&](auto&& spoil) {
    RtcDrift::State state = sound;
    spoil(state);
    return !RtcDrift::restored(state);
  };
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_TRUE(is_refused([](auto& s) { s.mean[1] = 0.01; }));
  EXPECT_TRUE(is_refused([](auto& s) { s.mean[0] = 1e11; }));
  EXPECT_TRUE(is_refused([nan](auto& s) { s.mean[0] = nan; }));
  EXPECT_TRUE(is_refused([](auto& s) { s.covariance[1][1] = -1e-12; }));
  EXPECT_TRUE(is_refused([nan](auto& s) { s.covariance[0][0] = nan; }));
  EXPECT_TRUE(is_refused([](auto& s) { s.covariance[1][2] = 1e-12; }));
  EXPECT_TRUE(is_refused([](auto& s) { s.covariance[1][2] = s.covariance[2][1] = 1; }));
  EXPECT_TRUE(is_refused([](auto& s) { s.temperature = {1000}; }));
  EXPECT_TRUE(is_refused([](auto& s) { s.bound = {-1ns}; }));
}

TEST(RtcDrift, NoComparisonHoweverAbsurdMakesItInfinite) {
  RtcDrift drift{kMeasuredCrystal};
  drift.compare({WallTime::min(), {nanoseconds::max()}, {nanoseconds::max()}, Celsius{1e3}});
  drift.compare({WallTime::max(), {nanoseconds::min()}, {}, Celsius{-1e3}});
  drift.compare({WallTime::max(), {}, {nanoseconds::max()}, {}});
  const auto prediction = drift.predict(WallTime::max(), Celsius{0});
  ASSERT_TRUE(prediction);
  EXPECT_TRUE(std::isfinite(drift.frequency().value));
  EXPECT_TRUE(std::isfinite(drift.frequency().deviation));
}

// It was learned in a warm room and is then without power in the cold, or the other way round.
TEST(RtcDrift, ACrystalThatWasLearnedAtAnotherTemperatureIsWithinItsBound) {
  for (const auto& [learned_at, used_at] : {std::pair{25.0, -10.0}, {-10.0, 25.0}, {25.0, 40.0}}) {
    for (const double at_turnover : {-20e-6, 0.0, 20e-6}) {
      for (const nanoseconds off : {1h, 24h, 7 * 24h, 30 * 24h}) {
        Chip chip{{.at_turnover = at_turnover, .turnover = 25, .curve = -0.034e-6, .walk = 0},
                  {.mean = learned_at, .swing = 0, .phase = 0},
                  13};
        RtcDrift drift{kPcf8523};
        learn(drift, chip, 72h);
        chip.weather.mean = used_at;
        chip.pass(off);
        const auto prediction = drift.predict(chip.reads(), std::nullopt);
        ASSERT_TRUE(prediction);
        EXPECT_LE(error_of(*prediction, chip), prediction->bound.value)
            << learned_at << ' ' << used_at << ' ' << at_turnover << ' ' << off.count();
      }
    }
  }
}

// It has the registers of a DS3231, and 5 ppm.
TEST(RtcDrift, ADs3231MThatWasComparedOnceIsWithinItsBound) {
  for (const double error : {-5e-6, 5e-6}) {
    Chip chip{{.at_turnover = error, .turnover = 25, .curve = 0, .walk = 0}, kMild, 14};
    RtcDrift drift{kDs3231};
    drift.compare(chip.compared(true));
    chip.pass(30 * 24h);
    const auto prediction = drift.predict(chip.reads(), chip.shown());
    ASSERT_TRUE(prediction);
    EXPECT_LE(error_of(*prediction, chip), prediction->bound.value);
  }
}

// Each trial is 30 days without power, in weather other than that of the learning phase, with chips that all
// differ. The error is within the bound in 99 % of the trials, and the bound is tight enough to be useful.
struct Trial {
  RtcOscillator oscillator;
  bool has_plain_crystal;
  nanoseconds learned;
};

struct Outcome {
  double covered;  // share of all seeds
  Seconds median_bound;
  Seconds median_error;
};

Chip::Crystal crystal_of(bool is_plain, sim::Random& random) {
  // Compensated chips have what their data sheets leave: 2 ppm, and a remainder of the curve.
  if (!is_plain) {
    return {.at_turnover = 1e-6 * random.normal(),
            .turnover = 25 + 10 * (2 * random.uniform() - 1),
            .curve = -0.0010e-6 * (2 * random.uniform() - 1),
            .walk = 1e-10};
  }
  return {.at_turnover = 20e-6 * (2 * random.uniform() - 1),
          .turnover = 25 + 5 * (2 * random.uniform() - 1),
          .curve = -0.035e-6 - 0.003e-6 * (2 * random.uniform() - 1),
          .walk = 2e-10};
}

// The temperature is between -10 and 40 C.
Chip::Weather weather_of(sim::Random& random) {
  return {.mean = 15 + 10 * (2 * random.uniform() - 1),
          .swing = 5 + 10 * random.uniform(),
          .phase = 2 * std::numbers::pi * random.uniform()};
}

Outcome outcome_of(const Trial& trial, std::uint64_t seeds) {
  std::vector<Seconds> bounds;
  std::vector<Seconds> errors;
  std::uint64_t covered = 0;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    sim::Random random{seed};
    Chip chip{crystal_of(trial.has_plain_crystal, random), weather_of(random), seed + 1'000'000};
    chip.thermometer_error = 3 * (2 * random.uniform() - 1);
    RtcDrift drift{trial.oscillator};
    learn(drift, chip, trial.learned);
    chip.weather = weather_of(random);
    chip.pass(30 * 24h);
    const auto shown = trial.oscillator.has_thermometer ? std::optional{chip.shown()} : std::nullopt;
    const auto restored = RtcDrift::restored(drift.state());
    const auto prediction = restored ? restored->predict(chip.reads(), shown) : std::nullopt;
    EXPECT_TRUE(prediction) << "seed " << seed;
    if (!prediction) continue;
    bounds.emplace_back(prediction->bound.value);
    errors.emplace_back(error_of(*prediction, chip));
    covered += errors.back() <= bounds.back() ? 1 : 0;
  }
  const auto median = [](std::vector<Seconds>& values) {
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
  };
  const Outcome outcome{static_cast<double>(covered) / static_cast<double>(seeds), median(bounds),
                        median(errors)};
  std::printf("covered %.4f, bound %.3f s, error %.3f s\n", outcome.covered, outcome.median_bound.count(),
              outcome.median_error.count());
  return outcome;
}

// The data sheet's 2 ppm from 0 to 40 C amount to 5.2 s.
TEST(RtcDrift, ThirtyDaysWithoutPowerOfACompensatedChip) {
  const Outcome outcome = outcome_of({kDs3231, false, 72h}, 1000);
  EXPECT_GE(outcome.covered, 0.99);
  EXPECT_LT(outcome.median_bound, 5.2s);
}

TEST(RtcDrift, ThirtyDaysWithoutPowerOfACrystalWithAThermometer) {
  const Outcome outcome = outcome_of({kMeasuredCrystal, true, 72h}, 1000);
  EXPECT_GE(outcome.covered, 0.99);
  EXPECT_LT(outcome.median_bound, 90s);
}

// From 25 to -10 C a tuning fork loses 43 ppm, or 111 s; the bound has 1 ppm more.
TEST(RtcDrift, ThirtyDaysWithoutPowerOfACrystalWithoutThermometer) {
  const Outcome outcome = outcome_of({kPcf8523, true, 72h}, 1000);
  EXPECT_GE(outcome.covered, 0.99);
  EXPECT_LT(outcome.median_bound, 115s);
}

TEST(RtcDrift, ThirtyDaysWithoutPowerOfChipsThatWereLearnedForAnHour) {
  EXPECT_GE(outcome_of({kDs3231, false, 1h}, 1000).covered, 0.99);
  EXPECT_GE(outcome_of({kMeasuredCrystal, true, 1h}, 1000).covered, 0.99);
  EXPECT_GE(outcome_of({kPcf8523, true, 1h}, 1000).covered, 0.99);
}

}  // namespace
}  // namespace isletime::rtc_drift_test
