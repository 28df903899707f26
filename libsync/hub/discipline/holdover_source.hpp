// SPDX-License-Identifier: MIT
// A second clock of this machine, an RTC, as a source: while other sources know the time, it learns that
// clock's offset and drift from them, and when they are gone it tells the time by it. So in holdover the hub
// drifts like the better oscillator, minus its known drift. It only repeats what the other sources said, so
// it must not vote beside them. No I/O; not for the device: it uses floating point.
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
  // Readings of both clocks at one instant.
  struct Reading {
    FreeTime local;
    WallTime clock;
    Dispersion uncertainty;  // how far apart the readings were at most: half the step of an edge search
  };

  // Its statement as a source: a sample for its estimator, and the error bound of the clock itself.
  struct Told {
    OffsetSample sample;
    Dispersion root_dispersion;
  };

  // `local` is the other sources' estimate of the local oscillator at that instant, with an error of at most
  // `bound`.
  void learn(const Reading& reading, const Estimate& local, Dispersion bound);
  // Returns nothing if too little was learned, or the clock was set by another program.
  std::optional<Told> tell(const Reading& reading) const;

  // The clock was set forward by this much; what was learned about it stays valid.
  void on_set(Offset by) { set_by_ = saturated_sum(set_by_, by.value); }
  // True time itself has stepped by this much, and the clock has not followed.
  void on_leap_second(Offset by) { clock_.on_leap_second(by); }

 private:
  FreeTime free_running(WallTime clock) const {
    return shifted(FreeTime{clock.time_since_epoch()}, -saturated(set_by_));
  }

  // Here the RTC takes the place of the local oscillator, and true time that of the remote clock.
  SourceEstimator clock_;
  nanoseconds set_by_{};
  FreeTime last_learned_{};
  Dispersion bound_{};  // of the sources from which it last learned
  int learned_ = 0;
};

}  // namespace isletime
