// SPDX-License-Identifier: MIT
#include "tools/rtcset/measurement.hpp"

#include <string_view>

#include <fmt/format.h>

#include "libsync/core/rfc3339.hpp"

namespace isletime::rtcset {
namespace {

constexpr seconds kPatience{10};
constexpr int kMostFailuresInARow = 3;
constexpr int kMostGarbled = 20;
// What is said of a second's edge although the search for it did not end.
constexpr nanoseconds kWidest = std::chrono::milliseconds{400};
// Of a program's use. A corrupted year is mostly beyond it, and the time of a chip never is.
constexpr seconds kLongestUse{std::int64_t{30} * 31'556'952};

constexpr auto kBad = ExitStatus::kBadVerdict;

Fault stands_still() {
  return {"stands-still", "its seconds do not go on: set it, and if that does not help, replace it", kBad};
}

Fault erratic() {
  return {"erratic",
          "its seconds contradict each other: check its wiring, and whether another program talks to it",
          kBad};
}

Fault not_found() {
  return {"not-found",
          "where its seconds begin was not found in 10 s: the machine or the bus is too busy, try again",
          kBad};
}

Fault not_a_time(RtcFault fault) {
  return {"not-a-time", fmt::format("{}: set it, and check its wiring if that comes back", describe(fault)),
          kBad};
}

// Looks until the search has an end.
class Search {
 public:
  Search(BatteryClock& clock, Machine& machine) : clock_(clock), machine_(machine) {}

  std::optional<Fault> run() {
    const MonoTime end = machine_.mono_now() + kPatience;
    while (search_.state() == EdgeState::kSearching) {
      if (machine_.is_to_stop()) return Fault{"interrupted", "interrupted", kBad};
      const MonoTime next = search_.next_look(machine_.mono_now());
      if (next > machine_.mono_now()) machine_.sleep_until(next);
      if (machine_.mono_now() > end) return is_near() ? std::nullopt : std::optional{not_found()};
      if (auto fault = look()) return fault;
    }
    return fault_of_state();
  }

  SecondEdge edge(MonoTime now) const { return *search_.edge(now); }

 private:
  // A machine that is too busy, or a bus that is too slow, to find it sooner.
  bool is_near() const {
    const auto edge = search_.edge(machine_.mono_now());
    return edge && edge->bound.value <= kWidest;
  }

  std::optional<Fault> look() {
    const MonoTime before = machine_.mono_now();
    const auto second = clock_.look(before);
    const MonoTime after = machine_.mono_now();
    if (!second) {
      if (++failures_ >= kMostFailuresInARow) return second.error();
      return std::nullopt;
    }
    failures_ = 0;
    if (!*second) {
      if (++garbled_ >= kMostGarbled) return not_a_time(RtcFault::kNotBcd);
      return std::nullopt;
    }
    search_.add({before, after, **second});
    return std::nullopt;
  }

  std::optional<Fault> fault_of_state() const {
    switch (search_.state()) {
      case EdgeState::kSearching:
      case EdgeState::kFound:
        return std::nullopt;
      case EdgeState::kStandsStill:
        return stands_still();
      case EdgeState::kErratic:
        return erratic();
    }
    return std::nullopt;
  }

  BatteryClock& clock_;
  Machine& machine_;
  EdgeSearch search_;
  int failures_ = 0;
  int garbled_ = 0;
};

// Quick looks show no more than a part of the time: the whole must agree with them.
bool agrees(const RtcReading& reading, const SecondEdge& before, const SecondEdge& after) {
  if (!reading.time) return false;
  const seconds shown = seconds_since_epoch(*reading.time);
  return shown >= before.second - seconds{1} && shown <= after.second + seconds{1};
}

Result<Comparison, Fault> compare(const Search& search, Machine& machine, ChipScale scale, Offset expected) {
  const Instant now = instant_of(machine);
  const SecondEdge edge = search.edge(now.mono);
  const auto near = std::chrono::floor<seconds>((now.wall + expected.value).time_since_epoch());
  const auto began = to_wall_time(to_utc(edge.second, scale, near), 0);
  if (!began) return Unexpected{not_a_time(RtcFault::kOutOfRange)};
  const WallTime shown = *began + elapsed(edge.at, now.mono);
  return Comparison{.time = now.wall,
                    .offset = {elapsed(now.wall, shown)},
                    .bound = {edge.bound.value + now.bound},
                    .mono = now.mono,
                    .is_ambiguous = comes_twice(edge.second, scale)};
}

Measurement without_comparison(const RtcReading& reading, const Fault& fault) {
  return {reading, std::nullopt, fault};
}

}  // namespace

Result<Measurement, Fault> measure(BatteryClock& clock, Machine& machine, ChipScale scale, Offset expected) {
  const auto first = clock.read();
  if (!first) return Unexpected{first.error()};
  if (!first->time) return without_comparison(*first, not_a_time(first->time.error()));
  if (!first->is_running) return without_comparison(*first, stands_still());
  Search search(clock, machine);
  if (const auto fault = search.run()) {
    if (fault->status != kBad) return Unexpected{*fault};
    return without_comparison(*first, *fault);
  }
  const SecondEdge before = search.edge(machine.mono_now());
  const auto last = clock.read();
  if (!last) return Unexpected{last.error()};
  if (!agrees(*last, before, search.edge(machine.mono_now()))) return without_comparison(*last, erratic());
  const auto comparison = compare(search, machine, scale, expected);
  if (!comparison) return without_comparison(*last, comparison.error());
  return Measurement{*last, *comparison, std::nullopt};
}

std::optional<std::string> find_implausible(WallTime time, WallTime made) {
  const auto written = format_rfc3339(made);
  const std::string_view day{written.data(), 10};
  if (time < made) return fmt::format("before {}, when this program was made", day);
  if (time > made + kLongestUse)
    return fmt::format("more than 30 years after {}, when this program was made", day);
  return std::nullopt;
}

std::optional<Fault> find_doubt(const Measurement& measurement, WallTime made) {
  if (measurement.reading.integrity == Integrity::kLost) {
    return Fault{
        "time-lost",
        "its time was lost, as its oscillator stopped or its power failed: look to its battery, and set it",
        kBad};
  }
  if (measurement.fault) return measurement.fault;
  const auto& now = *measurement.comparison;
  const WallTime shown = now.time + now.offset.value;
  if (const auto why = find_implausible(shown, made)) {
    return Fault{shown < made ? "too-early" : "too-late", fmt::format("it shows a time {}: set it", *why),
                 kBad};
  }
  if (now.is_ambiguous) {
    return Fault{"comes-twice",
                 "the local time that it shows comes twice, an hour apart or so: keep UTC in it, or wait",
                 kBad};
  }
  if (measurement.reading.integrity == Integrity::kUntold) {
    return Fault{"untold", "nothing tells whether its time survived the last time without power", kBad};
  }
  return std::nullopt;
}

}  // namespace isletime::rtcset
