// SPDX-License-Identifier: MIT
// How long a clock may be left alone: its rate, noise and their uncertainties extrapolated.
#pragma once

#include "libsync/analysis/drift_posterior.hpp"

namespace isletime::analysis {

struct Trust {
  double tolerance_s;
  double confidence;  // within (0, 1)
};

enum class Holdover {
  kUncorrected,  // the clock runs as it does
  kCorrected,    // the drift found is taken out: its uncertainty remains
};

// Seconds after a sync whose error has the deviation `at_sync_s` until the clock may be off by more than the
// tolerance, less surely than the confidence asks; 0: at once. At most `most_s`.
double time_within(const DriftPosterior& posterior, Holdover holdover, const Trust& trust, double at_sync_s,
                   double most_s);

// The question that a record of `length_s` so far is to answer.
struct Wanted {
  double precision;   // s/s
  double confidence;  // within (0, 1)
  double interval_s;  // between rows
  double length_s;
};

// How long the record must be for the rate to be known as asked. Beyond `most_s`: no length would do, as the
// rate itself wanders more.
double length_needed(const DriftPosterior& posterior, const Wanted& wanted, double most_s);

}  // namespace isletime::analysis
