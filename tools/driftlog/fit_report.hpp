// SPDX-License-Identifier: MIT
// A fit's results in words, as a table's line and as JSON.
#pragma once

#include <string>
#include <vector>

#include "libsync/analysis/drift_fit.hpp"
#include "libsync/core/time_types.hpp"

namespace isletime::driftlog {

struct FitReport {
  std::string file;
  std::string source;  // empty: the record names none
  WallTime start;
  std::size_t without_offset;
  analysis::DriftFit fit;
};

std::string fit_json(const FitReport& report, const analysis::FitQuestion& question);
// Returns whole lines.
std::string fit_words(const FitReport& report, const analysis::FitQuestion& question);
std::string fit_table(const std::vector<FitReport>& reports, const analysis::FitQuestion& question);

// "+23.62": a rate, given in seconds a second, in ppm, to two digits of its uncertainty.
std::string ppm_text(double rate, double half_width);

// "36 h": to two or three digits, in the unit that fits.
std::string length_text(double seconds);

}  // namespace isletime::driftlog
