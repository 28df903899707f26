// SPDX-License-Identifier: MIT
// How long a clock may be left alone: its rate, noise and their uncertainties extrapolated, and what the
// record was too short to show.
#pragma once

#include "libsync/analysis/drift_posterior.hpp"

namespace isletime::analysis {

// What the record could not show, by deviations.
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

// Seconds after a sync whose error has the deviation `at_sync_s` until the clock may be off by more than the
// tolerance, less surely than the confidence asks; 0: at once. At most `most_s`. The sync is at any time like
// those of the record, or at its end, whichever is worse.
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
