// SPDX-License-Identifier: MIT
// The hub keeps time: hears its upstreams and those who feed it, lets policy judge them, steers the clock
// by what they agree on, and says how good it is. Driven by one loop on poll(2).
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <poll.h>

#include "libsync/hub/discipline/discipline.hpp"
#include "libsync/hub/reference.hpp"
#include "libsync/policy/timekeeper.hpp"
#include "libsync/record/sample_record.hpp"
#include "tools/common/log.hpp"
#include "tools/sntpd/control/control_request.hpp"
#include "tools/sntpd/keeping/broadcast_receiver.hpp"
#include "tools/sntpd/keeping/fed_sources.hpp"
#include "tools/sntpd/keeping/hub_view.hpp"
#include "tools/sntpd/keeping/rtc_keeper.hpp"
#include "tools/sntpd/keeping/rtc_worker.hpp"
#include "tools/sntpd/keeping/steering.hpp"
#include "tools/sntpd/keeping/upstreams.hpp"
#include "tools/sntpd/options.hpp"
#include "tools/sntpd/serving/monitor_view.hpp"
#include "tools/sntpd/serving/own_queries.hpp"
#include "tools/sntpd/serving/served_time.hpp"
#include "tools/sntpd/storing/memory.hpp"

namespace isletime::sntpd {

class Hub {
 public:
  // All of them outlive it; `keys` has those that the options name.
  Hub(const Options& options, const KeyRing& keys, const Log& log, Memory& memory, std::int8_t precision,
      OwnQueries& own_queries);

  // Before the first step.
  void use_rtc(const std::string& source, std::unique_ptr<RtcDevice> device);

  void append_polled(std::vector<pollfd>& polled) const;
  // `polled`: what append_polled() appended, after poll(2); or nothing.
  void step(std::span<const pollfd> polled);
  std::optional<MonoTime> next_wakeup() const;
  // What clients are told of the clock now.
  ServedTime served() const;
  // Leaves the clock at the rate that is believed right, and what was learned to the next start.
  void stop();

  // What became of what somebody else says of the time.
  struct Answer {
    bool is_accepted;
    std::string name;  // one word
    std::string text;  // a clause for people
  };
  Answer feed(const SampleRecord& sample);
  Answer set(const SetTime& request);
  // What the windows are made of it.
  WindowView set_rate_error(const SetRateError& request);

  StatusView status() const;
  std::vector<SourceView> sources() const;
  MonitorView monitored() const;
  // Whether any of it has changed since take_changed().
  bool has_changed() const { return has_changed_; }
  // Whether any of it has changed since the last call.
  bool take_changed() { return std::exchange(has_changed_, false); }

  // While nothing vouches for the clock: what to do.
  static constexpr const char* kHowToSet =
      "nothing has told this machine the time: name a --server or an --rtc, use sntpctl set, or serve the "
      "clock as "
      "the island's own with --local";

 private:
  using Frequency = FilterBank::Frequency;

  static constexpr nanoseconds kFirstSave = std::chrono::minutes{1};  // since the clock was set

  struct Claim {
    std::string source;
    SourceKind kind;
    WallTime at;    // by the machine's clock
    Offset offset;  // from it
    Dispersion bound;
    bool is_reliable;
    SourceAccount account{};
  };

  Upstreams::Config upstreams_config(const KeyRing& keys);
  void recall();
  void resume();
  void save();
  // As an experiment found it; absent: there was none.
  void expect(const std::optional<Ppm>& rate_error);
  WindowView window_view() const;
  Frequency frequency_for(const std::string& source) const;

  void handle(const Upstreams::Happening& happening);
  void listen();
  void hear(const HeardDatagram& heard);
  void hear_from(Association& association, const HeardDatagram& heard);
  void follow_upstreams(bool is_news, MonoTime now);
  bool may_begin_with(const Association& peer) const;
  void follow(Association& peer, const Discipline::Consensus& consensus, MonoTime now);
  void learn_frequency(const Discipline::Consensus& consensus);
  // The clock has been set by a source just now, or found to agree with it. `until_next`: in which an
  // upstream is asked again.
  void on_sync(SourceKind kind, const std::string& source, Dispersion bound,
               const std::optional<Reference::Upstream>& upstream = std::nullopt,
               nanoseconds until_next = {});
  bool follows_upstream() const { return reference_.follows_upstream(); }
  bool is_on_local_clock(const Association& association) const;
  // A source may not move the clock as far as it says: `why` is a clause.
  void refuse(Association& peer, Offset move, const char* why);
  // What is claimed of the clock may be wrong: until somebody else tells the time, nothing is.
  void contradict();
  bool may_follow_island(const Association& peer, Offset move, MonoTime now) const;
  void hear_refused_again();
  bool comes_right(Offset move) const;
  std::optional<Verdict> find_implausible(SourceKind kind, Offset move) const;
  // A sample that is in doubt: the clock may be off by as much.
  void widen(Dispersion bound, MonoTime now);
  void hear_kernel(MonoTime now);
  void retell(MonoTime now);
  void lose();
  // Nobody is believed, as the servers contradict each other.
  void report_disagreement(bool is_anybody_believed);
  void report_standings();
  bool was_synchronised(SourceKind by, MonoTime now) const;

  bool is_reliable_by_kernel(const ServerState& state, WallTime now) const;
  std::string_view unset_warning(const ClockStanding& standing, bool is_served) const;
  std::string unreliable_warning(const ClockStanding& standing) const;
  SourceView view_of(const Association& association) const;
  SourceView view_of(const FedSource& fed) const;
  void add_estimate(SourceView& view, const Discipline::Source& source) const;
  MonitorView::Peer monitored(const Association& association) const;
  MonitorView::Peer monitored(const FedSource& fed, std::uint16_t number) const;
  ClockSource clock_source(MonoTime now) const;

  RtcTime rtc_time(MonoTime now) const;
  Ppm rate_uncertainty() const;
  void step_rtc(MonoTime now);
  void begin_rtc(const RtcJob& job);
  void take_rtc(const RtcOutcome& outcome, MonoTime now);
  void note_rtc(const RtcKeeper::Note& what);
  std::optional<MonoTime> next_rtc_wakeup() const;
  void end_rtc();
  void add_rtc(std::vector<SourceView>& views, MonoTime now) const;

  Answer judge(const Claim& claim);
  Answer adopt(FedSource& fed, const Claim& claim, MonoTime now);
  bool is_our_own(const SampleRecord& sample) const;
  bool contradicts_itself(const FedSource& fed, const Claim& claim) const;
  Answer answer(FedSource& fed, bool is_accepted, const std::string& name, const std::string& text);
  std::vector<Prefix> access_point_networks() const;

  // True if somebody else has set the clock, or the machine has slept, since the last call: what was
  // measured meanwhile is worthless.
  bool notice_jump();
  // The clock was set: no exchange that is under way can be measured, nor one completed later.
  void give_up_exchanges();
  void on_own_step();
  ServerState state() const;
  std::optional<Trouble> trouble_of(const Association& association, const Measurement& measurement) const;
  void note(Event event, const std::string& text);

  const Options& options_;
  const Log& log_;
  Memory& memory_;
  std::int8_t precision_;
  OwnQueries& own_queries_;
  MonoTime started_;
  WallTime earliest_;
  SavedState saved_;
  bool was_running_ = false;  // before, in this boot, and had set the clock
  std::optional<Frequency> frequency_;
  Steering steering_;
  Timekeeper timekeeper_;
  Discipline discipline_;
  FedSources fed_{discipline_};
  WallTime set_at_;  // by the machine's clock: when it was stepped last, or this program started
  Reference reference_;
  std::optional<WallTime> last_good_;  // when a source that may raise the floor last set it, since the start
  std::optional<MonoTime> next_look_at_kernel_;
  std::string followed_;  // the source that counts most; empty: none
  bool was_lost_ = false;
  bool is_anybody_believed_ = false;  // by the last selection
  bool do_disagree_ = false;          // the servers, and nothing tells which of them is right
  std::optional<MonoTime> next_save_;
  bool has_changed_ = false;
  Upstreams upstreams_;  // asks the above as it starts
  std::optional<BroadcastReceiver> receiver_;
  std::optional<RtcWorker> rtc_worker_;  // with rtc_
  std::optional<RtcKeeper> rtc_;
};

}  // namespace isletime::sntpd
