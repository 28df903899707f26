// SPDX-License-Identifier: MIT
// Computes how long a clock may be left alone, by extrapolating its rate, its noise and their uncertainties,
// and by allowing for what the record was too short to show.
#pragma once

#include "libsync/analysis/drift_posterior.hpp"

namespace isletime::analysis {

// These are the standard deviations of what the record could not show.
struct Unseen {
  double rate = 0.0;    // s/s
  double ageing = 0.0;  // s/s a second
  double walk = 0.0;    // s/s a root second, from `walk_from_s` on
  double walk_from_s = 0.0;
};

struct Trust {
  double tolerance_s;
  double confidence;  // within (0, 1)
  Unseen unseen = {};
};

enum class Holdover {
  kUncorrected,  // the clock runs as it does
  kCorrected,    // the drift found is taken out: its uncertainty remains
};

// Returns for how many seconds after a sync the clock is within the tolerance at the confidence asked for, at
// most `most_s`. The error of the sync has the deviation `at_sync_s`. The rate at the sync is that of any
// time of the record or of its end, whichever is worse.
double time_within(const DriftPosterior& posterior, Holdover holdover, const Trust& trust, double at_sync_s,
                   double most_s);

// The precision asked of a record that is `length_s` long so far.
struct Wanted {
  double precision;   // s/s
  double confidence;  // within (0, 1)
  double interval_s;  // between rows
  double length_s;
};

// Returns how long the record must be for the rate to be known as asked, or infinity if not even `most_s` is
// enough because the rate itself wanders more.
double length_needed(const DriftPosterior& posterior, const Wanted& wanted, double most_s);

}  // namespace isletime::analysis
