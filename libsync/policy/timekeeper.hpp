// SPDX-License-Identifier: MIT
// Decides which source may set the clock, and how long the clock then counts as reliable: ranks, thresholds
// and windows for all kinds of source. No I/O: reports come in, verdicts go out; the caller sets the clock
// and calls on_sync(). Ages are monotonic, so that setting the clock neither renews nor ends a window. Until
// the first on_sync() the clock is unset and not reliable.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "libsync/core/time_types.hpp"
#include "libsync/policy/source_kind.hpp"

namespace isletime {

// The rule of a kind of source; its name and words are in source_kind.hpp and source_kind_texts.hpp. Within
// its window a source cannot be overruled by one of a worse rank.
struct Rule {
  // Short, because the rules are in the memory of every device: up to 18 hours, or 49 days.
  using Seconds = std::chrono::duration<std::uint16_t>;
  using Time = std::chrono::duration<std::uint32_t, std::milli>;
  Seconds window{};                     // how long a sync makes the clock reliable, unless adapted
  Seconds max_bound{};                  // a less accurate source is useless
  Time threshold{};                     // differences up to this do not change a set clock
  std::optional<Seconds> warn_above{};  // a larger difference is worth a warning
  // A larger difference is rejected within the window of a source of the same or a better rank.
  std::optional<Time> max_offset{};
  // Replaces max_bound, if it is larger, while the clock is unset or its own bound exceeds max_bound.
  Time max_bound_of_unset{};
  std::uint8_t rank = 0;  // less is better
  bool may_make_reliable = false;
  bool adaptive = false;         // its window depends on the known drift
  bool may_raise_floor = false;  // earlier times than it tells are rejected from now on, also after a restart
};

using Rules = std::array<Rule, kSourceKinds>;  // by SourceKind
inline constexpr Rule::Seconds kDefaultWindow = std::chrono::minutes{30};
inline constexpr Rule::Time kDefaultMaxOffset = std::chrono::hours{24};

// NTP counts for eight polls of 1024 s, after which RFC 5905, section 13, calls a server unreachable. With
// longer polls, its window ends as long after the next reply is due as otherwise. It moves a clock that NTP
// has set by no more than the panic threshold. Phones and cameras are compared to the second; a back end's
// time counts from 5 s on, and is doubted from an hour on. An RTC that was without power for a season is
// still useful, with a bound of minutes. One that was never compared has a bound of an hour, which is better
// than nothing.
inline constexpr Rules kDefaultRules{{
    {// kNtp
     .window = seconds{8 * 1024},
     .max_bound = seconds{16},
     .max_offset = seconds{1000},
     .rank = 0,
     .may_make_reliable = true,
     .may_raise_floor = true},
    {// kFedNtp
     .window = seconds{8 * 1024},
     .max_bound = seconds{16},
     .max_offset = seconds{1000},
     .rank = 1,
     .may_make_reliable = true},
    // A phone with an address there.
    {// kPhoneOnAccessPoint
     .window = kDefaultWindow,
     .max_bound = seconds{10},
     .threshold = seconds{1},
     .max_offset = kDefaultMaxOffset,
     .rank = 2,
     .may_make_reliable = true,
     .adaptive = true},
    {// kManual
     .window = kDefaultWindow,
     .max_bound = seconds{60},
     .rank = 3,
     .may_make_reliable = true,
     .adaptive = true,
     .may_raise_floor = true},
    {// kPhone
     .window = kDefaultWindow,
     .max_bound = seconds{10},
     .threshold = seconds{1},
     .max_offset = kDefaultMaxOffset,
     .rank = 4,
     .may_make_reliable = true,
     .adaptive = true},
    // An HTTP date is as good as its round trip too.
    {// kOcpp
     .window = kDefaultWindow,
     .max_bound = seconds{60},
     .threshold = seconds{5},
     .warn_above = seconds{3600},
     .max_offset = kDefaultMaxOffset,
     .rank = 5,
     .may_make_reliable = true,
     .adaptive = true},
    {// kRtc
     .window = kDefaultWindow,
     .max_bound = seconds{600},
     .max_offset = kDefaultMaxOffset,
     .max_bound_of_unset = kDefaultMaxOffset,
     .rank = 6,
     .may_make_reliable = true,
     .adaptive = true},
    // A server that says so of itself.
    {// kIsland
     .window = seconds{8 * 1024},
     .max_bound = seconds{16},
     .max_offset = seconds{1000},
     .rank = 7},
    {// kCamera
     .window = kDefaultWindow,
     .max_bound = seconds{60},
     .threshold = seconds{1},
     .max_offset = kDefaultMaxOffset,
     .rank = 8,
     .adaptive = true},
    {// kFreeRun
     .window = {},
     .rank = 9},
}};

constexpr const Rule& default_rule(SourceKind kind) {
  return kDefaultRules[static_cast<std::size_t>(kind)];
}

struct TimekeeperConfig {
  const Rules* rules = &kDefaultRules;  // by reference: a copy is most of a kilobyte of a device's memory
  // No source may claim a time before the build, before the last known time, or after `latest`.
  WallTime earliest{};
  WallTime latest = WallTime::max();
  // A clock that might be off by more than this is not reliable, and an adapted window ends at that point.
  Dispersion tolerance{seconds{1}};
};

struct Report {
  SourceKind kind;
  Offset offset;
  Dispersion bound;
  bool reliable;  // by its own account: the RTC's integrity flag, the server's leap and stratum
  WallTime claimed;
  // Otherwise it may set a clock that nothing better has set, and makes nothing reliable.
  bool vouched = true;
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
  Dispersion bound;  // of the clock after it was adopted or agreed with; pass it to on_sync()
  bool warn;         // the difference is worth a warning
};

struct ClockStanding {
  SourceKind kind;                 // the kind that last set or confirmed the clock, also after its window
  std::optional<nanoseconds> age;  // since then
  Dispersion bound;                // the clock's error is at most this by now; the maximum if never set
  bool reliable;
  bool ever_set;
  bool vouched = true;  // something vouches for the source that last set or confirmed it
};

// The error of the clock's rate.
struct RateError {
  Ppm value;
  bool is_measured;  // by the source that steers the clock; otherwise by an earlier experiment
};

class Timekeeper {
 public:
  explicit Timekeeper(const TimekeeperConfig& config) : config_(config), earliest_(config.earliest) {}

  // kAdopt: set the clock by report.offset, then call on_sync(). kAgree: leave it, and call on_sync(). For
  // any other verdict the report changes nothing.
  Judgement judge(const Report& report, MonoTime now) const;
  // `until_next` is the time until an NTP source is polled again; `vouched` is that of the report.
  void on_sync(SourceKind kind, Dispersion bound, MonoTime now, nanoseconds until_next = {},
               bool vouched = true);
  // Another program has set the clock by this much. If that is more than an NTP source may move it, it counts
  // as unset.
  void on_clock_moved(Offset by);
  // The machine slept for this long while the monotonic clock stood still: windows and bounds age by it.
  void on_slept(nanoseconds time);
  // Sources that may not move the clock that far contradict it: nothing is reliable, and any other source
  // that has the time from elsewhere may set it, until the next on_sync() or until they agree again.
  void on_contradicted() { contradicted_ = true; }
  void on_uncontradicted() { contradicted_ = false; }
  bool is_contradicted() const { return contradicted_; }
  // A doubtful sample suggests that the clock may be off by this much: the bound is at least that, and no
  // window is renewed.
  void widen(Dispersion bound, MonoTime now);

  // A camera may set the clock only if no phone has ever connected.
  void on_client_seen() { client_seen_ = true; }
  // A time that has certainly passed; an earlier one changes nothing.
  void raise_floor(WallTime known);
  // A person says that it is no later than this, so whatever raised the floor beyond it was wrong.
  void lower_floor(WallTime known);
  // Returns why a source of that kind may not claim such a time, or nothing if it may.
  std::optional<Verdict> find_implausible(SourceKind kind, WallTime claimed) const;
  bool may_raise_floor(SourceKind kind) const { return rule(kind).may_raise_floor; }
  // The measured error of the clock's rate, which windows and bounds follow.
  void adapt(Ppm rate_error);
  // The rate error that an experiment found for the uncorrected clock, which counts until it is measured.
  void expect(Ppm rate_error);

  ClockStanding standing(MonoTime now) const;
  nanoseconds window(SourceKind kind, Dispersion bound_at_sync) const;
  // The rate error that windows and bounds follow. If it is unknown, windows are those of the rules.
  std::optional<RateError> rate_error() const { return rate_error_; }
  Dispersion tolerance() const { return config_.tolerance; }
  // Returns how long it stays reliable if no source is heard again, or 0 if it is not reliable.
  nanoseconds reliable_for(MonoTime now) const;

  // Returns how long sources of worse ranks are refused if no source is heard again.
  nanoseconds in_force_for(MonoTime now) const;

  // Neither the RTC's own time nor that of an unverified clock may be written to the RTC.
  bool may_write_rtc(MonoTime now) const;
  bool may_set_camera(MonoTime now) const { return standing(now).reliable; }

 private:
  struct Sync {
    SourceKind kind;
    Dispersion bound;
    MonoTime at;
    nanoseconds window_more;  // in addition to that of its rule
    bool vouched;
  };

  const Rule& rule(SourceKind kind) const { return (*config_.rules)[static_cast<std::size_t>(kind)]; }
  Dispersion max_bound(const Rule& rule, MonoTime now) const;
  bool may_make_reliable(const Sync& sync) const { return sync.vouched && rule(sync.kind).may_make_reliable; }
  nanoseconds window_of(const Sync& sync) const;
  nanoseconds age(const Sync& sync, MonoTime now) const;
  Dispersion bound_at(const Sync& sync, MonoTime now) const;
  bool is_in_force(const Sync& sync, MonoTime now) const;
  bool is_reliable(const Sync& sync, MonoTime now) const;
  // Whether such a source may set a clock that others contradict.
  bool may_decide(SourceKind kind) const;
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
