// SPDX-License-Identifier: MIT
// A record may be too short to show how far a clock's rate may go; these floors by the family of its
// oscillator stand in for it. The manufacturers' data sheets say that tuning-fork and AT-cut crystals age by
// up to 3 to 5 ppm in the first year, temperature-compensated ones (DS3231, RV-8803) by up to 1 ppm, and
// ovens by up to 0.1 ppm.
#pragma once

#include <array>
#include <string_view>

namespace isletime::analysis {

struct Oscillator {
  std::string_view name;
  double ageing;       // deviation of the rate's change, s/s a year
  double temperature;  // deviation of what a temperature not met yet does to the rate, s/s
  double walk;         // beyond the record, s/s a root second
};

inline constexpr std::array<Oscillator, 3> kOscillators{
    Oscillator{"crystal", 3e-6, 1e-6, 1e-9},
    Oscillator{"tcxo", 1e-6, 0.2e-6, 2e-10},
    Oscillator{"ocxo", 0.1e-6, 0.01e-6, 1e-11},
};

// Returns null if there is none of that name.
constexpr const Oscillator* find_oscillator(std::string_view name) {
  for (const Oscillator& each : kOscillators) {
    if (each.name == name) return &each;
  }
  return nullptr;
}

}  // namespace isletime::analysis
