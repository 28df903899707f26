// SPDX-License-Identifier: MIT
// Estimates the rate of a clock from its readings without knowing how noisy the clock is. The model is a
// state space (drift_filter.hpp) whose noises are stated: white noise and flicker noise of the readings,
// white frequency noise and a walk of the rate. The posterior is the average over a grid of their levels,
// each weighed by how likely it makes the readings and by its prior; no level is chosen, so that the
// intervals widen with not knowing the noise. It gives two rates: the mean over the record, and the rate at a
// random time of the record.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "libsync/analysis/drift_filter.hpp"

namespace isletime::analysis {

// A hypothesis about the clock's noise, and what follows from it.
struct NoiseHypothesis {
  double weight;            // the weights sum to 1
  double rate;              // s/s, over the whole record
  double reading_variance;  // s^2, of a reading of relative variance 1
  double white_frequency;   // s^2 gained a second
  double walk;              // s^2/s^2 gained a second
  double per_degree;        // s/s
  double per_degree_variance;
  double mean_variance;     // of the mean rate over the record
  double per_square = 0.0;  // s/s, of a square degree
  double per_square_variance = 0.0;
  double flicker_frequency = 0.0;  // the variance of the rate by its flicker noise
};

// The rate at some time of the record under one hypothesis.
struct RatePart {
  double weight;  // the weights sum to 1
  double rate;    // s/s
  double variance;
  double white_frequency;
  double walk;
  bool is_last;  // at the end of the record
};

struct DriftPosterior {
  std::vector<NoiseHypothesis> hypotheses;
  double degrees_of_freedom;
  std::vector<RatePart> rates;
};

struct Interval {
  double low;
  double high;
};

struct Estimate {
  double value;  // s/s
  Interval interval;
};

// The prior probability that a clock has no noise but that of its readings.
inline constexpr double kQuietPrior = 0.45;

// Needs at least 4 readings over some time, and more than there are segments and coefficients. `terms` of the
// temperature: 0, 1 (per degree) or 2 (and per square degree).
DriftPosterior estimate_drift(std::span<const Reading> readings, std::size_t terms,
                              double quiet_prior = kQuietPrior);

double mean_rate(const DriftPosterior& posterior);
// Returns the interval of the mean rate over the record. `confidence` is within (0, 1).
Interval mean_interval(const DriftPosterior& posterior, double confidence);
// Returns the interval of the rate at any one time of the record. It always includes mean_interval().
Interval rate_interval(const DriftPosterior& posterior, double confidence);
// Return the effects of a degree and of a square degree.
Estimate per_degree(const DriftPosterior& posterior, double confidence);
Estimate per_square(const DriftPosterior& posterior, double confidence);

// Returns the cumulative probability of Student's distribution, to a few parts in a thousand.
double student_cumulative(double value, double degrees_of_freedom);

}  // namespace isletime::analysis
