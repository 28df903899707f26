// SPDX-License-Identifier: MIT
// One source's view of the local oscillator: samples in, phase, frequency and an honest bound out.
// Works in the free-running frame, so it need not know how the clock is steered. Fixed in size, no
// heap; no sample, however absurd, makes it infinite. Not for the device: floating point.
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
  kSuspect,     // no filter can explain it: not believed yet, ask again soon
  kStepped,     // so many suspects agreed that the phase was set to theirs
  kOutOfOrder,  // older than the last one: ignored
};

class SourceEstimator {
 public:
  // A crystal that nobody has measured yet.
  static constexpr FilterBank::Frequency kUnknownFrequency{.value = 0.0, .deviation = 1e-4};

  explicit SourceEstimator(const EstimatorModel& model = {});

  // `step_evidence`: how many consistent samples make a step believed.
  Outcome add(const OffsetSample& sample, int step_evidence = StepDetector::kUsualEvidence);

  // Absent before the first sample. Instants before the last sample count as that sample's.
  std::optional<Estimate> at(FreeTime now) const;
  // What the phase is off by at most, in well over 99 % of all cases, as seen from this source: with what the
  // server's clock is too coarse to show, and with half of the least delay, an asymmetry of the path that
  // nobody can see. While samples contradict the estimate it reaches as far as they do. The source's root
  // distance is not in it.
  std::optional<Dispersion> error_bound(FreeTime now) const;
  // The same, of what at() said.
  Dispersion error_bound(const Estimate& estimate) const;
  // What the frequency is off by at most, likewise.
  double frequency_bound(const Estimate& estimate) const;

  // From a drift file, before the first sample.
  void seed_frequency(FilterBank::Frequency frequency);
  // Somebody set the clock, or the machine slept: the phase is unknown, the frequency is not.
  void forget_phase();
  // True time itself was set by this: UTC repeats a second (-1 s) or leaves one out.
  void on_leap_second(Offset by);

  // The last sample contradicts the estimate, which has not followed it yet.
  bool is_suspicious() const { return detector_.is_suspicious(); }
  // The last sample came as a surprise: another soon will tell whether it was a stray one.
  bool is_curious() const { return wondering_ || is_suspicious(); }
  // One way; what a PollChoice's tolerance counts in.
  Seconds mean_excess() const { return mean_excess_; }
  // Whether the phase will be known to `tolerance` mean excesses, and well enough in itself, after a wait.
  bool is_tolerable(FreeTime now, nanoseconds wait, double tolerance) const;

 private:
  // What the estimate is off by if what is suspected is true.
  struct Doubt {
    Seconds phase{};
    double frequency = 0.0;
  };

  Observation observe(const OffsetSample& sample, const DelayStatistics& delays) const;
  Outcome judge(const Observation& observation, double interval, int step_evidence);
  bool is_explained(Observation observation) const;
  bool is_disproved(const Observation& observation) const;
  void wonder(const Observation& observation, bool is_surprise);
  bool is_outside(const Observation& observation) const;
  Doubt doubt(const Observation& observation, double interval) const;
  double drift_of_suspects(const Observation& observation, double interval) const;
  // `changed`: by how much the frequency may have.
  void step(double changed);
  // `drifted`: how far the phase may have gone since.
  void restart_at(const Observation& observation, double drifted = 0.0);
  void follow_route(Delay delay);
  double since_last(FreeTime now) const;

  EstimatorModel model_;
  DelayStatistics delays_;
  Congestion congestion_;
  FilterBank bank_;
  StepDetector detector_;
  std::optional<Doubt> doubt_;        // while the last sample contradicts the estimate
  std::optional<FreeTime> last_;      // what the bank has been predicted to
  FreeTime last_believed_{};          // when a sample was last not suspected
  std::optional<Seconds> wondering_;  // a surprise is not settled: by half widths of no more
  std::optional<FreeTime> last_surprise_;
  std::optional<FreeTime> last_step_;  // when suspects were last believed
  int steps_ = 0;                      // since then, and before it, each soon after the other
  Seconds swing_{};                    // the largest of them
  nanoseconds origin_{};               // of the bank's phases
  Seconds stamps_{};                   // what the stamps of both clocks may be wrong by
  Seconds mean_excess_{};
  std::uint64_t samples_ = 0;
  bool phase_known_ = false;
};

}  // namespace isletime
