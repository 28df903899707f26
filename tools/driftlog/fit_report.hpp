// SPDX-License-Identifier: MIT
// Prints a fit's results in words, as a line of a table, or as JSON.
#pragma once

#include <string>
#include <vector>

#include "libsync/analysis/drift_fit.hpp"
#include "libsync/core/time_types.hpp"

namespace isletime::driftlog {

struct FitReport {
  std::string file;
  std::string source;  // empty if the record names none
  WallTime start;
  std::size_t without_offset;
  analysis::DriftFit fit;
  std::size_t skipped = 0;  // lines of the file that could not be read
};

std::string fit_json(const FitReport& report, const analysis::FitQuestion& question);
// Returns whole lines.
std::string fit_words(const FitReport& report, const analysis::FitQuestion& question);
std::string fit_table(const std::vector<FitReport>& reports, const analysis::FitQuestion& question);

// Returns a rate, given as a fraction, in ppm to two digits of its uncertainty: "+23.62".
std::string ppm_text(double rate, double half_width);

// Returns a duration to two or three digits in a suitable unit: "36 h".
std::string length_text(double seconds);

}  // namespace isletime::driftlog
