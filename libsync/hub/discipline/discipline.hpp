// SPDX-License-Identifier: MIT
// Combines all sources: one estimator each, because they share only the local oscillator; the selection among
// them; and one phase and one frequency from those selected. It works in the free-running frame. control_law
// computes the correction, and PollChoice each source's interval. Not for the device: it uses floating point.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "libsync/core/ntp_packet.hpp"
#include "libsync/core/reference_id.hpp"
#include "libsync/core/time_types.hpp"
#include "libsync/hub/discipline/estimate.hpp"
#include "libsync/hub/discipline/offset_sample.hpp"
#include "libsync/hub/discipline/poll_choice.hpp"
#include "libsync/hub/discipline/source_estimator.hpp"
#include "libsync/policy/source_select.hpp"

namespace isletime {

// The system variables that come with a sample. A phone or an RTC has only the defaults.
struct SourceAccount {
  Leap leap = Leap::kNone;
  std::uint8_t stratum = 0;
  ReferenceId reference_id{};
  Delay root_delay{};
  Dispersion root_dispersion{};
  NtpTimestamp reference_time{};  // when its clock was last set
};

// Returns how far the source may be from true time by its own account. This leaves out RFC 5905's tolerance
// for the sample's age, which accounts for the local oscillator: the estimator knows that better, and the
// tolerance would let a liar move the clock by a millisecond before anybody disagreed.
constexpr nanoseconds root_distance(const SourceAccount& account) {
  return saturated_sum(account.root_delay.value / 2, account.root_dispersion.value);
}

// Why the last query yielded no sample.
enum class Trouble : std::uint8_t { kNone, kNoReply, kUnsynchronised, kLoop, kTooUncertain };

class Discipline {
 public:
  // The selection cannot handle more.
  static constexpr std::size_t kMaxSources = kMaxCandidates;

  struct SourceConfig {
    std::uint8_t rank = 0;  // of its kind
    Tier tier = Tier::kNormal;
    // It may steer the clock after this many samples, none of which is in doubt.
    int first_samples = 1;
    PollLimits poll{};
    ServerOwner owner = ServerOwner::kOurselves;
  };

  // The state of one source.
  struct Source {
    Source(const SourceConfig& its, const EstimatorModel& model)
        : config(its), estimator(model), polls(its.poll, its.owner) {}

    SourceConfig config;
    SourceEstimator estimator;
    PollChoice polls;
    SourceAccount account;
    std::optional<FreeTime> last_sample;
    std::optional<OffsetSample> stated;  // the last sample, if its bound is what the source itself states
    int good_in_row = 0;                 // consecutive samples that were not suspected
    int more_suspects = 0;               // surplus of suspects over good samples
    bool is_proven = false;
    bool is_erratic = false;    // it was dropped and has not proven itself since
    bool is_refused = false;    // it would move the clock too far
    bool may_be_right = false;  // although it is refused
    // It has not been heard yet, or not since its phase was forgotten, and may be heard soon.
    bool is_awaited = false;
    int queries_lost = 0;  // before it was ever heard
    // The latest settings of its clock, by which the server is recognised under another name.
    std::array<NtpTimestamp, 4> settings{};
    std::size_t newest_setting = 0;
    std::uint8_t machine = 0;  // see set_machine()
    Trouble trouble = Trouble::kNone;
    bool reachable = false;
    Placement placement;  // from the last selection
  };

  // The selected sources' combined estimate of the local oscillator.
  struct Consensus {
    Estimate estimate{};
    Dispersion bound{};            // the phase's greatest error, including the root distance
    Dispersion clock_bound{};      // the wall clock's greatest error, if it is left as it is
    double frequency_bound = 0.0;  // the frequency's greatest error, if the majority is right
    std::size_t system_peer = 0;   // index of the source whose system variables are served
    Leap leap = Leap::kNone;       // announced by more than half of the sources that agree
    // As many sources as agree, or more, are still awaited, and may contradict them; more of those that
    // answer that they are not set yet.
    bool is_premature = false;
    // More sources that may be right were refused than agree.
    bool is_outvoted = false;
  };

  explicit Discipline(const EstimatorModel& model = {}) : model_(model) {}

  // Returns the index of the new source, or nothing if there are kMaxSources already.
  std::optional<std::size_t> add(const SourceConfig& config);
  void remove(std::size_t index) { sources_[index].reset(); }
  // The source is asked, and those that answer sooner do not decide without it until some queries were lost.
  void await(std::size_t index) { sources_[index]->is_awaited = true; }
  // A refused source has no vote. If it may be right all the same, a smaller number of other sources does not
  // decide without it.
  void refuse(std::size_t index, bool may_be_right) {
    sources_[index]->is_refused = true;
    sources_[index]->may_be_right = may_be_right;
  }
  void accept(std::size_t index) { sources_[index]->is_refused = false; }
  // A source may turn out to be of another kind.
  void set_rank(std::size_t index, std::uint8_t rank) { sources_[index]->config.rank = rank; }
  // Sources with the same number are one server, whatever they say of their clocks; 0 means unknown.
  void set_machine(std::size_t index, std::uint8_t number) { sources_[index]->machine = number; }
  const std::optional<Source>& source(std::size_t index) const { return sources_[index]; }

  Outcome on_sample(std::size_t index, MonoTime now, const OffsetSample& sample,
                    const SourceAccount& account);
  // Takes the sample of a broadcast. Only replies to queries affect the poll interval and reachability.
  Outcome on_broadcast(std::size_t index, const OffsetSample& sample, const SourceAccount& account);
  // The last sample's bound is less than what the source has stated.
  void forget_stated(std::size_t index) { sources_[index]->stated.reset(); }
  // `reachable` says whether any of its last eight queries was answered.
  void on_trouble(std::size_t index, Trouble trouble, bool reachable);
  // Returns the interval from the source's last query to the next.
  nanoseconds interval(std::size_t index, MonoTime mono, FreeTime now) const;

  // Evaluates every source anew. Returns nothing if none may steer the clock. `steered` is how far steering
  // has put the wall clock ahead of the free-running one, because the wall clock is the witness of earlier
  // samples.
  std::optional<Consensus> select(FreeTime now, nanoseconds steered = {});

  void seed_frequency(Frequency frequency) { seed_ = frequency; }
  // The oscillator's frequency differs from the seed by no more than this, as far as anybody claims.
  void limit_drift(double most) { most_drift_ = most; }
  // Another program set the clock, or the machine slept.
  void forget_phase();
  void on_leap_second(Offset by);

 private:
  void number_servers(std::span<Candidate> candidates, std::span<const std::size_t> indices);
  Outcome observe(Source& source, const OffsetSample& sample, const SourceAccount& account);
  int evidence_for_step(const Source& source) const;
  bool is_wanted_as_witness(const Source& source) const;
  Candidate candidate_of(const Source& source, FreeTime now, nanoseconds steered) const;
  Dispersion error_bound(const Source& source, const Estimate& estimate, FreeTime now) const;
  Consensus consensus_of(const Combination& combination, FreeTime now, nanoseconds steered) const;
  double bound_by_majority(double frequency, FreeTime now) const;
  Leap leap_by_majority() const;
  void count_others(Consensus& consensus) const;

  std::array<std::optional<Source>, kMaxSources> sources_{};
  // Sources of one server share a number, as of the last selection; 0 where there is no source.
  std::array<std::uint8_t, kMaxSources> server_numbers_{};
  std::optional<Frequency> seed_;
  std::optional<double> most_drift_;
  EstimatorModel model_;
};

}  // namespace isletime
