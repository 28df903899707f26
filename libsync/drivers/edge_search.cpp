// SPDX-License-Identifier: MIT
#include "libsync/drivers/edge_search.hpp"

#include <algorithm>

namespace isletime {
namespace {

using namespace std::chrono_literals;

// The pause while no edge has been seen uses a tenth of the bus, and is short enough to narrow the next edge.
constexpr nanoseconds kPause = 8ms;
constexpr nanoseconds kStandstill = 1500ms;
// A look that takes longer says nothing about an edge.
constexpr nanoseconds kSlowest = 100ms;
// A garbled look may cause one or two contradictions.
constexpr int kMostContradictions = 4;
// Beyond this a difference is not from counting seconds, and products could overflow.
constexpr seconds kFarthest = 24h;

bool is_far(seconds from, seconds to) {
  std::int64_t difference = 0;
  return __builtin_sub_overflow(to.count(), from.count(), &difference) || difference > kFarthest.count() ||
         difference < -kFarthest.count();
}

}  // namespace

// Rounds up to a whole millisecond.
nanoseconds EdgeSearch::drifted(nanoseconds over) const {
  return drift(std::clamp<nanoseconds>(over, 0ns, kFarthest) + 1ms, rate_tolerance_);
}

EdgeSearch::Interval EdgeSearch::at(MonoTime time) const {
  const nanoseconds by = drifted(elapsed(last_.after, time));
  return {interval_->earliest - by, interval_->latest + by};
}

// `look` must be within kFarthest.
EdgeSearch::Interval EdgeSearch::implied_by(const EdgeLook& look) const {
  const seconds since = look.second - reference_;
  return {look.before - since - 1s, look.after - since};
}

EdgeSearch::Interval EdgeSearch::narrowed_by(const EdgeLook& look) const {
  const Interval known = at(look.after);
  const Interval implied = implied_by(look);
  return {std::max(known.earliest, implied.earliest), std::min(known.latest, implied.latest)};
}

bool EdgeSearch::agrees(const EdgeLook& look) const {
  if (is_far(reference_, look.second) || elapsed(last_.after, look.after) > kFarthest) return false;
  const Interval both = narrowed_by(look);
  return both.earliest <= both.latest;
}

void EdgeSearch::begin(const EdgeLook& look) {
  reference_ = look.second;
  interval_ = implied_by(look);
  is_confirmed_ = false;
  suspect_.reset();
}

void EdgeSearch::take(const EdgeLook& look) {
  const Interval known = at(look.after);
  const Interval now = narrowed_by(look);
  // A garbled look may have moved one end, so another look must agree and move neither.
  is_confirmed_ = now.earliest == known.earliest && now.latest == known.latest;
  interval_ = now;
  suspect_.reset();
}

void EdgeSearch::notice_second(const EdgeLook& look) {
  if (!interval_ || look.second != last_.second) {
    same_since_ = look.after;
    stands_still_ = false;
    return;
  }
  stands_still_ = elapsed(same_since_, look.before) > kStandstill;
}

void EdgeSearch::add(const EdgeLook& look) {
  notice_second(look);
  quickest_ = std::min(quickest_, elapsed(look.before, look.after));
  const bool is_agreed = interval_ && agrees(look);
  const bool is_contradiction = interval_ && !is_agreed && look.second != last_.second;
  if (is_contradiction) ++contradictions_;
  if (is_agreed) {
    take(look);
  } else if (is_contradiction && !suspect_) {
    // One garbled look is ignored; after two in a row the chip has jumped.
    suspect_ = look;
    interval_ = at(look.after);
  } else {
    // This is the first look, or the earlier estimate is wrong, or the chip has stopped, which later looks
    // will show.
    begin(look);
  }
  last_ = look;
}

nanoseconds EdgeSearch::goal_width() const {
  return 2 * std::max(goal_.value, std::min(quickest_, kSlowest));
}

EdgeState EdgeSearch::state() const {
  if (stands_still_) return EdgeState::kStandsStill;
  if (contradictions_ >= kMostContradictions) return EdgeState::kErratic;
  const bool is_narrow = interval_ && interval_->latest - interval_->earliest <= goal_width();
  return is_narrow && is_confirmed_ && !suspect_ ? EdgeState::kFound : EdgeState::kSearching;
}

MonoTime EdgeSearch::next_look(MonoTime now) const {
  if (!interval_ || suspect_) return now;
  const Interval known = at(now);
  const nanoseconds width = known.latest - known.earliest;
  if (!is_confirmed_ && width < kPause * 2) return now;
  // The first edge that is not certainly over.
  const auto periods = std::max(std::chrono::ceil<seconds>(elapsed(known.latest, now)), seconds{0});
  // Few looks fit into the interval, so the next one splits it evenly; otherwise it is searched in sections.
  const nanoseconds into =
      width <= 3 * quickest_ ? std::max(width - quickest_, 0ns) / 2 : std::min(kPause, width / 8);
  return std::max(now, known.earliest + periods + into);
}

std::optional<SecondEdge> EdgeSearch::edge(MonoTime now) const {
  if (!interval_) return std::nullopt;
  const Interval known = at(now);
  const nanoseconds half = (known.latest - known.earliest) / 2;
  const MonoTime middle = known.earliest + half;
  const auto periods = std::chrono::floor<seconds>(elapsed(middle, now));
  return SecondEdge{middle + periods, reference_ + periods, Dispersion{half + 1ns}};
}

}  // namespace isletime
