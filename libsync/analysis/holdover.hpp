// SPDX-License-Identifier: MIT
// How long a clock may be left alone: what is known of its rate and noise, run on.
#pragma once

#include "libsync/analysis/drift_posterior.hpp"

namespace isletime::analysis {

struct Trust {
  double tolerance_s;
  double confidence;  // within (0, 1)
};

enum class Holdover {
  kUncorrected,  // the clock runs as it does
  kCorrected,    // the drift found is taken out: what is not known of it remains
};

// Seconds after a sync of the error `at_sync_s` (a deviation) until the clock may be off by more than
// the tolerance, less surely than the confidence asks; 0: at once. At most `most_s`.
double time_within(const DriftPosterior& posterior, Holdover holdover, const Trust& trust, double at_sync_s,
                   double most_s);

// What a record is to tell, which has `length_s` of it already.
struct Wanted {
  double precision;   // s/s
  double confidence;  // within (0, 1)
  double interval_s;  // between rows
  double length_s;
};

// How long it must be for its rate to be known so well; beyond `most_s`: never, the clock's rate itself
// wanders more.
double length_needed(const DriftPosterior& posterior, const Wanted& wanted, double most_s);

}  // namespace isletime::analysis
