// SPDX-License-Identifier: MIT
#include "libsync/hub/discipline/filter_bank.hpp"

#include <cmath>

#include <gtest/gtest.h>

#include "tests/sim/random.hpp"

namespace isletime::filter_bank_test {
namespace {

constexpr Frequency kUnknown{.value = 0.0, .deviation = 1e-4};
constexpr double kPoll = 64.0;
constexpr double kMeanExcess = 1e-4;

// An oscillator of constant frequency observed over a path with exponential queues.
struct Bench {
  FilterBank bank{kUnknown};
  sim::Random random{1};
  double frequency = 20e-6;
  double phase = 0.0;

  Bench() { bank.set_phase(0.0, 1e-3); }

  void run(int samples, double walk) {
    for (int i = 0; i < samples; ++i) {
      phase += frequency * kPoll;
      frequency += walk * std::sqrt(kPoll) * random.normal();
      bank.predict(kPoll);
      const double there = random.exponential(kMeanExcess);
      const double back = random.exponential(kMeanExcess);
      bank.observe({.phase = phase + (back - there) / 2,
                    .half_width = (there + back) / 2,
                    .mean_excess = kMeanExcess,
                    .precision = 2e-7});
    }
  }
};

TEST(FilterBank, FindsPhaseAndFrequency) {
  Bench bench;
  bench.run(300, 0.0);
  const FilterState mean = bench.bank.mean_after(0.0);
  EXPECT_NEAR(mean.phase, bench.phase, 3e-5);
  EXPECT_NEAR(mean.frequency, bench.frequency, 1e-8);
}

TEST(FilterBank, KnowsHowWrongItMayBe) {
  Bench bench;
  bench.run(300, 1e-9);
  const FilterState mean = bench.bank.mean_after(0.0);
  EXPECT_LT(std::abs(mean.phase - bench.phase), 4.0 * std::sqrt(mean.var_phase));
  EXPECT_LT(std::sqrt(mean.var_phase), 5e-5);
}

// Frequency walks of 1e-8 and 1e-10 per sqrt(s) leave 30 and 0.3 times the path's noise in an hour's
// prediction.
TEST(FilterBank, LearnsHowMuchTheOscillatorWanders) {
  Bench calm;
  calm.run(600, 1e-10);
  Bench wild;
  wild.run(600, 1e-8);
  EXPECT_GT(wild.bank.mean_after(3600.0).var_phase, 100.0 * calm.bank.mean_after(3600.0).var_phase);
}

TEST(FilterBank, IsTheLessCertainTheFurtherAhead) {
  Bench bench;
  bench.run(100, 1e-9);
  EXPECT_GT(bench.bank.mean_after(1000.0).var_phase, bench.bank.mean_after(100.0).var_phase);
  EXPECT_NEAR(bench.bank.mean_after(100.0).phase - bench.bank.mean_after(0.0).phase, 20e-6 * 100.0, 1e-5);
}

TEST(FilterBank, StartsFromTheFrequencyItIsGiven) {
  FilterBank bank{{.value = -7e-6, .deviation = 1e-8}};
  bank.set_phase(0.0, 1e-6);
  EXPECT_NEAR(bank.mean_after(0.0).frequency, -7e-6, 1e-18);
  EXPECT_NEAR(std::sqrt(bank.mean_after(0.0).var_frequency), 1e-8, 1e-12);
}

TEST(FilterBank, CannotExplainAStep) {
  Bench bench;
  bench.run(100, 1e-9);
  Observation sample = {
      .phase = bench.phase, .half_width = kMeanExcess, .mean_excess = kMeanExcess, .precision = 2e-7};
  EXPECT_TRUE(bench.bank.is_consistent(sample));
  sample.phase += 0.1;
  EXPECT_FALSE(bench.bank.is_consistent(sample));
}

// A heated crystal walks by 1e-6 per sqrt(s), 60 ppm in an hour, which must not be taken for outliers.
TEST(FilterBank, FollowsACrystalThatIsNotInPeace) {
  Bench bench;
  bench.run(200, 1e-9);
  for (int i = 0; i < 200; ++i) {
    bench.run(1, 1e-6);
    const FilterState mean = bench.bank.mean_after(0.0);
    if (i >= 20) {
      EXPECT_LT(std::abs(mean.phase - bench.phase), 1e-3) << i;
    }
  }
}

// For the member with the least wander and the sharpest box, a step of a millisecond would stay an outlier.
TEST(FilterBank, SaysWhenItIsSurprised) {
  Bench bench;
  bench.run(200, 1e-9);
  Observation sample = {
      .phase = bench.phase, .half_width = kMeanExcess / 2, .mean_excess = kMeanExcess, .precision = 2e-7};
  FilterBank calm = bench.bank;
  EXPECT_FALSE(calm.observe(sample).is_surprise);
  sample.phase += 1e-3;
  EXPECT_TRUE(bench.bank.observe(sample).is_surprise);
}

TEST(FilterBank, ALooserFrequencyIsOnlyLessCertain) {
  Bench bench;
  bench.run(200, 1e-9);
  const FilterState before = bench.bank.mean_after(0.0);
  bench.bank.loosen_frequency(1e-5);
  const FilterState after = bench.bank.mean_after(0.0);
  EXPECT_DOUBLE_EQ(after.frequency, before.frequency);
  EXPECT_DOUBLE_EQ(after.phase, before.phase);
  EXPECT_NEAR(std::sqrt(after.var_frequency), 1e-5, 1e-7);
}

// A member of negligible weight must be able to recover, for example when wander returns after a calm week.
TEST(FilterBank, FollowsAChangeOfTheOscillatorsCharacter) {
  Bench bench;
  bench.run(3000, 0.0);
  const double calm = bench.bank.mean_after(kPoll).var_phase;
  bench.run(400, 3e-8);
  const FilterState mean = bench.bank.mean_after(0.0);
  EXPECT_GT(bench.bank.mean_after(kPoll).var_phase, calm);
  EXPECT_LT(std::abs(mean.phase - bench.phase), 4.0 * std::sqrt(mean.var_phase));
}

}  // namespace
}  // namespace isletime::filter_bank_test
