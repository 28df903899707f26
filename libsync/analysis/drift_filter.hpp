// SPDX-License-Identifier: MIT
// This is a Kalman filter for a clock that is read with noise. Its states are the gain and the rate (the
// two-state clock of Galleani and Tavella, with white and random-walk frequency noise), the offset of the
// present segment, the effects of a degree and of a square degree, and flicker noise of the readings or of
// the frequency as three Gauss-Markov processes a decade apart. It computes the likelihood of the readings at
// given noise levels and, by Bierman's form of the Bryson-Frazier smoother, the rate at each reading.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <vector>

namespace isletime::analysis {

struct Reading {
  double time_s;
  double offset_s;
  double variance;              // relative to the other readings
  double degree_seconds;        // the temperature above its mean, integrated
  bool begins;                  // a segment: it is the record's first, or follows a step
  double degrees = 0.0;         // the temperature above its mean
  double square_seconds = 0.0;  // the square of that less its mean, integrated
  double squares = 0.0;
};

inline constexpr std::size_t kFlickerDecades = 3;

// The variances are relative to that of a reading, over a record of length 1.
struct NoiseLevels {
  double white = 0.0;              // of what white frequency noise adds to the gain
  double walk = 0.0;               // of what a walk adds to the rate
  double flicker = 0.0;            // of each decade of the readings' flicker noise
  double flicker_frequency = 0.0;  // of each decade of the rate's; not with flicker
};

struct FilterInput {
  std::vector<Reading> readings;  // of a record of length 1
  double diffuse;                 // the variance of what is unknown beforehand
  std::size_t terms;              // of the temperature: 0, 1 or 2
  std::size_t segments;
};

struct Evidence {
  double log_likelihood;
  double rate;  // the mean over the record
  double rate_variance;
  double scale;  // the variance of a reading
  std::array<double, 2> per_degree;
  std::array<double, 2> per_degree_variance;
};

// The rate at a reading's time includes the effect of the temperature at that time.
struct RateOnce {
  double rate;
  double variance;
};

Evidence weigh(const FilterInput& input, const NoiseLevels& noise);

// Returns the rate at each reading. The variances are relative to the evidence's scale.
std::vector<RateOnce> smooth_rates(const FilterInput& input, const NoiseLevels& noise);

}  // namespace isletime::analysis
