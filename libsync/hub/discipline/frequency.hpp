// SPDX-License-Identifier: MIT
// An estimate of an oscillator's frequency.
#pragma once

namespace isletime {

struct Frequency {
  double value = 0.0;      // the gain in each of its own seconds, a fraction
  double deviation = 0.0;  // standard deviation of the value

  // Returns the greatest error of the value, taken to be this many standard deviations.
  constexpr double bound_of(double deviations) const { return deviations * deviation; }
  constexpr bool operator==(const Frequency&) const = default;
};

}  // namespace isletime
