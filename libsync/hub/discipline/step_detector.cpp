// SPDX-License-Identifier: MIT
#include "libsync/hub/discipline/step_detector.hpp"

#include <algorithm>
#include <cmath>

namespace isletime {
namespace {

// The rate of an oscillator may jump by a crystal's and a kernel's tolerances together.
constexpr double kUnknownFrequency = 1e-3;
constexpr double kAgreeingExcess = 3.0;

// After this many less precise samples without another suspect, the suspects were strays.
constexpr int kManyAcquitting = 8;

// The known delays may belong to another path than the suspects', but their round trips are certain.
double uncertainty(const Observation& o) {
  return std::max(o.half_width, o.reach) + kAgreeingExcess * o.mean_excess + o.precision;
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
  acquitting_ = 0;
  return agreeing_ >= evidence;
}

void StepDetector::acquit(const Observation& observation, double interval) {
  best_age_ += interval;
  ++acquitting_;
  const bool says_no_less = observation.half_width <= best_.half_width + best_.mean_excess;
  if (says_no_less || acquitting_ >= kManyAcquitting) clear();
}

void StepDetector::clear() {
  agreeing_ = 0;
  acquitting_ = 0;
}

}  // namespace isletime
