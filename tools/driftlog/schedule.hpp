// SPDX-License-Identifier: MIT
// Determines when rounds begin: on a fixed grid from the start, whatever time the sources take. A round that
// ends late skips the ticks that it covered.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

#include "libsync/core/time_types.hpp"

namespace isletime::driftlog {

class Schedule {
 public:
  // `interval` must be positive. Without a duration there is no last round.
  constexpr Schedule(MonoTime begin, nanoseconds interval, std::optional<nanoseconds> duration)
      : begin_(begin), interval_(interval), duration_(duration) {}

  // Returns when the next round begins, or nothing after the last one.
  constexpr std::optional<MonoTime> due() const {
    const nanoseconds at = interval_ * tick_;
    if (duration_ && at > *duration_) return std::nullopt;
    return begin_ + at;
  }

  // Ends the round. Returns how many ticks are skipped.
  constexpr std::int64_t finish_round(MonoTime now) {
    const std::int64_t passed = elapsed(begin_, now) / interval_;
    const std::int64_t next =
        std::max(tick_ + 1, passed * interval_ < elapsed(begin_, now) ? passed + 1 : passed);
    const std::int64_t left_out = next - tick_ - 1;
    tick_ = next;
    return left_out;
  }

  // Nothing means that there is no last round.
  constexpr std::optional<nanoseconds> left(MonoTime now) const {
    if (!duration_) return std::nullopt;
    return std::max(nanoseconds::zero(), *duration_ - elapsed(begin_, now));
  }

 private:
  MonoTime begin_;
  nanoseconds interval_;
  std::optional<nanoseconds> duration_;
  std::int64_t tick_ = 0;
};

}  // namespace isletime::driftlog
