// SPDX-License-Identifier: MIT
// Relates the wall clock and the free-running frame: it records every change of rate and every step that was
// really applied to the wall clock. No I/O; exact to less than 1 ns over days, as floating point is used only
// for what steering added. `rate`: the wall clock runs at oscillator * (1 + rate).
#pragma once

#include <algorithm>
#include <array>

#include "libsync/core/time_types.hpp"
#include "libsync/hub/discipline/free_time.hpp"

namespace isletime {

class SteeredClock {
 public:
  // Both frames read the same now, and the wall clock is not steered.
  constexpr explicit SteeredClock(WallTime now) {
    changes_.fill({now, FreeTime{now.time_since_epoch()}, Seconds{0.0}, 0.0});
  }

  // Works for readings before the last changes of rate too: several queries may have been under way, and each
  // reply steers the clock.
  constexpr FreeTime free_at(WallTime wall) const {
    const auto [change, rate] = during([&](const Change& c) { return elapsed(c.wall, wall); });
    const nanoseconds since = elapsed(change.wall, wall);
    const Seconds steering = since * steered_share(rate);
    return shifted(shifted(change.free, since), -rounded(steering - change.remainder));
  }

  constexpr WallTime wall_at(FreeTime free) const {
    const auto [change, rate] = during([&](const Change& c) { return elapsed(c.free, free); });
    const nanoseconds since = elapsed(change.free, free);
    const Seconds steering = (since - change.remainder) * rate;
    return shifted(shifted(change.wall, since), rounded(steering - change.remainder));
  }

  // Applies from the reading `at` on. `rate` is what the kernel really applied, and more than -1.
  constexpr void on_rate(WallTime at, double rate) {
    const Change& last = changes_.front();
    const nanoseconds since = elapsed(last.wall, at);
    const Seconds exact =
        last.remainder - since * steered_share(since < nanoseconds::zero() ? changes_[1].rate : last.rate);
    const nanoseconds whole = rounded(exact);
    const Change change{at, shifted(shifted(last.free, since), whole), exact - whole, rate};
    rate_before_ = changes_.back().rate;
    std::copy_backward(changes_.begin(), changes_.end() - 1, changes_.end());
    changes_.front() = change;
  }

  // The wall clock was set forward by this much (or back, or repeats a leap second), and the oscillator was
  // not.
  constexpr void on_step(Offset by) {
    for (Change& change : changes_) change.wall = shifted(change.wall, by.value);
  }

  constexpr double rate() const { return changes_.front().rate; }

 private:
  // The readings of both frames at a change of rate, the fraction of a nanosecond that `free` lacks, and the
  // rate from there on.
  struct Change {
    WallTime wall{};
    FreeTime free{};
    Seconds remainder{0.0};
    double rate = 0.0;
  };
  struct During {
    const Change& change;
    double rate;
  };

  // Returns the share of a wall-clock second that is due to steering.
  static constexpr double steered_share(double rate) { return rate / (1.0 + rate); }
  template <class Since>
  constexpr During during(Since since) const {
    for (const Change& change : changes_) {
      if (since(change) >= nanoseconds::zero()) return {change, change.rate};
    }
    return {changes_.back(), rate_before_};
  }

  std::array<Change, 8> changes_{};  // newest first
  double rate_before_ = 0.0;         // before all of them
};

}  // namespace isletime
