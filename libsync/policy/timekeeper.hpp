// SPDX-License-Identifier: MIT
// Who may set the clock, and how long it then counts as reliable: ranks, thresholds and windows
// over all kinds of source. Pure: reports come in, verdicts go out, the caller sets the clock and
// says so by on_sync(). Ages are monotonic, so that setting the clock neither renews nor ends a
// window. Until the first on_sync() the clock is unset, and nothing about it is reliable.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "libsync/core/time_types.hpp"

namespace isletime {

// Best rank first. Within its window a source cannot be overruled by one of a worse rank.
enum class SourceKind : std::uint8_t {
  kNtp,                 // selected and disciplined upstreams
  kFedNtp,              // a server's time that another program measured and fed
  kPhoneOnAccessPoint,  // its clock is the mobile network's, and one hop away
  kManual,              // a person's own decision, also one made on a phone that is elsewhere
  kPhone,               // a client that came by another way, of its own accord
  kOcpp,                // the charging back end: good to its round trip
  kRtc,                 // good between syncs, but only ever as good as what last set it
  kIsland,   // a server whose root is a clock that nothing disciplines: agreement, not the time of day
  kCamera,   // set by somebody long ago, for want of anything else
  kFreeRun,  // nothing has set the clock
};
inline constexpr std::size_t kSourceKinds = 10;

// All that is declared of a kind of source.
struct Rule {
  const char* name;  // one word for records: "phone-on-access-point"
  // What its samples' sources begin with, before a colon: "phone:192.168.4.17". Empty: nobody feeds it.
  std::array<std::string_view, 2> prefixes;
  std::uint8_t rank;                      // less is better
  nanoseconds window;                     // how long a sync makes the clock reliable, unless adapted
  nanoseconds threshold;                  // no larger difference changes a clock that is set
  std::optional<nanoseconds> warn_above;  // a larger difference is one to tell people of
  // A larger difference is absurd within the window of a source of the same or a better rank.
  std::optional<nanoseconds> max_offset;
  Dispersion max_bound;  // a source that knows less is of no use
  bool may_make_reliable;
  bool adaptive;         // its window follows what is known of the drift
  bool may_raise_floor;  // an earlier time than it tells is not believed any more, also after a restart
};

using Rules = std::array<Rule, kSourceKinds>;  // by SourceKind
inline constexpr nanoseconds kDefaultWindow = std::chrono::minutes{30};
inline constexpr nanoseconds kDefaultMaxOffset = std::chrono::hours{24};

// NTP counts for eight polls of 1024 s, which is when RFC 5905, section 13, calls a server
// unreachable; where it is asked more seldom, for as long after the answer that is due as otherwise. It
// moves no clock that NTP has set by more than its panic threshold. A phone and a
// camera are compared to the second; a back end's time is looked at from 5 s on, and doubted from
// an hour on. An RTC that was without power for a season is worth having, give or take minutes.
inline constexpr Rules kDefaultRules{{
    // name, prefixes,
    //     rank, window, threshold, warn_above, max_offset, max_bound,
    //     may_make_reliable, adaptive, may_raise_floor
    {"ntp",
     {},  //
     0,
     seconds{8 * 1024},
     {},
     {},
     seconds{1000},
     {seconds{16}},
     true,
     false,
     true},
    {"fed-ntp",
     {"ntp"},  //
     1,
     seconds{8 * 1024},
     {},
     {},
     seconds{1000},
     {seconds{16}},
     true,
     false,
     false},
    {"phone-on-access-point",
     {},  // a phone whose address is there
     2,
     kDefaultWindow,
     seconds{1},
     {},
     kDefaultMaxOffset,
     {seconds{10}},
     true,
     true,
     false},
    {"manual",
     {"manual"},  //
     3,
     kDefaultWindow,
     {},
     {},
     {},
     {seconds{60}},
     true,
     true,
     true},
    {"phone",
     {"phone"},  //
     4,
     kDefaultWindow,
     seconds{1},
     {},
     kDefaultMaxOffset,
     {seconds{10}},
     true,
     true,
     false},
    {"ocpp",
     {"ocpp", "http"},  // both good to a round trip
     5,
     kDefaultWindow,
     seconds{5},
     seconds{3600},
     kDefaultMaxOffset,
     {seconds{60}},
     true,
     true,
     false},
    {"rtc",
     {"rtc"},  //
     6,
     kDefaultWindow,
     {},
     {},
     kDefaultMaxOffset,
     {seconds{600}},
     true,
     true,
     false},
    {"island",
     {},  // a server that says so of itself
     7,
     seconds{8 * 1024},
     {},
     {},
     seconds{1000},
     {seconds{16}},
     false,
     false,
     false},
    {"camera",
     {"camera", "ccapi"},  //
     8,
     kDefaultWindow,
     seconds{1},
     {},
     kDefaultMaxOffset,
     {seconds{60}},
     false,
     true,
     false},
    {"free-run",
     {},  //
     9,
     {},
     {},
     {},
     {},
     {},
     false,
     false,
     false},
}};

constexpr const Rule& default_rule(SourceKind kind) {
  return kDefaultRules[static_cast<std::size_t>(kind)];
}
constexpr const char* name_of(SourceKind kind) {
  return default_rule(kind).name;
}
std::optional<SourceKind> source_kind_of(std::string_view name);  // absent: there is none of that name
// Of a source that is fed: "phone:192.168.4.17" or "manual". Absent: nothing begins so.
std::optional<SourceKind> fed_kind_of(std::string_view source);

struct TimekeeperConfig {
  Rules rules = kDefaultRules;
  // No source may claim a time before the build, nor before the last time known, nor after `latest`.
  WallTime earliest{};
  WallTime latest = WallTime::max();
  // A clock that might be off by more than this is not reliable, and an adapted window ends there.
  Dispersion tolerance{seconds{1}};
  nanoseconds shortest_window = std::chrono::minutes{10};
  nanoseconds longest_window = std::chrono::hours{24};
};

struct Report {
  SourceKind kind;
  Offset offset;
  Dispersion bound;
  bool reliable;  // by its own account: the RTC's integrity flag, the server's leap and stratum
  WallTime claimed;
};

enum class Verdict : std::uint8_t {
  kAdopt,
  kAgree,
  kBelowThreshold,
  kUnreliable,
  kBelowFloor,
  kAbsurd,
  kOutranked,
  kTooUncertain,
};

struct VerdictDescription {
  const char* name;  // one word for records: "outranked"
  const char* text;  // a clause for people
};
VerdictDescription describe(Verdict verdict);

struct Judgement {
  Verdict verdict;
  Dispersion bound;  // of the clock after it was adopted or agreed with: on_sync() takes it
  bool warn;         // the difference is one to tell people of
};

struct ClockStanding {
  SourceKind kind;                 // which last set or confirmed the clock, also after its window
  std::optional<nanoseconds> age;  // since then
  Dispersion bound;                // what the clock's error cannot exceed by now; its maximum if never set
  bool reliable;
  bool ever_set;
};

// What the clock's rate may be wrong by.
struct RateError {
  Ppm value;
  bool is_measured;  // by who steers the clock; else by an experiment before
};

class Timekeeper {
 public:
  explicit Timekeeper(const TimekeeperConfig& config) : config_(config), earliest_(config.earliest) {}

  // kAdopt: set the clock by report.offset, then call on_sync(). kAgree: leave it, and call
  // on_sync(). Anything else: the report changes nothing.
  Judgement judge(const Report& report, MonoTime now) const;
  // `until_next`: in which an NTP source is asked again.
  void on_sync(SourceKind kind, Dispersion bound, MonoTime now, nanoseconds until_next = {});
  // Somebody else set the clock by this. By more than an NTP source may move it, it is unset.
  void on_clock_moved(Offset by);
  // The machine slept for so long, in which the monotonic clock stood still: windows and bounds have aged by
  // it.
  void on_slept(nanoseconds time);
  // What last set the clock is contradicted by sources that may not move it so far: nothing is reliable, and
  // any other source may set it, until the next on_sync() or until they agree again.
  void on_contradicted() { contradicted_ = true; }
  void on_uncontradicted() { contradicted_ = false; }
  bool is_contradicted() const { return contradicted_; }
  // A sample that is in doubt says that the clock may be off by this: its bound is no less, and no window is
  // renewed.
  void widen(Dispersion bound, MonoTime now);

  // A camera may set the clock only as long as no phone has ever been there.
  void on_client_seen() { client_seen_ = true; }
  // A time that has certainly been; an earlier one changes nothing.
  void raise_floor(WallTime known);
  // A person said that it is no later: what raised the floor beyond it was wrong.
  void lower_floor(WallTime known);
  // Whether a source of that kind may claim such a time at all. Absent: it may.
  std::optional<Verdict> find_implausible(SourceKind kind, WallTime claimed) const;
  bool may_raise_floor(SourceKind kind) const { return rule(kind).may_raise_floor; }
  // What the clock's rate may be wrong by, as measured: windows and bounds follow it.
  void adapt(Ppm rate_error);
  // The same as an experiment found it of the clock when nothing corrects it: until it is measured.
  void expect(Ppm rate_error);

  ClockStanding standing(MonoTime now) const;
  nanoseconds window(SourceKind kind, Dispersion bound_at_sync) const;
  // Which windows and bounds follow; absent: nobody knows, and windows are those of the rules.
  std::optional<RateError> rate_error() const { return rate_error_; }
  Dispersion tolerance() const { return config_.tolerance; }
  // Until it is no more, if nobody is heard again; 0: it is not.
  nanoseconds reliable_for(MonoTime now) const;

  // Neither the RTC's own time back to it, nor a clock that nobody vouches for.
  bool may_write_rtc(MonoTime now) const;
  bool may_set_camera(MonoTime now) const { return standing(now).reliable; }

 private:
  struct Sync {
    SourceKind kind;
    Dispersion bound;
    MonoTime at;
    nanoseconds window_more;  // than its rule gives
  };

  const Rule& rule(SourceKind kind) const { return config_.rules[static_cast<std::size_t>(kind)]; }
  nanoseconds window_of(const Sync& sync) const;
  nanoseconds age(const Sync& sync, MonoTime now) const;
  Dispersion bound_at(const Sync& sync, MonoTime now) const;
  bool is_in_force(const Sync& sync, MonoTime now) const;
  bool is_reliable(const Sync& sync, MonoTime now) const;
  std::optional<Verdict> find_fault(const Report& report, MonoTime now) const;
  Judgement compare(const Report& report, const Sync& held, MonoTime now) const;

  TimekeeperConfig config_;
  WallTime earliest_;
  std::optional<Sync> last_;
  std::optional<RateError> rate_error_;
  bool client_seen_ = false;
  bool contradicted_ = false;
};

}  // namespace isletime
