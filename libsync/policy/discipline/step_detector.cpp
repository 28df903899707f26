// SPDX-License-Identifier: MIT
#include "libsync/policy/discipline/step_detector.hpp"

#include <cmath>

namespace isletime {
namespace {

// Of an oscillator that nobody has measured yet, while the evidence is gathered.
constexpr double kUnknownFrequency = 1e-4;
constexpr double kAgreeingExcess = 3.0;

double uncertainty(const Observation& o) {
  return o.half_width + kAgreeingExcess * o.mean_excess + o.precision;
}

}  // namespace

bool StepDetector::suspect(const Observation& observation, double interval, int evidence) {
  best_age_ += interval;
  const bool agrees =
      agreeing_ > 0 && std::abs(observation.phase - best_.phase) <=
                           uncertainty(observation) + uncertainty(best_) + kUnknownFrequency * best_age_;
  if (!agrees) agreeing_ = 0;
  if (!agrees || observation.half_width <= best_.half_width) {
    best_ = observation;
    best_age_ = 0.0;
  }
  ++agreeing_;
  return agreeing_ >= evidence;
}

}  // namespace isletime
