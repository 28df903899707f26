// SPDX-License-Identifier: MIT
// A sample that no filter can explain means a step, of the source or of the local clock: queueing cannot
// produce it. It is not believed before enough samples agree with one another. Seconds throughout.
#pragma once

#include "libsync/policy/discipline/phase_filter.hpp"

namespace isletime {

class StepDetector {
 public:
  static constexpr int kUsualEvidence = 3;

  // Of samples taken `interval` apart. True: `evidence` of them agree, of which best() says the most.
  bool suspect(const Observation& observation, double interval, int evidence);
  const Observation& best() const { return best_; }

  bool is_suspicious() const { return agreeing_ > 0; }
  void clear() { agreeing_ = 0; }

 private:
  Observation best_{};
  double best_age_ = 0.0;
  int agreeing_ = 0;
};

}  // namespace isletime
