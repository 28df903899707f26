// SPDX-License-Identifier: MIT
// One source's view of the local oscillator: samples in; phase, frequency and an honest bound out. It works
// in the free-running frame, so it need not know how the clock is steered. Its size is fixed and it uses no
// heap; no sample, however absurd, makes it infinite. Not for the device: it uses floating point.
#pragma once

#include <cstdint>
#include <optional>

#include "libsync/core/time_types.hpp"
#include "libsync/hub/discipline/congestion.hpp"
#include "libsync/hub/discipline/delay_statistics.hpp"
#include "libsync/hub/discipline/estimate.hpp"
#include "libsync/hub/discipline/estimator_model.hpp"
#include "libsync/hub/discipline/filter_bank.hpp"
#include "libsync/hub/discipline/free_time.hpp"
#include "libsync/hub/discipline/offset_sample.hpp"
#include "libsync/hub/discipline/step_detector.hpp"

namespace isletime {

enum class Outcome : std::uint8_t {
  kStarted,     // the first, or the first since the phase was forgotten
  kUsed,        // refined the estimate
  kSuspect,     // no filter explains it: it is not believed yet, and the source should be polled soon
  kStepped,     // enough suspects agreed, and the phase was set to theirs
  kOutOfOrder,  // older than the last one: ignored
};

class SourceEstimator {
 public:
  // The prior for a crystal that has never been measured.
  static constexpr Frequency kUnknownFrequency{.value = 0.0, .deviation = 1e-4};

  explicit SourceEstimator(const EstimatorModel& model = {});

  // `step_evidence` is how many consistent samples prove a step.
  Outcome add(const OffsetSample& sample, int step_evidence = StepDetector::kUsualEvidence);

  // Returns nothing before the first sample. Instants before the last sample count as that sample's.
  std::optional<Estimate> at(FreeTime now) const;
  // The phase's greatest error as seen from this source, in well over 99 % of all cases. It includes the
  // resolution of the server's clock and half of the least delay, for an asymmetry of the path that nobody
  // can see. While samples contradict the estimate it extends to them. The source's root distance is not
  // included.
  std::optional<Dispersion> error_bound(FreeTime now) const;
  // The same for a result of at().
  Dispersion error_bound(const Estimate& estimate) const;
  // The frequency's greatest error, likewise.
  double frequency_bound(const Estimate& estimate) const;

  // Takes the frequency of a drift file, before the first sample.
  void seed_frequency(Frequency frequency);
  // Another program set the clock, or the machine slept: the phase is unknown, the frequency is not.
  void forget_phase();
  // True time itself has stepped by this much: UTC repeats a second (-1 s) or omits one.
  void on_leap_second(Offset by);

  // The last sample contradicts the estimate, which has not followed it yet.
  bool is_suspicious() const { return detector_.is_suspicious(); }
  // The last sample was a surprise, and another one soon will show whether it was a stray.
  bool is_curious() const { return wondering_ || is_suspicious(); }
  // Returns the mean excess of the path in one direction, the unit of a PollChoice's tolerance.
  Seconds mean_excess() const { return mean_excess_; }
  // Returns whether after a wait the phase will be known to `tolerance` mean excesses, and well enough in
  // absolute terms.
  bool is_tolerable(FreeTime now, nanoseconds wait, double tolerance) const;

 private:
  // The estimate's error if the suspects are right.
  struct Doubt {
    Seconds phase{};
    double frequency = 0.0;
  };

  Observation observe(const OffsetSample& sample, const DelayStatistics& delays) const;
  Outcome classify(const Observation& observation, double interval, int step_evidence);
  bool is_explained(Observation observation) const;
  bool is_disproved(const Observation& observation) const;
  void wonder(const Observation& observation, bool is_surprise);
  bool is_outside(const Observation& observation) const;
  Doubt doubt(const Observation& observation, double interval) const;
  double drift_of_suspects(const Observation& observation, double interval) const;
  // `changed` is how much the frequency may have changed.
  void step(double changed);
  // `drifted` is how far the phase may have drifted since.
  void restart_at(const Observation& observation, double drifted = 0.0);
  void follow_route(Delay delay);
  double since_last(FreeTime now) const;

  EstimatorModel model_;
  DelayStatistics delays_;
  Congestion congestion_;
  FilterBank bank_;
  StepDetector detector_;
  std::optional<Doubt> doubt_;        // set while the last sample contradicts the estimate
  std::optional<FreeTime> last_;      // time to which the bank was predicted
  FreeTime last_believed_{};          // time of the last sample that was not suspected
  std::optional<Seconds> wondering_;  // a surprise to be settled by a sample of at most this half width
  std::optional<FreeTime> last_surprise_;
  std::optional<FreeTime> last_step_;  // when suspects were last accepted as a step
  int steps_ = 0;                      // steps in quick succession, up to that one
  Seconds swing_{};                    // the largest of those steps
  nanoseconds origin_{};               // of the bank's phases
  Seconds stamps_{};                   // possible error of both clocks' timestamps
  Seconds mean_excess_{};
  std::uint64_t samples_ = 0;
  bool phase_known_ = false;
};

}  // namespace isletime
