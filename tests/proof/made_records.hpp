// SPDX-License-Identifier: MIT
// Records as somebody else would make them up to try the analysis: a rate that is constant unless said
// otherwise, and whatever may be wrong with the readings of it. A seed decides all of it.
#pragma once

#include <cstdint>
#include <vector>

#include "libsync/analysis/clock_row.hpp"

namespace isletime::analysis {

enum class MadeNoise : std::uint8_t {
  kNormal,       // normal; the bound is `bound_deviations` of its deviation
  kUniform,      // uniform within the bound
  kExponential,  // each way takes longer by an exponential time; the bound is half the round trip
};

enum class MadeSeconds : std::uint8_t { kFine, kFloor, kRound };

struct MadeRecord {
  std::size_t rows = 1000;
  double interval_s = 60.0;
  double interval_jitter = 0.0;  // as a share of the interval, either way
  double most_drift_ppm = 100.0;
  MadeNoise noise = MadeNoise::kNormal;
  double noise_s = 0.005;         // its deviation, or its bound, or the mean of each way's excess
  double bound_deviations = 2.5;  // of normal noise
  double noise_spread = 0.0;      // it changes from row to row by this, in powers of e
  double noise_by_day = 0.0;      // it is larger by this share of itself at one time of the day
  bool has_bound = true;
  double gap_share = 0.0;
  double gap_rows = 20.0;
  double outlier_share = 0.0;
  double least_outlier_s = 0.1;
  double most_outlier_s = 5.0;
  std::size_t steps = 0;
  double least_step_s = 0.5;
  double most_step_s = 10.0;
  MadeSeconds seconds = MadeSeconds::kFine;
  double bound_of_seconds_s = 0.5;
  double white = 0.0;  // s a root second
  double walk = 0.0;   // s/s a root second
};

struct MadeRows {
  std::vector<ClockRow> rows;
  double rate;       // at the beginning
  double mean_rate;  // over the record, where it is known; the same unless it walks
  std::vector<std::size_t> outliers;
  std::vector<std::size_t> steps;
};

MadeRows make_record(const MadeRecord& record, std::uint64_t seed);

}  // namespace isletime::analysis
