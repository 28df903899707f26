// SPDX-License-Identifier: MIT
// Where the seconds of a battery clock begin, to a millisecond, although it shows whole ones only. Told of
// each look at the chip, it says when to look next. A look that shows S says that S had begun when the look
// ended, and that S + 1 had not when it began: the edge is where all looks agree, which is a hard bound and
// no guess.
#pragma once

#include <cstdint>
#include <optional>

#include "libsync/core/time_types.hpp"

namespace isletime {

struct EdgeLook {
  MonoTime before;  // the transfer
  MonoTime after;
  seconds second;  // what the chip shows, on any scale that counts seconds
};

struct SecondEdge {
  MonoTime at;  // `second` began, give or take `bound`
  seconds second;
  Dispersion bound;
};

enum class EdgeState : std::uint8_t {
  kSearching,
  kFound,        // the bound is below the goal
  kStandsStill,  // the chip shows one and the same second for longer than one
  kErratic,      // its seconds contradict each other time and again
};

class EdgeSearch {
 public:
  // A look at 100 kHz takes 1 to 2 ms, and two of them stand round the edge. Where a bus or a driver is
  // slower, the edge is found once no two looks could tell more.
  static constexpr Dispersion kGoal{std::chrono::microseconds{1800}};
  // Both clocks together: beyond what any crystal is made for, below what would spoil the bound.
  static constexpr Ppm kRateTolerance = Ppm::whole(200);

  explicit constexpr EdgeSearch(Dispersion goal = kGoal, Ppm rate_tolerance = kRateTolerance)
      : goal_(goal), rate_tolerance_(rate_tolerance) {}

  // Looks come in the order of their times.
  void add(const EdgeLook& look);

  // When to begin the next look; `now` or later.
  MonoTime next_look(MonoTime now) const;
  EdgeState state() const;
  // The last edge that is not after `now`. Absent: no look was given.
  std::optional<SecondEdge> edge(MonoTime now) const;

 private:
  // Where `reference_` begins if the chip went by the local clock.
  struct Interval {
    MonoTime earliest;
    MonoTime latest;
  };

  bool agrees(const EdgeLook& look) const;
  nanoseconds goal_width() const;
  nanoseconds drifted(nanoseconds over) const;
  Interval implied_by(const EdgeLook& look) const;
  Interval narrowed_by(const EdgeLook& look) const;
  Interval at(MonoTime time) const;
  void begin(const EdgeLook& look);
  void take(const EdgeLook& look);
  void notice_second(const EdgeLook& look);

  Dispersion goal_;
  Ppm rate_tolerance_;
  std::optional<Interval> interval_;  // as of last_
  seconds reference_{};
  EdgeLook last_{};
  MonoTime same_since_{};  // the end of the first look that showed the second of last_
  std::optional<EdgeLook> suspect_;
  nanoseconds quickest_ = nanoseconds::max();
  int contradictions_ = 0;
  bool is_confirmed_ = false;
  bool stands_still_ = false;
};

}  // namespace isletime
