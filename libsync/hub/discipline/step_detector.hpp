// SPDX-License-Identifier: MIT
// A sample that no filter can explain means a step, of the source or of the local clock: queueing cannot
// produce it. It is not believed before enough samples agree with one another. Seconds throughout.
#pragma once

#include "libsync/hub/discipline/phase_filter.hpp"

namespace isletime {

class StepDetector {
 public:
  static constexpr int kUsualEvidence = 3;

  // Of samples taken `interval` apart. True: `evidence` of them agree, of which best() says the most.
  bool suspect(const Observation& observation, double interval, int evidence);
  const Observation& best() const { return best_; }
  // How long before the last sample that was.
  double best_age() const { return best_age_; }

  bool is_suspicious() const { return agreeing_ > 0; }
  // The estimate explains this one. That settles the matter if it says no less than the suspects do, or if
  // it is one of many.
  void acquit(const Observation& observation, double interval);
  void clear();

 private:
  Observation best_{};
  double best_age_ = 0.0;
  int agreeing_ = 0;
  int acquitting_ = 0;  // since the last suspect
};

}  // namespace isletime
