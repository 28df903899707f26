// SPDX-License-Identifier: MIT
// Finds to a millisecond where the seconds of a battery clock begin, although it shows only whole ones. It
// takes each look at the chip and says when to look next. A look that shows S proves that S had begun when
// the look ended, and that S + 1 had not when it began: the edge lies where all looks agree, which is a hard
// bound and no guess.
#pragma once

#include <cstdint>
#include <optional>

#include "libsync/core/time_types.hpp"

namespace isletime {

struct EdgeLook {
  MonoTime before;  // the transfer
  MonoTime after;
  seconds second;  // the chip's second, on any scale that counts seconds
};

struct SecondEdge {
  MonoTime at;  // `second` began at this time, within `bound`
  seconds second;
  Dispersion bound;
};

enum class EdgeState : std::uint8_t {
  kSearching,
  kFound,        // the bound is below the goal
  kStandsStill,  // the chip shows the same second for more than a second
  kErratic,      // its seconds repeatedly contradict each other
};

class EdgeSearch {
 public:
  // A look at 100 kHz takes 1 to 2 ms, and two of them enclose the edge. On a slower bus or driver, the
  // search ends once no two looks could narrow it.
  static constexpr Dispersion kGoal{std::chrono::microseconds{1800}};
  // The rate tolerance of both clocks together: more than that of any crystal, but too little to spoil the
  // bound.
  static constexpr Ppm kRateTolerance = Ppm::whole(200);

  explicit constexpr EdgeSearch(Dispersion goal = kGoal, Ppm rate_tolerance = kRateTolerance)
      : goal_(goal), rate_tolerance_(rate_tolerance) {}

  // Looks must come in the order of their times.
  void add(const EdgeLook& look);

  // Returns when to begin the next look, `now` or later.
  MonoTime next_look(MonoTime now) const;
  EdgeState state() const;
  // Returns the last edge that is not after `now`, or nothing before the first look.
  std::optional<SecondEdge> edge(MonoTime now) const;

 private:
  // The time at which `reference_` begins if the chip runs at the local clock's rate.
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
  MonoTime same_since_{};  // end of the first look that showed the second of last_
  std::optional<EdgeLook> suspect_;
  nanoseconds quickest_ = nanoseconds::max();
  int contradictions_ = 0;
  bool is_confirmed_ = false;
  bool stands_still_ = false;
};

}  // namespace isletime
