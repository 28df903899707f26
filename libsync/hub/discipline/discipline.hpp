// SPDX-License-Identifier: MIT
// All sources together: an estimator each, for they share nothing but the local oscillator; selection
// over what they say; and of those selected one phase and one frequency. Works in the free-running
// frame. What is done about it is control_law's, how often each is asked is its PollChoice's. Not for
// the device: floating point.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "libsync/core/ntp_packet.hpp"
#include "libsync/core/reference_id.hpp"
#include "libsync/core/time_types.hpp"
#include "libsync/hub/discipline/estimate.hpp"
#include "libsync/hub/discipline/offset_sample.hpp"
#include "libsync/hub/discipline/poll_choice.hpp"
#include "libsync/hub/discipline/source_estimator.hpp"
#include "libsync/policy/source_select.hpp"

namespace isletime {

// What a source says of itself with a sample. A phone or an RTC has no more than the defaults.
struct SourceAccount {
  Leap leap = Leap::kNone;
  std::uint8_t stratum = 0;
  ReferenceId reference_id{};
  Delay root_delay{};
  Dispersion root_dispersion{};
  NtpTimestamp reference_time{};  // when its clock was last set, by itself
};

// Why the last query gave no sample.
enum class Trouble : std::uint8_t { kNone, kNoReply, kUnsynchronised, kLoop, kTooUncertain };

class Discipline {
 public:
  // As selection cannot look at more.
  static constexpr std::size_t kMaxSources = kMaxCandidates;

  struct SourceConfig {
    std::uint8_t rank = 0;  // of its kind
    Tier tier = Tier::kNormal;
    // It may steer the clock once it has given so many of which none is in doubt.
    int first_samples = 1;
    PollLimits poll{};
    ServerOwner owner = ServerOwner::kOurselves;
  };

  // What is known of one source.
  struct Source {
    Source(const SourceConfig& its, const EstimatorModel& model)
        : config(its), estimator(model), polls(its.poll, its.owner) {}

    SourceConfig config;
    SourceEstimator estimator;
    PollChoice polls;
    SourceAccount account;
    std::optional<FreeTime> last_sample;
    int good_in_row = 0;    // samples that were not suspected
    int more_suspects = 0;  // than good samples, since there were as many
    bool is_proven = false;
    bool is_erratic = false;  // it was dropped, and has not proven itself since
    bool is_refused = false;  // it would move the clock too far
    // The last of its clock's settings, by which the server is known under another name.
    std::array<NtpTimestamp, 4> settings{};
    std::size_t newest_setting = 0;
    Trouble trouble = Trouble::kNone;
    bool reachable = false;
    Placement placement;  // by the last selection
  };

  // What the selected sources say together of the local oscillator.
  struct Consensus {
    Estimate estimate{};
    Dispersion bound{};            // what the phase is off by at most, root distance included
    double frequency_bound = 0.0;  // what the frequency is off by at most
    std::size_t system_peer = 0;   // index of the source whose account is passed on
    Leap leap = Leap::kNone;       // what more than half of the selected announce
  };

  explicit Discipline(const EstimatorModel& model = {}) : model_(model) {}

  // The index under which the source is known. Absent: there are kMaxSources already.
  std::optional<std::size_t> add(const SourceConfig& config);
  void remove(std::size_t index) { sources_[index].reset(); }
  // It has no say until it is refused no more.
  void refuse(std::size_t index, bool is_refused) { sources_[index]->is_refused = is_refused; }
  // A source may turn out to be of another kind.
  void set_rank(std::size_t index, std::uint8_t rank) { sources_[index]->config.rank = rank; }
  const std::optional<Source>& source(std::size_t index) const { return sources_[index]; }

  Outcome on_sample(std::size_t index, MonoTime now, const OffsetSample& sample,
                    const SourceAccount& account);
  // Of a server that said it without being asked: how often it is asked, and whether it is there, is for
  // its answers to say.
  Outcome on_broadcast(std::size_t index, const OffsetSample& sample, const SourceAccount& account);
  // `reachable`: whether any of its last eight queries was answered.
  void on_trouble(std::size_t index, Trouble trouble, bool reachable);
  // From the source's last query to the next.
  nanoseconds interval(std::size_t index, MonoTime mono, FreeTime now) const;

  // Judges every source anew. Absent: nobody may steer the clock. `steered`: by how much steering has put the
  // wall clock ahead of the free-running one, for it is the wall clock that witnesses what sources said.
  std::optional<Consensus> select(FreeTime now, nanoseconds steered = {});

  void seed_frequency(FilterBank::Frequency frequency) { seed_ = frequency; }
  // Somebody set the clock, or the machine slept.
  void forget_phase();
  void on_leap_second(Offset by);

 private:
  std::uint8_t server_number(std::size_t index) const;
  Outcome observe(Source& source, const OffsetSample& sample, const SourceAccount& account);
  int evidence_for_step(const Source& source) const;
  bool is_wanted_as_witness(const Source& source) const;
  Candidate candidate_of(const Source& source, FreeTime now, nanoseconds steered) const;
  Consensus consensus_of(const Combination& combination, FreeTime now, nanoseconds steered) const;

  std::array<std::optional<Source>, kMaxSources> sources_{};
  std::optional<FilterBank::Frequency> seed_;
  EstimatorModel model_;
};

}  // namespace isletime
