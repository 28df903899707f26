// SPDX-License-Identifier: MIT
// The simulated chips follow their datasheets: a DS3231 within 2 ppm that ages, and a tuning fork with its
// parabola of temperature, in a house with days and seasons.
#include "libsync/policy/rtc_drift_estimator.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <random>

#include <gtest/gtest.h>

namespace isletime {
namespace {

using namespace std::chrono_literals;
using Outcome = RtcDriftEstimator::Outcome;

constexpr WallTime kStart{1'770'000'000s};
constexpr double kHour = 3600;
constexpr double kDay = 86'400;
constexpr double kYear = 365.25 * kDay;
constexpr double kPpm = 1e-6;

nanoseconds in_ns(double time) {
  return nanoseconds{std::llround(time * 1e9)};
}

// A chip that was set to true time at the start, seen as true - chip.
class Chip {
 public:
  Chip(bool is_compensated, unsigned seed) : is_compensated_(is_compensated), random_(seed) {
    std::uniform_real_distribution<double> uniform;
    base_ = (2 * uniform(random_) - 1) * (is_compensated ? 1.5 : 20) * kPpm;
    season_ = uniform(random_) * kYear;
    daily_swing_ = 1 + 5 * uniform(random_);
  }

  void run_an_hour() {
    passed_ += kHour;
    weather_ += -weather_ * kHour / (4 * kDay) + 0.4 * normal_(random_);
    const double turn = 2 * std::numbers::pi;
    const double temperature = 20 + 6 * std::sin(turn * (passed_ + season_) / kYear) +
                               daily_swing_ * std::sin(turn * passed_ / kDay) + weather_ - colder_;
    const double away = temperature - 25;
    const double loss = is_compensated_ ? 0.03 * away * kPpm : 0.035 * away * away * kPpm;
    const double ageing = is_compensated_ ? 1 * kPpm * passed_ / kYear : 0;
    offset_ += (base_ + loss + ageing) * kHour;
  }

  WallTime reading() const { return kStart + in_ns(passed_ - offset_); }
  double offset() const { return offset_; }
  void carry_into_a_colder_room() { colder_ = 8; }
  // As compared with a device's clock, which is off by up to 5 ms.
  Offset compared() {
    std::uniform_real_distribution<double> error(-5e-3, 5e-3);
    return {in_ns(offset_ + error(random_))};
  }

 private:
  bool is_compensated_;
  std::mt19937 random_;
  std::normal_distribution<double> normal_;
  double base_;
  double season_;
  double daily_swing_;
  double weather_ = 0;
  double colder_ = 0;
  double passed_ = 0;
  double offset_ = 0;
};

constexpr Dispersion kComparedWithin{5ms};

RtcRateTraits traits_of(bool is_compensated) {
  return is_compensated ? kCompensatedRtc : kTuningFork;
}

struct Tally {
  int predictions = 0;
  int outside = 0;
  double widest = 0;  // the bound's growth per time without comparisons
};

// Compared every hour, with breaks, for some days; then without power for a
// month, half of the chips in a colder room, predicted every six hours.
void predict_a_month(bool is_compensated, int days, unsigned seed, Tally& tally) {
  Chip chip{is_compensated, seed};
  RtcDriftEstimator estimator{traits_of(is_compensated)};
  for (int hour = 0; hour < days * 24; ++hour) {
    chip.run_an_hour();
    if (hour % 24 >= 8) continue;
    EXPECT_EQ(estimator.compare(chip.reading(), chip.compared(), kComparedWithin), Outcome::kTaken);
  }
  estimator.compare(chip.reading(), chip.compared(), kComparedWithin);
  if (seed % 2 == 0) chip.carry_into_a_colder_room();
  const auto restored = RtcDriftEstimator::restored(traits_of(is_compensated), estimator.saved());
  ASSERT_TRUE(restored);
  for (int hour = 1; hour <= 30 * 24; ++hour) {
    chip.run_an_hour();
    if (hour % 6 != 0) continue;
    const auto prediction = restored->predict(chip.reading());
    ASSERT_TRUE(prediction);
    const double error =
        std::abs(static_cast<double>(prediction->offset.value.count()) * 1e-9 - chip.offset());
    const double bound = static_cast<double>(prediction->bound.value.count()) * 1e-9;
    ++tally.predictions;
    if (error > bound) ++tally.outside;
    tally.widest = std::max(tally.widest, (bound - 6e-3) / (hour * kHour));
  }
}

Tally tally_of(bool is_compensated, int days) {
  Tally tally;
  for (unsigned seed = 1; seed <= 60; ++seed) predict_a_month(is_compensated, days, seed, tally);
  return tally;
}

TEST(RtcDriftEstimator, TheTruthIsWithinTheBoundOfAChipThatWasNeverLearned) {
  for (const bool is_compensated : {true, false}) {
    const Tally tally = tally_of(is_compensated, 0);
    EXPECT_EQ(tally.outside, 0);
    EXPECT_LT(tally.widest, is_compensated ? 6.1 * kPpm : 65.1 * kPpm);
  }
}

TEST(RtcDriftEstimator, AfterThreeWeeksAChipWithCompensationIsHeldToOnePpm) {
  const Tally tally = tally_of(true, 21);
  EXPECT_LE(tally.outside * 100, tally.predictions);
  EXPECT_LT(tally.widest, 1.0 * kPpm);
}

TEST(RtcDriftEstimator, AfterThreeWeeksATuningForkIsHeldToAThirdOfItsTolerance) {
  const Tally tally = tally_of(false, 21);
  EXPECT_LE(tally.outside * 100, tally.predictions);
  EXPECT_LT(tally.widest, 22 * kPpm);
}

TEST(RtcDriftEstimator, LearnsTheRateOfASteadyChip) {
  RtcDriftEstimator estimator{kTuningFork};
  for (int day = 0; day <= 20; ++day) {
    const nanoseconds slow = day * 86'400 * 17'000ns;  // 17 ppm
    estimator.compare(kStart + day * 24h, {slow}, {1ms});
  }
  EXPECT_NEAR(static_cast<double>(estimator.rate().scaled) / 65'536, 17, 0.05);
  EXPECT_EQ(estimator.rate_bound(), kTuningFork.least_wander);
  const auto prediction = estimator.predict(kStart + 30 * 24h);
  EXPECT_NEAR(static_cast<double>(prediction->offset.value.count()) * 1e-9, 30 * 86'400 * 17e-6, 0.05);
}

TEST(RtcDriftEstimator, SavesWhatItKnowsAndBelievesNothingThatWasChanged) {
  RtcDriftEstimator estimator{kTuningFork};
  for (int day = 0; day <= 5; ++day) estimator.compare(kStart + day * 24h, {day * 1s}, {1ms});
  const RtcDriftEstimator::Saved saved = estimator.saved();
  const auto restored = RtcDriftEstimator::restored(kTuningFork, saved);
  ASSERT_TRUE(restored);
  EXPECT_EQ(restored->saved(), saved);
  EXPECT_EQ(restored->predict(kStart + 9 * 24h)->offset, estimator.predict(kStart + 9 * 24h)->offset);
  for (std::size_t i = 0; i < saved.size(); ++i) {
    RtcDriftEstimator::Saved torn = saved;
    torn[i] = static_cast<std::uint8_t>(torn[i] ^ 0x10);
    EXPECT_FALSE(RtcDriftEstimator::restored(kTuningFork, torn)) << i;
  }
  EXPECT_FALSE(RtcDriftEstimator::restored(kTuningFork, Bytes{saved}.first(40)));
  EXPECT_FALSE(RtcDriftEstimator::restored(kTuningFork, RtcDriftEstimator::Saved{}));
}

TEST(RtcDriftEstimator, AChipThatSomebodySetIsContradictedAndItsRateStays) {
  RtcDriftEstimator estimator{kCompensatedRtc};
  for (int day = 0; day <= 10; ++day) estimator.compare(kStart + day * 24h, {day * 86'400 * 1'000ns}, {1ms});
  const Ppm rate = estimator.rate();
  EXPECT_EQ(estimator.compare(kStart + 11 * 24h, {-3600s}, {1ms}), Outcome::kContradicted);
  EXPECT_EQ(estimator.rate(), rate);
  EXPECT_EQ(estimator.predict(kStart + 11 * 24h)->offset.value, -3600s);
  EXPECT_EQ(estimator.compare(kStart, {0s}, {1ms}), Outcome::kContradicted);
}

TEST(RtcDriftEstimator, KnowsNoOffsetBeforeAComparisonAfterALossOrFromAnEarlierReading) {
  RtcDriftEstimator estimator{kCompensatedRtc};
  EXPECT_FALSE(estimator.predict(kStart));
  estimator.compare(kStart, {2s}, {1ms});
  EXPECT_TRUE(estimator.predict(kStart));
  EXPECT_FALSE(estimator.predict(kStart - 1s));
  EXPECT_FALSE(estimator.predict(kStart + 24h * 365 * 4));
  EXPECT_FALSE(estimator.predict(WallTime::max()));
  estimator.forget_offset();
  EXPECT_FALSE(estimator.predict(kStart));
  EXPECT_FALSE(RtcDriftEstimator::restored(kCompensatedRtc, estimator.saved())->predict(kStart));
}

TEST(RtcDriftEstimator, HostileComparisonsOverflowNothing) {
  std::mt19937_64 random{1};
  RtcDriftEstimator estimator{kTuningFork};
  const auto any = [&random] { return nanoseconds{static_cast<std::int64_t>(random()) >> random() % 40}; };
  for (int i = 0; i < 100'000; ++i) {
    estimator.compare(WallTime{any()}, {any()}, {any()});
    const auto prediction = estimator.predict(WallTime{any()});
    EXPECT_TRUE(!prediction || prediction->bound.value >= 0ns);
    EXPECT_LE(estimator.rate_bound(), kTuningFork.tolerance);
  }
}

}  // namespace
}  // namespace isletime
