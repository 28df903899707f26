// SPDX-License-Identifier: MIT
// The hub decides which source sets its clock, how the clock is steered, and what is said of its quality. It
// has no clock, socket, file, thread or log of its own: the caller reports facts together with the readings
// of the machine's clocks, and fetches what is to be done with take_action(). It must do all of that, in
// order, before it reports the next fact.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "libsync/hub/asked_server.hpp"
#include "libsync/hub/discipline/discipline.hpp"
#include "libsync/hub/event.hpp"
#include "libsync/hub/fed_sources.hpp"
#include "libsync/hub/hub_view.hpp"
#include "libsync/hub/reference.hpp"
#include "libsync/hub/rtc_keeper.hpp"
#include "libsync/hub/saved_state.hpp"
#include "libsync/hub/served_time.hpp"
#include "libsync/hub/server_names.hpp"
#include "libsync/hub/steering.hpp"
#include "libsync/policy/timekeeper.hpp"
#include "libsync/record/sample_record.hpp"

namespace isletime {

// A server's time is used from this number of samples on.
inline constexpr int kFirstSamples = 3;

// The actions that the hub asks its caller to perform.
namespace action {

// Set the rate of the machine's clock, then step it. Call Hub::on_steered() with the result before any other
// function of the hub.
struct Steer {
  double rate;  // of the clock relative to its oscillator, a fraction
  std::optional<Offset> step;
};
// Set the quality that the kernel reports of its clock; call Hub::on_told() with the result.
struct TellKernel {
  ClockQuality quality;
};
// Ask the kernel what it says of its clock, and pass it to Hub::on_kernel().
struct AskKernel {};
// Look up the name of the plan, and pass its addresses to Hub::on_addresses(), or the failure to
// Hub::on_no_address().
struct LookUp {
  std::size_t plan;
};
// Ask the server with this index from now on, each Hub::interval(), unless it is ourselves.
struct Ask {
  std::size_t index;
};
// Do not ask the server that has had this index any more.
struct StopAsking {
  std::size_t index;
};
// Drop the exchanges that are under way. The clock was set, so their timestamps cannot be compared.
struct GiveUpExchanges {};
// Log this and add it to the records.
struct Note {
  enum class Level : std::uint8_t { kDetail, kNotice, kError };
  Event event;
  std::string text;
  Level level;
};
// Save Hub::state_to_save(), if there is one.
struct Save {};
// Drop the sync from the saved state, because the clock no longer bears it out.
struct ForgetSync {};
// Start the job. Call Hub::on_rtc() with its outcome, or Hub::on_rtc_refused() if it cannot be started.
struct RunRtcJob {
  RtcJob job;
  bool once_saved;  // start it only after what was to be saved is on the disk
};

}  // namespace action

using Action = std::variant<action::Steer, action::TellKernel, action::AskKernel, action::LookUp, action::Ask,
                            action::StopAsking, action::GiveUpExchanges, action::Note, action::Save,
                            action::ForgetSync, action::RunRtcJob>;

struct HubConfig {
  bool is_island_reference = false;  // --local
  std::uint8_t local_stratum = 10;
  std::int8_t precision = 0;  // log2 seconds
  bool serves = true;         // answers clients
  bool asks_servers = false;  // whether or not their names have addresses yet
  Dispersion reliable_within{seconds{1}};
  ControlLimits limits{};
  WallTime made{};    // build time; an earlier time is wrong
  WallTime latest{};  // a later time is wrong
  EstimatorModel model{};
};

// The state that an earlier run has saved.
struct LastRun {
  SavedState state;
  bool is_of_this_boot;  // the machine was not restarted since
};

class Hub {
 public:
  // `last_run` is absent if nothing was saved.
  Hub(const HubConfig& config, std::optional<LastRun> last_run, const ClockReading& now);

  // Returns what the caller has to do next, or nothing if all has been fetched.
  std::optional<Action> take_action();

  // --- The clock ---
  // The hub steers the machine's clock from now on, which runs at `rate`, a fraction relative to its
  // oscillator. Until then it keeps a clock of its own beside the machine's. Call it before the first
  // correction, and do what it orders.
  void take_clock(double rate, Instant now);
  // Returns whether an earlier run in this boot has steered the machine's clock. If so, call take_clock()
  // before resume(): the clock may still run at the rate of a slew.
  bool has_steered() const { return has_steered_; }
  // Restores what an earlier run in this boot knew: the clock's rate and, if nobody has set the clock since,
  // its source and bound.
  void resume(Instant now);
  // Call this before each fact that was stamped by the machine's clock. Returns true if another program has
  // set the clock or the machine has slept, so that what was measured since the last call is worthless.
  bool notice(const ClockReading& reading);
  struct Steered {
    WallTime at;                 // the machine's clock when its rate was set
    std::optional<double> rate;  // the rate that the kernel really applies; nothing if it refused
    bool is_stepped = false;
    std::string failure{};  // a clause; empty if all was done
  };
  // The result of action::Steer.
  void on_steered(const Steered& steered, Instant now);
  // The result of action::TellKernel: why the kernel refused it, as a clause, or empty if it did not.
  void on_told(const std::string& failure);
  // The answer to action::AskKernel: what the kernel says of the machine's clock, or nothing if it calls it
  // unsynchronised.
  void on_kernel(const std::optional<KernelClock>& kernel, Instant now);
  // Does what is due by now.
  void tick(Instant now);
  // Returns when tick() is to be called next, or nothing if no time is set for it.
  std::optional<MonoTime> next_wakeup(Instant now) const;
  // Ends a slew, so that the clock keeps the rate that is believed to be right, and saves what was learned.
  // It notices what has happened to the clock until now.
  void stop(const ClockReading& now);

  // --- The servers that are asked ---
  // Asks the servers of the plan: one with a literal address at once, the others as soon as their names have
  // been looked up. Call take_clock() before. Returns the plan's number.
  std::size_t ask(const ServerPlan& plan, Instant now);
  // The plan's name has these addresses, or none.
  void on_addresses(std::size_t plan, const std::vector<ServerAddress>& addresses, Instant now);
  // The plan's name cannot be looked up; `why` is a clause.
  void on_no_address(std::size_t plan, const std::string& why);
  std::vector<ServerNames::Unresolved> unresolved() const { return names_.unresolved(servers_); }
  // The servers that are asked, at their indices.
  ServerNames::Servers servers() const { return servers_; }
  const std::optional<AskedServer>& server(std::size_t index) const { return servers_[index]; }
  const ServerPlan& plan(std::size_t number) const { return names_.plan(number); }
  const Discipline::Source& source(std::size_t index) const { return *discipline_.source(index); }
  // Returns the time from the server's last query to the next.
  nanoseconds interval(std::size_t index, Instant now) const;

  struct OwnAddress {
    ReferenceId reference_id;
    bool is_loopback;
    std::string source;   // names our service as another program that asks it would: "ntp:192.0.2.1:11123"
    std::string address;  // the same without the port: "ntp:192.0.2.1"
  };
  // Call this before each measurement and before each sample that is fed.
  void set_own_addresses(std::vector<OwnAddress> own) { own_addresses_ = std::move(own); }
  // `came_to_us` says that the query arrived at our own service. Returns false if the server is not to be
  // believed, because its time derives from ours or its stratum means unsynchronised.
  bool on_measurement(std::size_t index, const Measurement& measurement, bool came_to_us, Instant now);
  struct NoReply {
    Trouble trouble = Trouble::kNoReply;
    bool is_reachable = false;  // any of the last eight queries was answered
    // The server told us to stop, and is asked again then.
    std::optional<MonoTime> stopped_until{};
    bool asks_for_fewer = false;  // it answered by RATE
  };
  void on_no_reply(std::size_t index, const NoReply& why, Instant now);
  void on_broadcast(std::size_t index, const Measurement& measurement, Instant now);
  // Returns the clock that applies to a measurement. An interleaved reply completes the exchange before, so
  // its timestamps belong to the clock as it was at the previous reply.
  const HubClock& clock_of(std::size_t index, const Measurement& measurement) const;
  // A measurement was lost because the clock was set meanwhile, which is not the server's fault.
  void forgive_losses(std::size_t index) { servers_[index]->losses = 0; }
  struct Gain {
    double value;  // what the oscillator gains on the server, a fraction
    Ppm bound;     // of the value's error
  };
  // Returns nothing until the server's frequency has been estimated.
  std::optional<Gain> gain(std::size_t index, Instant now) const;

  // --- Sources that are fed ---
  // Whether a sample, or a time set by hand, was accepted.
  struct Reply {
    bool is_accepted = false;
    std::string name{};  // one word for programs
    std::string text{};  // a clause for people
  };
  // Takes a sample that another program feeds. `is_on_access_point` says that it is from a phone there.
  void feed(const SampleRecord& sample, bool is_on_access_point, Instant now);
  // Takes the time that a person has set.
  void set(WallTime time, Dispersion uncertainty, Instant now);
  // Returns the result of the last feed() or set(); valid once all actions have been done.
  const Reply& reply() const { return reply_; }
  // Takes the rate error that an experiment has found for this machine's uncorrected clock. Returns the
  // window that follows from it.
  WindowView set_rate_error(Ppm rate_error, Instant now);

  // --- The battery clock --- Uses this battery clock from now on: reads and checks it and, if `may_write`,
  // sets it. `source`: "rtc:/dev/i2c-1@0x68"
  void use_rtc(const std::string& source, bool may_write, Instant now);
  // The outcome of action::RunRtcJob.
  void on_rtc(const RtcOutcome& outcome, Instant now);
  // The job could not be started; `why` is a clause.
  void on_rtc_refused(const std::string& why, Instant now);

  // --- The state that is shown ---
  // Returns what the serving threads need. `now` is the machine's clock.
  ServedTime served(WallTime now) const;
  StatusView status(Instant now) const;
  // `index` is the one of action::Ask.
  SourceView server_view(std::size_t index, Instant now) const;
  std::vector<SourceView> unresolved_views() const;
  SourceView fed_view(const FedSource& fed, Instant now) const;
  // The battery clock is among them.
  std::vector<SourceView> fed_views(Instant now) const;
  std::span<const FedSource> fed() const { return fed_.all(); }
  // Returns the source that the clock follows; empty if there is none.
  const std::string& followed() const { return followed_; }
  ClockStanding standing(MonoTime now) const { return timekeeper_.standing(now); }
  // Returns nothing as long as no source has set the clock, or if it reads less than the build time.
  std::optional<SavedState> state_to_save(Instant now) const;
  const HubClock& clock() const { return steering_.clock(); }
  // Converts a reading of the machine's clock to the time that the hub serves.
  WallTime hub_time(WallTime now) const { return steering_.clock().hub_time(now); }
  // Returns the result of the last selection, or nothing if it selected no source.
  const std::optional<Discipline::Consensus>& consensus() const { return consensus_; }
  // Returns whether anything that is shown has changed since take_changed().
  bool has_changed() const { return has_changed_; }
  // Returns whether anything that is shown has changed since the last call.
  bool take_changed() { return std::exchange(has_changed_, false); }

  // The warning while no source has told the time, so that the clock is served as unsynchronised.
  static constexpr const char* kHowToSet =
      "nothing has told this machine the time: name a --server or an --rtc, use sntpctl set, or serve the "
      "clock as the island's own with --local";

 private:
  // The time from the first setting of the clock to the first save. A save costs as much CPU time as a minute
  // at rest, so it belongs to the first minute, in which the hub is busy anyway.
  static constexpr nanoseconds kFirstSave = seconds{50};
  // The clock stays reliable for a time that is known to a millisecond, and a wake-up must not come before
  // its end.
  static constexpr nanoseconds kPastReliability = std::chrono::milliseconds{1};

  // The time as a fed source, a person or the battery clock states it.
  struct Claim {
    std::string source;
    SourceKind kind;
    WallTime at;    // by the machine's clock
    Offset offset;  // relative to the machine's clock
    Dispersion bound;
    bool is_reliable;
    SourceAccount account{};
    bool is_vouched = true;  // see Report::vouched
  };

  // The purposes of a correction of the clock. proceed() continues with one once its correction is done.
  struct Settle {};
  struct EndSlew {};
  struct FollowServer {
    std::size_t index;
    Discipline::Consensus consensus;
    nanoseconds until_next;
    nanoseconds left;                 // the error that a slew is to remove
    std::optional<Dispersion> known;  // lower limit of the bound while an island is followed
    bool is_island;
  };
  struct AdoptClaim {
    Claim claim;
    Dispersion known;
    nanoseconds left;
    std::optional<double> frequency_bound;  // if the clock's rate is corrected
  };
  using Purpose = std::variant<Settle, EndSlew, FollowServer, AdoptClaim>;
  struct Order {
    Correction correction;
    Purpose purpose;
  };

  // hub_steering.cpp
  void order(const Correction& correction, Purpose purpose, Instant now);
  void proceed(const Settle&, Instant) {}
  void proceed(const EndSlew&, Instant now);
  void proceed(const FollowServer& follow, Instant now);
  void proceed(const AdoptClaim& adopt, Instant now);
  void give_up(const Settle&, Instant now);
  void give_up(const EndSlew&, Instant now);
  void give_up(const FollowServer&, Instant) { lose(); }
  void give_up(const AdoptClaim& adopt, Instant now);
  bool hear_of_clock(const std::string& failure);
  void tell_kernel(const ClockQuality& quality, Instant now);
  void untell(Instant now);
  // Takes back what an earlier run told the kernel.
  void untell_of_last_run(Instant now);
  void retell(Instant now);
  void end_slew(Instant now);
  void on_own_step(Offset by, Instant now);
  // The machine's clock was stepped; it read `before` until then.
  void on_machine_set(WallTime before, Instant now);
  // Returns whether the machine's clock may have read `at` before it was last set rather than since then.
  bool may_precede_setting(WallTime at, Instant now) const;
  void give_up_exchanges();
  const std::string& clock_trouble() const;

  // hub_servers.cpp
  void add_server(std::size_t plan, const ServerAddress& address, Instant now);
  void remove_server(std::size_t index);
  void look_up_names(MonoTime now);
  bool contradicts_clock(const Measurement& m, const OffsetSample& sample, Instant now) const;
  std::optional<Trouble> trouble_of(const AskedServer& server, const Measurement& m,
                                    const OffsetSample& sample, Instant now) const;

  // hub_following.cpp
  void hear_server(bool is_news, Instant now);
  void follow_servers(bool is_news, Instant now);
  static bool is_on_local_clock(const AskedServer& server);
  bool may_begin_with(std::size_t index) const;
  void follow(std::size_t index, const Discipline::Consensus& consensus, Instant now);
  void learn_frequency(const Discipline::Consensus& consensus);
  // The rate of the clock may be wrong by that much now, or somewhat more as its temperature changes.
  void adapt_rate_error(double fraction);
  // The same for a correction that is based on little: the clock's error is no more than that of an
  // uncorrected clock, by an experiment or the tolerance, and the correction.
  void adapt_rate_error(double fraction, double correction);
  Ppm rate_error() const;
  // A source has just set the clock, or agreed with it. `until_next` is the time until a server is asked
  // again.
  void on_sync(SourceKind kind, const std::string& source, Dispersion bound, Instant now,
               const std::optional<Reference::Upstream>& upstream = std::nullopt, nanoseconds until_next = {},
               bool is_vouched = true);
  bool follows_server() const { return reference_.follows_upstream(); }
  // The server may not move the clock that far; `why` is a clause.
  void refuse(std::size_t index, Offset move, const char* why, bool may_be_right);
  // The clock's bound may be wrong, so the clock is unsynchronised until another source tells the time.
  void contradict(Instant now);
  bool may_follow_island(const std::string& source, Offset move, MonoTime now) const;
  // Returns the clock's bound from before an island was followed, with its growth since then, or nothing if
  // no better source than an island has told the time.
  std::optional<Dispersion> known_beside_island(MonoTime now) const;
  void hear_refused_again(Instant now);
  bool comes_right(Offset move, WallTime now) const;
  std::optional<Verdict> find_implausible(SourceKind kind, Offset move, WallTime now) const;
  // A sample that is in doubt suggests that the clock may be off by this much.
  void widen(Dispersion bound, MonoTime now);
  void widen_by_doubts(Instant now);
  // The clock's offset by one server, within a bound that includes the server's root distance.
  struct ServerEstimate {
    Offset offset;
    Dispersion bound;
  };
  // Returns nothing if the server has not been heard, or was outvoted.
  std::optional<ServerEstimate> estimate_of(std::size_t index, Instant now) const;
  // Returns whether one of the servers that disagree agrees with the clock within its bound.
  bool is_borne_out_by_server(Instant now) const;
  void lose();
  // Notes when the servers contradict each other, so that none is believed.
  void report_disagreement(bool is_server_believed, Instant now);
  void report_standings(MonoTime now);
  // Returns a clause for people.
  std::string standing_text(std::size_t index, MonoTime now) const;
  // Returns the standing for the views.
  Standing standing_of(std::size_t index) const;
  bool was_synchronised(SourceKind by, MonoTime now) const;
  bool is_set(MonoTime now) const { return timekeeper_.standing(now).ever_set || was_running_; }
  FreeTime free_time(Instant now) const { return clock().free_at(now.wall); }
  nanoseconds steered(Instant now) const { return clock().steered(now.wall); }

  // hub_claims.cpp
  void refuse_sample(const SampleRecord& sample, const char* name, const std::string& text);
  void consider(const Claim& claim, Instant now);
  void adopt(FedSource& fed, const Claim& claim, Instant now);
  // The clock is left as it is. `bound` is that of its error if the source is right.
  void agree(FedSource& fed, const Claim& claim, Dispersion bound, Instant now);
  // Selects among all that have a vote, the source among them. Returns why its sample is not used, or
  // nothing.
  std::optional<VerdictDescription> vote(FedSource& fed, const Claim& claim, Instant now);
  // Returns whether others agree with the source, which alone might be the liar.
  bool is_borne_out(const FedSource& fed) const;
  // `why` is a clause.
  void refuse_move(FedSource& fed, const char* name, const char* why, Instant now);
  bool is_our_own(const SampleRecord& sample) const;
  // Returns how far a slew that somebody had left may have moved the machine's clock since it read `at`,
  // before it was taken.
  nanoseconds slewed_since(WallTime at) const;
  OffsetSample sample_of(const Claim& claim, bool is_vague) const;
  bool contradicts_itself(const FedSource& fed, const Claim& claim, Instant now) const;
  void answer(FedSource& fed, bool is_accepted, const std::string& name, const std::string& text);
  void answer_outranked(FedSource& fed, Instant now);

  // hub_rtc.cpp
  RtcTime rtc_time(Instant now) const;
  Ppm rate_uncertainty() const;
  void step_rtc(Instant now);
  void note_rtc(const RtcKeeper::Note& what);
  std::optional<MonoTime> next_rtc_wakeup(Instant now) const;
  void add_rtc(std::vector<SourceView>& views, MonoTime now) const;

  // hub_report.cpp
  // Returns how long the clock stays reliable if no source is heard again, or nothing if it is not.
  std::optional<nanoseconds> reliable_for(Instant now) const;
  std::string_view unset_warning(const ClockStanding& standing, bool is_served) const;
  std::string unreliable_warning(const ClockStanding& standing) const;
  void add_warnings(StatusView& view, const ClockStanding& standing, MonoTime now) const;
  void add_rtc(StatusView& view, MonoTime now) const;
  void add_estimate(SourceView& view, const Discipline::Source& source, Instant now) const;

  // hub_window.cpp. `rate_error` is nothing if no experiment was made.
  void expect(const std::optional<Ppm>& rate_error);
  WindowView window_view() const;

  std::optional<SavedSync> sync_of_last_run(double rate) const;
  // Returns the time from the last save of an earlier run in this boot to the start of this one, or nothing
  // if it is unknown.
  struct SinceSave {
    nanoseconds awake;  // by the oscillator alone
    nanoseconds asleep;
  };
  std::optional<SinceSave> since_save() const;
  void doubt_rate(Instant now);
  void save(Instant now);
  Dispersion bound_to_save(Instant now) const;
  void recall();
  Frequency known_frequency() const;
  Frequency frequency_for(const std::string& source, MonoTime now) const;
  ServerState state() const;
  void note(Event event, const std::string& text, action::Note::Level level = action::Note::Level::kDetail);

  const HubConfig config_;
  SavedState saved_;
  bool is_of_this_boot_ = false;
  bool has_steered_;  // an earlier run in this boot
  // If false, the disk may hold a state that this run has ignored and that a later run would believe, or
  // none that tells a later run that this one has steered the clock.
  bool is_saved_state_known_;
  bool is_resumed_ = false;   // resume() was called
  bool was_running_ = false;  // an earlier run in this boot has set the clock by a source with a floor
  const ClockReading started_;
  WallTime earliest_;
  WallTime set_at_;  // when the machine's clock was last stepped, or this program started, by that clock
  // The machine's clock was set back, and reads times again that it has read before.
  struct Repeated {
    WallTime until;
    MonoTime at;
  };
  std::optional<Repeated> repeated_;
  // Another run, or another program, had left the machine's clock in mid-slew.
  struct LeftSlew {
    double rate;  // how wrong that was, a fraction
    WallTime until;
  };
  std::optional<LeftSlew> left_slew_;
  std::deque<Action> actions_;
  std::optional<Order> order_;
  std::optional<Frequency> frequency_;
  Steering steering_;
  Timekeeper timekeeper_;
  Discipline discipline_;
  FedSources fed_{discipline_};
  Reference reference_;
  ServerNames names_;
  std::array<std::optional<AskedServer>, Discipline::kMaxSources> servers_;
  std::vector<OwnAddress> own_addresses_;
  std::optional<Discipline::Consensus> consensus_;
  // When a source that may raise the floor last set the clock, in this run.
  std::optional<WallTime> last_good_;
  std::optional<MonoTime> next_look_at_kernel_;
  std::optional<Dispersion>
      void_max_error_;  // the maximum error that the kernel stated while the clock was slewed
  // The clock's bound from before an island was followed, with all that the island has moved it by. Only
  // present while an island is followed.
  struct KnownBefore {
    Dispersion bound;
    MonoTime at;
  };
  std::optional<KnownBefore> before_island_;
  std::string followed_;
  std::string clock_failure_;
  Reply reply_;
  bool was_lost_ = false;
  bool is_server_believed_ = false;  // by the last selection
  bool do_disagree_ = false;         // the servers disagree, and nothing tells which of them is right
  std::optional<MonoTime> next_save_;
  std::optional<KnownBefore> saved_sync_;  // what a restart would claim
  bool is_sync_unsaved_ = false;           // the last save came in mid-slew
  bool has_changed_ = false;
  bool was_reliable_ = false;  // at the last tick
  std::optional<RtcKeeper> rtc_;
};

}  // namespace isletime
