// SPDX-License-Identifier: MIT
// The rate of a clock from its readings, when nobody knows how noisy the clock is. The clock is a two-state
// one (white and random-walk frequency noise), read with white noise of known relative variances. A Kalman
// filter for each pair of noise levels gives the likelihood of that pair, by which the pairs are averaged. So
// the interval widens with correlated residuals, and with not knowing how correlated they are.
#pragma once

#include <optional>
#include <span>
#include <vector>

namespace isletime::analysis {

struct Reading {
  double time_s;
  double offset_s;
  double variance;        // relative to the other readings
  double degree_seconds;  // the temperature above its mean, integrated
  bool begins;            // its offset continues none before: it is the record's first, or follows a step
};

// One explanation: how the clock's noise may be.
struct NoiseHypothesis {
  double weight;            // the weights sum to 1
  double rate;              // s/s, over the whole record
  double rate_variance;     // of the rate at any one time of the record
  double reading_variance;  // s^2, of a reading of relative variance 1
  double white_frequency;   // s^2 gained a second
  double walk;              // s^2/s^2 gained a second
  double per_degree;        // s/s
  double per_degree_variance;
  double rate_weight;  // of those that the rate is told by, 1; 0 where noise of that kind does not show
};

struct DriftPosterior {
  std::vector<NoiseHypothesis> hypotheses;
  double degrees_of_freedom;
};

struct Interval {
  double low;
  double high;
};

// How well the readings are explained without frequency noise, as a share of what its best level does, for
// none to be believed. With 0.3 clocks that wander are covered 3 times less of 100; with 0.7 clocks that do
// not are covered too often, by intervals that are 2 % wider.
inline constexpr double kQuietFrom = 0.5;

// Needs at least 4 readings over some time, and more than there are segments and coefficients.
DriftPosterior estimate_drift(std::span<const Reading> readings, bool has_temperature,
                              double quiet_from = kQuietFrom);

double mean_rate(const DriftPosterior& posterior);
// `confidence` is within (0, 1).
Interval rate_interval(const DriftPosterior& posterior, double confidence);
double mean_per_degree(const DriftPosterior& posterior);
Interval per_degree_interval(const DriftPosterior& posterior, double confidence);

// The cumulative probability of Student's distribution, to a few parts in a thousand.
double student_cumulative(double value, double degrees_of_freedom);

}  // namespace isletime::analysis
