// SPDX-License-Identifier: MIT
// A wall clock derived from a free-running one: its reading at an instant, its rate, and temporarily a slew.
// Between two calls of set() it never goes back. It can be read for instants shortly before its last
// adjustment, such as the timestamp of an interrupt.
#pragma once

#include <algorithm>
#include <optional>

#include "libsync/core/time_types.hpp"
#include "libsync/policy/fixed_point.hpp"
#include "libsync/policy/saturated.hpp"

namespace isletime {

class SoftwareClock {
 public:
  static constexpr Ppm kLargestRate = Ppm::whole(50'000);
  static constexpr Ppm kLeastSlewRate = Ppm::whole(10);
  static constexpr Offset kLargestSlew{std::chrono::hours{1}};  // for more, set the clock

  // Returns nothing if it was never set.
  constexpr std::optional<WallTime> at(MonoTime now) const {
    if (!set_) return std::nullopt;
    return reading(now);
  }

  // Steps the clock and ends a slew.
  constexpr void set(MonoTime now, WallTime time) {
    set_ = true;
    base_ = slew_end_ = now;
    reading_at_base_ = time;
  }

  // From now on the clock gains `rate` on the free-running one, clamped to kLargestRate.
  constexpr void set_rate(MonoTime now, Ppm rate) {
    rebase(now);
    rate_.scaled = limited(rate.scaled, kLargestRate.scaled);
  }
  constexpr Ppm rate() const { return rate_; }

  // Gains `amount` by running faster or slower by `speed` for as long as it takes. The rest of an earlier
  // slew is dropped.
  constexpr void slew(MonoTime now, Offset amount, Ppm speed) {
    rebase(now);
    const std::int64_t scaled = clamped(speed.scaled, kLeastSlewRate.scaled, kLargestRate.scaled);
    slew_rate_ = Ppm{amount.value < nanoseconds::zero() ? -scaled : scaled};
    const nanoseconds time = time_to_slew(shorter(magnitude(amount.value), kLargestSlew.value), scaled);
    slew_end_ = MonoTime{saturated_sum(now.time_since_epoch(), time)};
  }
  constexpr bool is_slewing(MonoTime now) const { return now < slew_end_; }

 private:
  // Returns |amount| / speed, where 10^6 * 2^16 is the unit of a rate; 0 < scaled.
  static constexpr nanoseconds time_to_slew(nanoseconds amount, std::int64_t scaled) {
    return nanoseconds{scale(ratio(amount.count(), scaled, 32), 1'000'000, 65536)};
  }

  constexpr Ppm slewing_rate() const { return Ppm{rate_.scaled + slew_rate_.scaled}; }

  constexpr WallTime reading(MonoTime now) const {
    const nanoseconds since = elapsed(base_, now);
    const nanoseconds slewing =
        slew_end_ > base_ ? elapsed(base_, earlier(now, slew_end_)) : nanoseconds::zero();
    const nanoseconds after = saturated_difference(since, slewing);
    const nanoseconds gained = exact_drift(slewing, slewing_rate()) + exact_drift(after, rate_);
    return WallTime{saturated_sum(reading_at_base_.time_since_epoch(), saturated_sum(since, gained))};
  }

  constexpr void rebase(MonoTime now) {
    if (set_) reading_at_base_ = reading(now);
    base_ = now;
    slew_end_ = later(slew_end_, now);
  }

  bool set_ = false;
  MonoTime base_{};
  MonoTime slew_end_{};
  WallTime reading_at_base_{};
  Ppm rate_{};
  Ppm slew_rate_{};
};

}  // namespace isletime
