// SPDX-License-Identifier: MIT
// One source's view of the local oscillator: samples in, phase, frequency and an honest bound out.
// Works in the free-running frame, so it need not know how the clock is steered. Fixed in size, no
// heap; no sample, however absurd, makes it infinite. Not for the device: floating point.
#pragma once

#include <cstdint>
#include <optional>

#include "libsync/core/time_types.hpp"
#include "libsync/policy/discipline/delay_statistics.hpp"
#include "libsync/policy/discipline/estimate.hpp"
#include "libsync/policy/discipline/filter_bank.hpp"
#include "libsync/policy/discipline/free_time.hpp"
#include "libsync/policy/discipline/offset_sample.hpp"
#include "libsync/policy/discipline/step_detector.hpp"

namespace isletime {

enum class Outcome : std::uint8_t {
  kStarted,     // the first, or the first since the phase was forgotten
  kUsed,        // refined the estimate
  kSuspect,     // no filter can explain it: not believed yet, ask again soon
  kStepped,     // so many suspects agreed that the phase was set to theirs
  kOutOfOrder,  // older than the last one: ignored
};

class SourceEstimator {
 public:
  // A crystal that nobody has measured yet.
  static constexpr FilterBank::Frequency kUnknownFrequency{.value = 0.0, .deviation = 1e-4};

  SourceEstimator();

  // `step_evidence`: how many consistent samples make a step believed.
  Outcome add(const OffsetSample& sample, int step_evidence = StepDetector::kUsualEvidence);

  // Absent before the first sample. Instants before the last sample count as that sample's.
  std::optional<Estimate> at(FreeTime now) const;
  // What the phase is off by at most, in well over 99 % of all cases, as seen from this source: with half
  // of the least delay, an asymmetry of the path that nobody can see. Its root distance is not in it.
  std::optional<Dispersion> error_bound(FreeTime now) const;
  // The same, of what at() said.
  Dispersion error_bound(const Estimate& estimate) const;

  // From a drift file, before the first sample.
  void seed_frequency(FilterBank::Frequency frequency);
  // Somebody set the clock, or the machine slept: the phase is unknown, the frequency is not.
  void forget_phase();
  // True time itself was set by this: UTC repeats a second (-1 s) or leaves one out.
  void on_leap_second(Offset by);

  bool is_suspicious() const { return detector_.is_suspicious(); }
  // One way; what a PollChoice's tolerance counts in.
  Seconds mean_excess() const { return mean_excess_; }
  // Whether the phase will be known to `tolerance` mean excesses, and well enough in itself, after a wait.
  bool is_tolerable(FreeTime now, nanoseconds wait, double tolerance) const;

 private:
  Observation observe(const OffsetSample& sample);
  bool is_consistent(Observation observation, std::optional<Delay> delay) const;
  void restart_at(const Observation& observation);
  double since_last(FreeTime now) const;

  DelayStatistics delays_;
  FilterBank bank_;
  StepDetector detector_;
  std::optional<FreeTime> last_;  // what the bank has been predicted to
  nanoseconds origin_{};          // of the bank's phases
  Seconds mean_excess_{};
  std::uint64_t samples_ = 0;
  bool phase_known_ = false;
};

}  // namespace isletime
