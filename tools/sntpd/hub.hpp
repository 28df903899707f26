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

#include "libsync/policy/discipline/discipline.hpp"
#include "libsync/policy/timekeeper.hpp"
#include "libsync/record/sample_record.hpp"
#include "tools/common/log.hpp"
#include "tools/sntpd/broadcast_receiver.hpp"
#include "tools/sntpd/control_request.hpp"
#include "tools/sntpd/fed_sources.hpp"
#include "tools/sntpd/hub_view.hpp"
#include "tools/sntpd/memory.hpp"
#include "tools/sntpd/monitor_view.hpp"
#include "tools/sntpd/options.hpp"
#include "tools/sntpd/rtc_keeper.hpp"
#include "tools/sntpd/rtc_worker.hpp"
#include "tools/sntpd/served_time.hpp"
#include "tools/sntpd/steering.hpp"
#include "tools/sntpd/upstreams.hpp"

namespace isletime::sntpd {

class Hub {
 public:
  // All of them outlive it; `keys` has those that the options name.
  Hub(const Options& options, const KeyRing& keys, const Log& log, Memory& memory, std::int8_t precision);

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

  // A clock that reads less is not believed.
  WallTime earliest() const { return earliest_; }

 private:
  using Frequency = FilterBank::Frequency;

  static constexpr nanoseconds kFirstSave = std::chrono::minutes{1};  // since the clock was set

  // Of the last time that the clock was set or found right.
  struct Checked {
    WallTime at{};
    Dispersion bound{};        // of the hub's time
    bool is_upstream = false;  // what follows is an upstream's
    Leap leap = Leap::kNone;
    std::uint8_t stratum = 0;
    ReferenceId reference_id{};
    Delay root_delay{};
  };
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
  std::optional<Discipline::Consensus> select();
  bool may_begin_with(const Association& peer) const;
  void follow(Association& peer, const Discipline::Consensus& consensus, MonoTime now);
  void learn_frequency(const Discipline::Consensus& consensus);
  // The clock has been set by a source, or found to agree with it; `checked.at` is now. `until_next`: in
  // which an upstream is asked again.
  void take_as_checked(SourceKind kind, const std::string& source, Checked checked,
                       nanoseconds until_next = {});
  bool follows_upstream() const { return checked_ && checked_->is_upstream && !followed_.empty(); }
  void retell(MonoTime now);
  void lose();
  // Nobody is believed, as the servers contradict each other.
  void report_disagreement(bool is_anybody_believed);
  void report_standings();
  bool was_synchronised(SourceKind by, MonoTime now) const;

  SourceView view_of(const Association& association) const;
  SourceView view_of(const FedSource& fed) const;
  void add_estimate(SourceView& view, const Discipline::Source& source) const;
  MonitorView::Peer monitored(const Association& association) const;
  MonitorView::Peer monitored(const FedSource& fed, std::uint16_t number) const;
  ClockSource clock_source(MonoTime now) const;

  RtcTime rtc_time(MonoTime now) const;
  Ppm rate_uncertainty() const;
  void step_rtc(MonoTime now);
  void take_rtc(const RtcOutcome& outcome, MonoTime now);
  void note_rtc(const RtcKeeper::Note& what);
  std::optional<MonoTime> next_rtc_wakeup() const;
  void end_rtc();
  void add_rtc(std::vector<SourceView>& views, MonoTime now) const;

  Answer judge(const Claim& claim);
  Answer adopt(FedSource& fed, const Claim& claim, MonoTime now);
  Answer answer(FedSource& fed, bool is_accepted, const std::string& name, const std::string& text);
  std::vector<Prefix> access_point_networks() const;

  // True if somebody else has set the clock, or the machine has slept, since the last call: what was
  // measured meanwhile is worthless.
  bool notice_jump();
  // The clock was set: no exchange that is under way can be measured, nor one completed later.
  void give_up_exchanges();
  void on_own_step();
  ServerState state() const;
  std::optional<Trouble> trouble_of(const Measurement& measurement) const;
  void note(Event event, const std::string& text);

  const Options& options_;
  const Log& log_;
  Memory& memory_;
  std::int8_t precision_;
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
  std::optional<Checked> checked_;
  std::optional<WallTime> last_good_;  // when a source that makes it reliable last did so, since the start
  std::string followed_;               // the source that counts most; empty: none
  bool was_lost_ = false;
  std::string panic_;                 // the source whose time is refused
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
