// SPDX-License-Identifier: MIT
// Fits a clock's drift to a record of its offsets: it leaves faults out, splits the record at steps, gives
// the rate with an interval that is honest under correlated noise, and says how long the clock may be
// trusted. It concludes nothing from too few rows, and says how long to run.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "libsync/analysis/allan_deviation.hpp"
#include "libsync/analysis/believed_rows.hpp"
#include "libsync/analysis/clock_row.hpp"
#include "libsync/analysis/drift_posterior.hpp"
#include "libsync/analysis/oscillator.hpp"
#include "libsync/analysis/row_faults.hpp"

namespace isletime::analysis {

inline constexpr std::size_t kFewestRows = 10;

struct FitQuestion {
  double confidence = 0.95;            // within (0, 1)
  double tolerance_s = 1.0;            // above 0
  double precision_ppm = 2.0;          // an interval whose half is wider than this concludes nothing
  std::optional<double> resolution_s;  // of whole steps that the readings are said to show
  Oscillator oscillator = kOscillators.front();  // for what the record is too short to show
};

struct FittedSegment {
  double from_s;
  double to_s;
  std::size_t rows;
  std::optional<double> rate;  // s/s; absent: too few rows
  Interval interval;
};

struct Residuals {
  double rms_s;
  double median_s;  // of their sizes
  double largest_s;
};

struct TemperatureEffect {
  double mean_c;
  Estimate per_degree;
  std::optional<Estimate> per_square = {};  // absent: the temperatures hardly differ
  double swing = 0.0;  // s/s: how far the temperature is known to take the rate to either side
};

struct Window {
  double seconds;
  bool is_beyond_record;  // longer than what was observed: extrapolated
};

enum class FitVerdict {
  kConclusive,
  kTooFewRows,  // nothing is said of the rate
  kTooShort,    // the interval is wider than asked
  kWanders,     // the rate wanders or follows the temperature: no longer record would narrow the interval
  kManySteps,   // more than a clock is stepped: nothing is said of the rate
  kNoNoise,  // the offsets have no noise: nothing tells how well the rate of the line that they make is known
};

// Returns whether the fit has a rate, conclusive or not.
constexpr bool has_rate(FitVerdict verdict) {
  return verdict == FitVerdict::kConclusive || verdict == FitVerdict::kTooShort ||
         verdict == FitVerdict::kWanders;
}

struct DriftFit {
  FitVerdict verdict = FitVerdict::kTooFewRows;
  std::size_t rows = 0;
  double span_s = 0.0;
  double interval_s = 0.0;             // between rows, usually
  std::optional<double> resolution_s;  // of whole steps that the readings show
  bool is_by_bounds = false;           // the steps are too coarse to average out
  std::size_t repeated = 0;            // rows that are no readings of their own
  std::vector<std::size_t> outliers;
  std::vector<Step> steps;
  NoiseLaw law;              // by which rows weigh
  double rate = 0.0;         // s/s, the mean over the record; positive: the clock gains on the reference
  Interval mean_interval{};  // of the mean rate over the record
  Interval interval{};       // of the rate at any one time
  std::vector<FittedSegment> segments;
  Residuals residuals{};
  std::optional<TemperatureEffect> temperature;
  std::vector<AllanPoint> allan;
  Window window{};                  // until the error may exceed the tolerance
  Window corrected_window{};        // the same where the drift is taken out
  double resync_s = 0.0;            // half the window: one missed sync does no harm
  std::optional<double> run_for_s;  // how long to run instead, if that is known
};

// Returns how much the clock gained up to a row because of the temperature. Needs a record with integrated
// temperature.
double gain_by_temperature(const TemperatureEffect& effect, const Believed& record, std::size_t row);

DriftFit fit_drift(std::span<const ClockRow> rows, const FitQuestion& question);

}  // namespace isletime::analysis
