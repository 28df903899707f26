// SPDX-License-Identifier: MIT
#include "libsync/analysis/resolution.hpp"

#include <cmath>
#include <random>

#include <gtest/gtest.h>

namespace isletime::analysis::resolution_test {
namespace {

struct Made {
  double rate = 3e-6;
  double phase_s = 0.2;
  double jitter_s = 0.01;  // of the times
  double noise_s = 0.0;
  double request_s = 0.0;  // rows are stamped up to so long before the reading
  bool is_whole = true;
  std::optional<double> bound_s = std::nullopt;
};

// A row a minute for two days, as a logger makes them: the offset is exact, the time column is rounded.
std::vector<ClockRow> logged(const Made& made, double time_step_s) {
  std::mt19937_64 random(11);
  std::uniform_real_distribution<double> uniform;
  std::normal_distribution<double> normal;
  std::vector<ClockRow> rows;
  for (int i = 0; i < 2880; ++i) {
    const double time = 60.0 * i + 0.3 + made.jitter_s * uniform(random);
    const double remote = time + made.request_s * uniform(random) + made.phase_s + made.rate * time +
                          made.noise_s * normal(random);
    const double offset = (made.is_whole ? std::floor(remote) : remote) - time;
    const double written = time_step_s > 0.0 ? time_step_s * std::round(time / time_step_s) : time;
    rows.push_back({written, offset, made.bound_s, std::nullopt, false});
  }
  return rows;
}

std::optional<Resolution> found(const Made& made, double time_step_s) {
  return find_resolution(logged(made, time_step_s), made.bound_s.value_or(0.0));
}

TEST(Resolution, WholeSecondsAreSeenWhateverTheTimeColumnIsRoundedTo) {
  for (const double bound : {0.5, 1.0}) {
    for (const double time_step : {0.0, 0.01, 1.0}) {
      const auto resolution = found({.phase_s = 0.6, .bound_s = bound}, time_step);
      ASSERT_TRUE(resolution) << bound << ' ' << time_step;
      EXPECT_EQ(resolution->step_s, 1.0);
      EXPECT_TRUE(resolution->is_coarse);
    }
  }
}

TEST(Resolution, WholeSecondsStampedAtTheRequestAreSeen) {
  const auto resolution = found({.phase_s = 0.6, .request_s = 0.08, .bound_s = 0.6}, 0.0);
  ASSERT_TRUE(resolution);
  EXPECT_EQ(resolution->step_s, 1.0);
}

TEST(Resolution, WholeSecondsOfWhichNoneWasSeenToPassAreSeen) {
  EXPECT_EQ(found({.bound_s = 0.5}, 0.01)->step_s, 1.0);
  // Without bounds, by offsets that undo the unevenness of the times.
  const auto unbounded = found({.jitter_s = 0.05}, 0.01);
  ASSERT_TRUE(unbounded);
  EXPECT_EQ(unbounded->step_s, 1.0);
}

TEST(Resolution, AFineClockThatHardlyDriftsIsNotTakenForACoarseOne) {
  for (const double time_step : {0.0, 0.01, 1.0}) {
    EXPECT_FALSE(found({.rate = 0.0, .noise_s = 0.001, .is_whole = false}, time_step)) << time_step;
    EXPECT_FALSE(found({.rate = 0.0, .noise_s = 0.0001, .is_whole = false, .bound_s = 0.005}, time_step));
    EXPECT_FALSE(found({.rate = 0.0, .jitter_s = 0.0, .noise_s = 0.0005, .is_whole = false}, time_step));
  }
}

TEST(Resolution, AStepOfASecondDoesNotMakeAFineClockCoarse) {
  auto rows = logged({.noise_s = 0.001, .is_whole = false, .bound_s = 0.005}, 0.01);
  for (std::size_t i = 1000; i < rows.size(); ++i) rows[i].offset_s += 1.0;
  EXPECT_FALSE(find_resolution(rows, 0.005));
}

TEST(Resolution, ARowThatIsOffByASecondDoesNotMakeAFineClockCoarse) {
  for (const std::size_t wrong : {1000U, 2879U, 0U}) {
    auto rows = logged({.rate = 1e-7, .jitter_s = 0.0, .noise_s = 0.001, .is_whole = false}, 0.0);
    rows[wrong].offset_s += 1.0;
    EXPECT_FALSE(find_resolution(rows, 0.0)) << wrong;
  }
}

TEST(Resolution, JumpsOfASecondWithinTheBoundsAreSteps) {
  // The times are so uneven, and rounded so coarsely, that the readings lie on no lattice.
  const auto resolution = found({.phase_s = 0.6, .jitter_s = 0.5, .bound_s = 1.0}, 1.0);
  ASSERT_TRUE(resolution);
  EXPECT_EQ(resolution->step_s, 1.0);
}

TEST(Resolution, OffsetsThatUndoRoundedTimesAreOfWholeSeconds) {
  const auto resolution = found({.rate = 0.0, .jitter_s = 0.3}, 0.1);
  ASSERT_TRUE(resolution);
  EXPECT_EQ(resolution->step_s, 1.0);
}

TEST(Resolution, AFineClockWithLooseBoundsIsNotCoarse) {
  EXPECT_FALSE(found({.rate = 0.0, .noise_s = 0.03, .is_whole = false, .bound_s = 3.0}, 0.0));
}

TEST(Resolution, OffsetsThatAreAllEqualAreSecondsAndNotMinutes) {
  const std::vector<ClockRow> rows = logged({.rate = 0.0, .jitter_s = 0.0}, 0.0);
  EXPECT_EQ(find_resolution(rows, 0.0)->step_s, 1.0);
}

TEST(Resolution, NoiseOrADriftOfAStepFromRowToRowIsNotHidden) {
  EXPECT_TRUE(hides_noise(logged({}, 0.0), 1.0));
  EXPECT_FALSE(hides_noise(logged({.noise_s = 1.0}, 0.0), 1.0));
  EXPECT_FALSE(hides_noise(logged({.rate = 0.01}, 0.0), 1.0));
}

}  // namespace
}  // namespace isletime::analysis::resolution_test
