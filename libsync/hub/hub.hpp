// SPDX-License-Identifier: MIT
// The hub: who sets its clock, how the clock is steered, and how good it is, decided by one object. Pure: no
// clock, socket, file, thread or log. Facts come in with the machine's clocks as they were read; what is to
// be done goes out by take_action(). The caller does all of it, in order, before it tells the next fact.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "libsync/hub/discipline/discipline.hpp"
#include "libsync/hub/event.hpp"
#include "libsync/hub/fed_sources.hpp"
#include "libsync/hub/hub_view.hpp"
#include "libsync/hub/reference.hpp"
#include "libsync/hub/rtc_keeper.hpp"
#include "libsync/hub/saved_state.hpp"
#include "libsync/hub/served_time.hpp"
#include "libsync/hub/steering.hpp"
#include "libsync/policy/timekeeper.hpp"
#include "libsync/record/sample_record.hpp"

namespace isletime {

// What a server says counts from this sample on.
inline constexpr int kFirstSamples = 3;

// What is to be done.
namespace action {

// Give the machine's clock this rate, then step it; Hub::on_steered() hears of it before anything else.
struct Steer {
  double rate;  // of the clock on its oscillator, a fraction
  std::optional<Offset> step;
};
// Tell the kernel how good its clock is.
struct TellKernel {
  ClockQuality quality;
};
// What does the kernel say of its clock? Hub::on_kernel() hears it.
struct AskKernel {};
// The clock was set: no exchange that is under way can be measured.
struct GiveUpExchanges {};
struct Note {
  enum class Level : std::uint8_t { kDetail, kNotice, kError };
  Event event;
  std::string text;
  Level level;
};
// Save Hub::state_to_save(), if there is one.
struct Save {};
// Hub::on_rtc() hears of the outcome, or Hub::on_rtc_refused() that it cannot be begun.
struct RunRtcJob {
  RtcJob job;
  bool once_saved;  // not before what was to be saved is on the disk
};

}  // namespace action

using Action = std::variant<action::Steer, action::TellKernel, action::AskKernel, action::GiveUpExchanges,
                            action::Note, action::Save, action::RunRtcJob>;

struct HubConfig {
  bool is_island_reference = false;  // --local
  std::uint8_t local_stratum = 10;
  std::int8_t precision = 0;  // log2 seconds
  bool serves = true;
  Dispersion reliable_within{seconds{1}};
  ControlLimits limits{};
  WallTime made{};    // when this program was: an earlier time is wrong
  WallTime latest{};  // a later one is as well
  EstimatorModel model{};
};

// What is told of a run before this one.
struct LastRun {
  SavedState state;
  bool is_of_this_boot;
};

class Hub {
 public:
  Hub(const HubConfig& config, std::optional<LastRun> last_run, const ClockReading& now);

  std::optional<Action> take_action();

  // --- The clock ---
  // From now on the machine's clock is steered, which runs at `rate`. Before anything else is told.
  void take_clock(double rate, Instant now);
  // A run before this one, in this boot, had set the machine's clock.
  bool was_running() const { return was_running_; }
  // What was known when this boot's last run ended still is, if nobody has set the clock since.
  void resume(Instant now);
  // Before each fact that was stamped by the machine's clock. True if somebody has set the clock, or the
  // machine has slept: what was measured since the last call is worthless.
  bool notice(const ClockReading& reading);
  struct Steered {
    WallTime at;                 // the machine's clock, when it was given its rate
    std::optional<double> rate;  // what the kernel really applies; absent: it refused
    bool is_stepped = false;
    std::string failure{};  // a clause; empty: all was done
  };
  void on_steered(const Steered& steered, Instant now);
  // The kernel takes nobody's word from us, and why; empty: it does.
  void on_told(const std::string& failure);
  // How far off at most another program says that the machine's clock is.
  void on_kernel(std::optional<Dispersion> bound, Instant now);
  // Does what is due.
  void tick(Instant now);
  std::optional<MonoTime> next_wakeup(Instant now) const;
  // The clock is left at the rate that is believed right, and what was learned to the next start.
  void stop(Instant now);

  // --- The servers that are asked ---
  struct Server {
    std::string source;          // "ntp:192.0.2.1"
    ReferenceId reference_id{};  // of its address
    bool is_ourselves = false;   // then it is never asked
    int samples = 0;
    int losses = 0;  // in a row
    std::optional<Measurement> last{};
    std::optional<HubClock> clock_then{};        // as it was steered at the last reply
    std::string refusal{};                       // why it was refused last
    bool was_refused = false;                    // and now agrees with the clock again
    Standing standing = Standing::kUnreachable;  // as last reported
  };
  struct ServerConfig {
    std::string source;
    ReferenceId reference_id{};
    Tier tier = Tier::kNormal;
    PollLimits poll{};
    ServerOwner owner = ServerOwner::kOurselves;
    bool is_ourselves = false;  // then it is never asked
  };
  // The index under which it is known. Absent: there are too many.
  std::optional<std::size_t> add_server(const ServerConfig& config, Instant now);
  void remove_server(std::size_t index);
  const std::optional<Server>& server(std::size_t index) const { return servers_[index]; }
  const Discipline::Source& source(std::size_t index) const { return *discipline_.source(index); }
  // From its last query to the next.
  nanoseconds interval(std::size_t index, Instant now) const;

  struct OwnAddress {
    ReferenceId reference_id;
    bool is_loopback;
    std::string source;   // how somebody who asks our service there names it: "ntp:192.0.2.1:11123"
    std::string address;  // the same of another port: "ntp:192.0.2.1"
  };
  // Before each measurement, and before each sample that is fed.
  void set_own_addresses(std::vector<OwnAddress> own) { own_addresses_ = std::move(own); }
  // `came_to_us`: the query was seen to arrive at our own service. False: the server is not to be believed.
  bool on_measurement(std::size_t index, const Measurement& measurement, bool came_to_us, Instant now);
  // `reachable`: whether any of its last eight queries was answered.
  void on_no_reply(std::size_t index, Trouble trouble, bool reachable, Instant now);
  void on_broadcast(std::size_t index, const Measurement& measurement, Instant now);
  // The books by which a measurement counts: an interleaved reply completes an exchange that was stamped by
  // the clock as it was steered at the reply before.
  const HubClock& clock_of(std::size_t index, const Measurement& measurement) const;
  // A measurement was lost as the clock was set meanwhile, which is not the server's fault.
  void forgive_losses(std::size_t index) { servers_[index]->losses = 0; }
  // What the oscillator gains in a second by the server, and how far off that may be. Absent: nobody knows.
  struct Gain {
    double value;
    Ppm bound;
  };
  std::optional<Gain> gain(std::size_t index, Instant now) const;

  // --- Those who feed it ---
  // What became of what somebody else says of the time.
  struct Reply {
    bool is_accepted = false;
    std::string name{};  // one word
    std::string text{};  // a clause for people
  };
  // These are answered by reply(), once all actions are done. `is_on_access_point`: of a phone.
  void feed(const SampleRecord& sample, bool is_on_access_point, Instant now);
  void set(WallTime time, Dispersion uncertainty, Instant now);
  const Reply& reply() const { return reply_; }
  // What an experiment found this machine's clock to be wrong by, and what the windows are made of it.
  WindowView set_rate_error(Ppm rate_error, Instant now);

  // --- Its battery clock ---
  void use_rtc(const std::string& source, bool may_write, Instant now);
  void on_rtc(const RtcOutcome& outcome, Instant now);
  void on_rtc_refused(const std::string& why, Instant now);

  // --- What it says ---
  ServedTime served(WallTime now) const;
  StatusView status(Instant now) const;
  // Of the servers by add_server(), in its order.
  SourceView server_view(std::size_t index, Instant now) const;
  SourceView fed_view(const FedSource& fed, Instant now) const;
  // Its battery clock among them.
  std::vector<SourceView> fed_views(Instant now) const;
  std::span<const FedSource> fed() const { return fed_.all(); }
  // The source that counts most; empty: none.
  const std::string& followed() const { return followed_; }
  ClockStanding standing(MonoTime now) const { return timekeeper_.standing(now); }
  std::optional<SavedState> state_to_save(Instant now) const;
  const HubClock& clock() const { return steering_.clock(); }
  WallTime hub_time(WallTime now) const { return steering_.clock().hub_time(now); }
  // By the last selection.
  const std::optional<Discipline::Consensus>& consensus() const { return consensus_; }
  bool has_changed() const { return has_changed_; }
  // Whether anything that is shown has changed since the last call.
  bool take_changed() { return std::exchange(has_changed_, false); }

  // While nothing vouches for the clock: what to do.
  static constexpr const char* kHowToSet =
      "nothing has told this machine the time: name a --server or an --rtc, use sntpctl set, or serve the "
      "clock as the island's own with --local";

 private:
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

  // What an order to the clock is for, and what follows once it is done.
  struct Settle {};
  struct EndSlew {};
  struct FollowServer {
    std::size_t index;
    Discipline::Consensus consensus;
    nanoseconds until_next;
    nanoseconds left;                 // the error that a slew is to take away
    std::optional<Dispersion> known;  // beside an island: no less is claimed
    bool is_island;
  };
  struct AdoptClaim {
    Claim claim;
    Dispersion known;
    nanoseconds left;
  };
  using Purpose = std::variant<Settle, EndSlew, FollowServer, AdoptClaim>;
  struct Order {
    Correction correction;
    Purpose purpose;
  };

  // hub_steering.cpp
  void order(const Correction& correction, Purpose purpose, Instant now);
  void proceed(const Settle&, Instant) {}
  void proceed(const EndSlew&, Instant) {}
  void proceed(const FollowServer& follow, Instant now);
  void proceed(const AdoptClaim& adopt, Instant now);
  void give_up(const Settle&, Instant) {}
  void give_up(const EndSlew&, Instant) {}
  void give_up(const FollowServer&, Instant) { lose(); }
  void give_up(const AdoptClaim& adopt, Instant now);
  bool hear_of_clock(const std::string& failure);
  void tell_kernel(const ClockQuality& quality, Instant now);
  void untell(Instant now);
  void retell(Instant now);
  void end_slew(Instant now);
  void on_own_step(Instant now);
  void give_up_exchanges();
  const std::string& clock_trouble() const;

  // hub_following.cpp
  void hear_server(bool is_news, Instant now);
  void follow_servers(bool is_news, Instant now);
  static bool is_on_local_clock(const Server& server);
  bool may_begin_with(std::size_t index) const;
  void follow(std::size_t index, const Discipline::Consensus& consensus, Instant now);
  void learn_frequency(const Discipline::Consensus& consensus);
  // The clock has been set by a source just now, or found to agree with it. `until_next`: in which a server
  // is asked again.
  void on_sync(SourceKind kind, const std::string& source, Dispersion bound, Instant now,
               const std::optional<Reference::Upstream>& upstream = std::nullopt,
               nanoseconds until_next = {});
  bool follows_server() const { return reference_.follows_upstream(); }
  std::optional<Trouble> trouble_of(const Server& server, const Measurement& measurement) const;
  // A server may not move the clock as far as it says: `why` is a clause.
  void refuse(std::size_t index, Offset move, const char* why);
  // What is claimed of the clock may be wrong: until somebody else tells the time, nothing is.
  void contradict(Instant now);
  bool may_follow_island(const std::string& source, Offset move, MonoTime now) const;
  // What the clock was off by at most before an island was followed, as it has grown since. Absent: nobody
  // better than an island has told the time.
  std::optional<Dispersion> known_beside_island(MonoTime now) const;
  void hear_refused_again(Instant now);
  bool comes_right(Offset move, WallTime now) const;
  std::optional<Verdict> find_implausible(SourceKind kind, Offset move, WallTime now) const;
  // A sample that is in doubt: the clock may be off by as much.
  void widen(Dispersion bound, MonoTime now);
  void lose();
  // Nobody is believed, as the servers contradict each other.
  void report_disagreement(bool is_anybody_believed, Instant now);
  void report_standings();
  bool was_synchronised(SourceKind by, MonoTime now) const;
  bool is_set(MonoTime now) const { return timekeeper_.standing(now).ever_set || was_running_; }
  FreeTime free_time(Instant now) const { return clock().free_at(now.wall); }
  nanoseconds steered(Instant now) const { return clock().steered(now.wall); }

  // hub_claims.cpp
  void refuse_sample(const SampleRecord& sample, const char* name, const std::string& text);
  void judge(const Claim& claim, Instant now);
  void adopt(FedSource& fed, const Claim& claim, Instant now);
  bool is_our_own(const SampleRecord& sample) const;
  OffsetSample sample_of(const Claim& claim, bool is_vague) const;
  bool contradicts_itself(const FedSource& fed, const Claim& claim, Instant now) const;
  void answer(FedSource& fed, bool is_accepted, const std::string& name, const std::string& text);

  // hub_rtc.cpp
  RtcTime rtc_time(Instant now) const;
  Ppm rate_uncertainty() const;
  void step_rtc(Instant now);
  void note_rtc(const RtcKeeper::Note& what);
  std::optional<MonoTime> next_rtc_wakeup(Instant now) const;
  void add_rtc(std::vector<SourceView>& views, MonoTime now) const;

  // hub_report.cpp
  bool is_reliable_by_kernel(const ServerState& state, Instant now) const;
  std::string_view unset_warning(const ClockStanding& standing, bool is_served) const;
  std::string unreliable_warning(const ClockStanding& standing) const;
  void add_warnings(StatusView& view, const ClockStanding& standing, MonoTime now) const;
  void add_rtc(StatusView& view, MonoTime now) const;
  void add_estimate(SourceView& view, const Discipline::Source& source, Instant now) const;

  // hub_window.cpp: as an experiment found it; absent: there was none.
  void expect(const std::optional<Ppm>& rate_error);
  WindowView window_view() const;

  void recall();
  Frequency frequency_for(const std::string& source, MonoTime now) const;
  ServerState state() const;
  void note(Event event, const std::string& text, action::Note::Level level = action::Note::Level::kDetail);

  const HubConfig config_;
  SavedState saved_;
  bool is_of_this_boot_ = false;
  bool was_running_ = false;  // before, in this boot, and had set the clock
  MonoTime started_;
  WallTime earliest_;
  WallTime set_at_;  // by the machine's clock: when it was stepped last, or this program started
  std::deque<Action> actions_;
  std::optional<Order> order_;
  std::optional<Frequency> frequency_;
  Steering steering_;
  Timekeeper timekeeper_;
  Discipline discipline_;
  FedSources fed_{discipline_};
  Reference reference_;
  std::array<std::optional<Server>, Discipline::kMaxSources> servers_;
  std::vector<OwnAddress> own_addresses_;
  std::optional<Discipline::Consensus> consensus_;
  std::optional<WallTime> last_good_;  // when a source that may raise the floor last set it, since the start
  std::optional<MonoTime> next_look_at_kernel_;
  // While an island is followed: what was known of the clock before, with all that the island has moved it
  // by.
  struct KnownBefore {
    Dispersion bound;
    MonoTime at;
  };
  std::optional<KnownBefore> before_island_;
  std::string followed_;
  std::string clock_failure_;
  Reply reply_;
  bool was_lost_ = false;
  bool is_anybody_believed_ = false;  // by the last selection
  bool do_disagree_ = false;          // the servers, and nothing tells which of them is right
  std::optional<MonoTime> next_save_;
  bool has_changed_ = false;
  std::optional<RtcKeeper> rtc_;
};

}  // namespace isletime
