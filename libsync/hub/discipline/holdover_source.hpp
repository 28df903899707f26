// SPDX-License-Identifier: MIT
// A second clock of this machine, an RTC, as a source: while others know the time it learns from them how
// far that clock is off and how fast it drifts, and when they are gone it tells the time by it. So the
// hub drifts as the better oscillator does, less what is known of it. A witness of what the others said:
// it must not vote beside them. Pure; not for the device: floating point.
#pragma once

#include <optional>

#include "libsync/core/time_types.hpp"
#include "libsync/hub/discipline/estimate.hpp"
#include "libsync/hub/discipline/free_time.hpp"
#include "libsync/hub/discipline/offset_sample.hpp"
#include "libsync/hub/discipline/source_estimator.hpp"

namespace isletime {

class HoldoverSource {
 public:
  // Both clocks at one instant.
  struct Reading {
    FreeTime local;
    WallTime clock;
    Dispersion uncertainty;  // how far at most they were read apart: half the step of an edge search
  };

  // What it says as a source: a sample for its estimator, and how far off the clock itself may be.
  struct Told {
    OffsetSample sample;
    Dispersion root_dispersion;
  };

  // `local`: what others know of the local oscillator at that instant, off by `bound` at most.
  void learn(const Reading& reading, const Estimate& local, Dispersion bound);
  // Absent: too little was learned, or the clock has been set without our knowledge.
  std::optional<Told> tell(const Reading& reading) const;

  // The clock was set forward by this; what was learned of it stays true.
  void on_set(Offset by) { set_by_ = saturated_sum(set_by_, by.value); }
  // True time itself was set by this, and the clock was not.
  void on_leap_second(Offset by) { clock_.on_leap_second(by); }

 private:
  FreeTime free_running(WallTime clock) const {
    return shifted(FreeTime{clock.time_since_epoch()}, -saturated(set_by_));
  }

  // Here the RTC is the local oscillator, and true time the remote one.
  SourceEstimator clock_;
  nanoseconds set_by_{};
  FreeTime last_learned_{};
  Dispersion bound_{};  // of those that it last learned from
  int learned_ = 0;
};

}  // namespace isletime
