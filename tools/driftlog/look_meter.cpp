// SPDX-License-Identifier: MIT
#include "tools/driftlog/look_meter.hpp"

#include <algorithm>

#include "tools/driftlog/source.hpp"
#include "tools/driftlog/step_watch.hpp"

namespace isletime::driftlog {
namespace {

using namespace std::chrono_literals;

// The quickest of several looks is the most accurate, and each narrows the interval of the others.
constexpr int kFineLooks = 4;
// A single look might suffice if the edge was known before, but its time may be garbled.
constexpr int kLeastEdgeLooks = 3;
// Most clocks drift by less than this between rounds.
constexpr Ppm kUsualDrift = Ppm::whole(100);
constexpr nanoseconds kLongestPause = 1h;
// The first look tells only the second, so the offset is known to half a second.
constexpr nanoseconds kWidest = 500ms;

Failure interrupted() {
  return {kInterrupted, kInterrupted};
}

Failure erratic() {
  return {"erratic", "what it says contradicts itself: it was set meanwhile, or it is no clock"};
}

Failure stands_still() {
  return {"stands-still", "its seconds do not go on"};
}

Failure not_found() {
  return {"not-found", "where its seconds begin was not found in time: it answers too slowly"};
}

}  // namespace

LookMeter::Interval LookMeter::implied_by(const Look& look) {
  const nanoseconds shown = look.shown.time.time_since_epoch();
  return {shown - look.after.time_since_epoch(),
          shown + look.shown.resolution - look.before.time_since_epoch()};
}

SampleRecord LookMeter::record_of(const Interval& interval, nanoseconds delay) const {
  const Instant now = instant_of(machine_);
  const nanoseconds half = (interval.high - interval.low) / 2;
  const WallTime shown{now.mono.time_since_epoch() + interval.low + half};
  SampleRecord record;
  record.time = now.wall;
  record.offset = elapsed(now.wall, shown);
  record.uncertainty = half + 1ns + now.bound;
  record.delay = delay;
  return record;
}

Result<SampleRecord, Failure> LookMeter::measure(const TakeLook& take_look, MonoTime deadline) {
  const auto first = take_look();
  if (!first) return Unexpected{first.error()};
  if (first->shown.resolution >= 1s) return measure_edges(take_look, *first, deadline);
  return measure_fine(take_look, *first, deadline);
}

Result<SampleRecord, Failure> LookMeter::measure_fine(const TakeLook& take_look, const Look& first,
                                                      MonoTime deadline) {
  Interval known = implied_by(first);
  nanoseconds delay = elapsed(first.before, first.after);
  for (int looks = 1; looks < kFineLooks && machine_.mono_now() < deadline; ++looks) {
    if (machine_.is_to_stop()) return Unexpected{interrupted()};
    const auto look = take_look();
    // The deadline was near, or the source is gone: the earlier looks still hold.
    if (!look) break;
    const Interval implied = implied_by(*look);
    const nanoseconds drifted = drift(elapsed(first.before, look->after) + 1ms, StepWatch::kFastestDrift);
    known.low = std::max(known.low, implied.low - drifted);
    known.high = std::min(known.high, implied.high + drifted);
    if (known.low > known.high) return Unexpected{erratic()};
    delay = std::min(delay, elapsed(look->before, look->after));
  }
  const nanoseconds drifted =
      drift(elapsed(first.before, machine_.mono_now()) + 1ms, StepWatch::kFastestDrift);
  return record_of({known.low - drifted, known.high + drifted}, delay);
}

Result<SampleRecord, Failure> LookMeter::measure_edges(const TakeLook& take_look, const Look& first,
                                                       MonoTime deadline) {
  nanoseconds quickest = elapsed(first.before, first.after);
  const auto second_of = [](const Look& look) {
    return std::chrono::floor<seconds>(look.shown.time.time_since_epoch());
  };
  EdgeSearch edges(EdgeSearch::kGoal, StepWatch::kFastestDrift);
  edges.add({first.before, first.after, second_of(first)});
  const auto failure = search_edge(take_look, deadline, edges, quickest);
  expected_.reset();
  if (failure) return Unexpected{*failure};
  const MonoTime now = machine_.mono_now();
  const auto edge = edges.edge(now);
  expected_ = edge;
  const nanoseconds shown = edge->second + elapsed(edge->at, now);
  const nanoseconds middle = shown - now.time_since_epoch();
  return record_of({middle - edge->bound.value, middle + edge->bound.value}, quickest);
}

// Returns a look on either side of where a second is expected to begin. If it does, that replaces most of the
// search. The later look comes first.
std::vector<MonoTime> LookMeter::looks_around_expected(MonoTime now, nanoseconds quickest) const {
  if (!expected_) return {};
  const nanoseconds since = std::clamp<nanoseconds>(elapsed(expected_->at, now), 0ns, kLongestPause);
  const nanoseconds aside = quickest + expected_->bound.value + drift(since, kUsualDrift);
  const MonoTime soonest = now + aside + quickest;
  const auto periods = std::max(std::chrono::ceil<seconds>(elapsed(expected_->at, soonest)), 0s);
  const MonoTime edge = expected_->at + periods;
  return {edge + aside, edge - aside - quickest};
}

std::optional<Failure> LookMeter::search_edge(const TakeLook& take_look, MonoTime deadline, EdgeSearch& edges,
                                              nanoseconds& quickest) {
  const auto give_up = [this, &edges](const Failure& why) -> std::optional<Failure> {
    const auto edge = edges.edge(machine_.mono_now());
    return edge && edge->bound.value <= kWidest ? std::nullopt : std::optional{why};
  };
  std::vector<MonoTime> planned = looks_around_expected(machine_.mono_now(), quickest);
  for (int looks = 1; edges.state() == EdgeState::kSearching || looks < kLeastEdgeLooks; ++looks) {
    if (edges.state() == EdgeState::kErratic) return erratic();
    const MonoTime next = planned.empty() ? edges.next_look(machine_.mono_now()) : planned.back();
    if (!planned.empty()) planned.pop_back();
    if (next >= deadline) return give_up(not_found());
    machine_.sleep_until(next);
    if (machine_.is_to_stop()) return interrupted();
    const auto look = take_look();
    if (!look) return machine_.mono_now() >= deadline ? give_up(look.error()) : std::optional{look.error()};
    quickest = std::min(quickest, elapsed(look->before, look->after));
    edges.add({look->before, look->after, std::chrono::floor<seconds>(look->shown.time.time_since_epoch())});
  }
  switch (edges.state()) {
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

}  // namespace isletime::driftlog
