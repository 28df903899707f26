// SPDX-License-Identifier: MIT
// The estimate of the local oscillator at one instant of the free-running frame. Phase and frequency are
// local - true, with the opposite sign of Offset. Variances are in s^2.
#pragma once

#include "libsync/core/time_types.hpp"
#include "libsync/policy/saturated.hpp"

namespace isletime {

struct Estimate {
  nanoseconds phase{};         // free-running - true
  double frequency = 0.0;      // what the oscillator gains in each of its own seconds
  double var_phase = 0.0;      // s^2
  double covariance = 0.0;     // s
  double var_frequency = 0.0;  // 1
};

constexpr Offset offset_of(const Estimate& estimate) {
  return {saturated_difference(nanoseconds::zero(), estimate.phase)};
}

}  // namespace isletime
