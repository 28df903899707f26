// SPDX-License-Identifier: MIT
// A sample that no filter can explain means a step of the source or of the local clock, because queues cannot
// cause it. The step is believed once enough samples agree with one another. Values are in seconds.
#pragma once

#include "libsync/hub/discipline/phase_filter.hpp"

namespace isletime {

class StepDetector {
 public:
  static constexpr int kUsualEvidence = 3;

  // Takes a sample `interval` after the last. Returns true if `evidence` samples agree; best() is the most
  // precise of them.
  bool suspect(const Observation& observation, double interval, int evidence);
  const Observation& best() const { return best_; }
  // Returns how long before the last sample that one was taken.
  double best_age() const { return best_age_; }

  bool is_suspicious() const { return agreeing_ > 0; }
  // The estimate explains this sample. That settles the matter if it is no less precise than the suspects, or
  // if it is one of many.
  void acquit(const Observation& observation, double interval);
  void clear();

 private:
  Observation best_{};
  double best_age_ = 0.0;
  int agreeing_ = 0;
  int acquitting_ = 0;  // since the last suspect
};

}  // namespace isletime
