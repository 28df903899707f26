// SPDX-License-Identifier: MIT
// Learns in integers how fast a battery clock runs, from comparisons with a verified clock between two
// settings of it. Every error here is a bound: those of both comparisons, over the time between them. The
// hub's libsync/hub/discipline/rtc_drift estimates in floating point what temperature and weather do to the
// rate; a device takes the datasheet's worst case for that, and neither exceeds the chip's tolerance.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>

#include "libsync/core/time_types.hpp"
#include "libsync/policy/fixed_point.hpp"
#include "libsync/policy/saturated.hpp"

namespace isletime {

// A comparison of a chip with a verified clock. Devices save the last one, since it bounds the chip's time
// after a loss of power.
struct RtcComparison {
  WallTime chip;
  Offset offset;  // true - chip
  Dispersion bound;
};

struct RtcRate {
  Ppm rate;   // positive if the chip is slow
  Ppm error;  // at most this far from the rate, on average over the time in which it was learned
};

// The limits of an oscillator's rate, in either direction, from its datasheet.
struct RtcRateLimits {
  Ppm tolerance;  // of any chip of the model
  Ppm wander;     // how far temperature and age move it from a rate that it once had
};

class DeviceRtcRate {
 public:
  // Shorter times tell little, as the bounds of the comparisons are a few milliseconds.
  static constexpr nanoseconds kShortest = std::chrono::minutes{45};
  // The rate is an average over at most this time, so that it follows the seasons.
  static constexpr nanoseconds kLongest = std::chrono::hours{24 * 7};
  // A rate that is known as well as this is replaced by a newer one; others only by one that is known better.
  static constexpr Ppm kWellKnown = Ppm::whole(1);

  explicit constexpr DeviceRtcRate(const std::optional<RtcRate>& saved = {}) : learned_(saved) {}

  constexpr void on_compared(const RtcComparison& compared, const RtcRateLimits& limits) {
    if (!since_) {
      since_ = compared;
      return;
    }
    const nanoseconds time = elapsed(since_->chip, compared.chip);
    // A better beginning is worth more than the short time since.
    const bool is_better = time < kShortest && compared.bound.value < since_->bound.value / 2;
    if (time < nanoseconds::zero() || is_better) since_ = compared;
    if (time < kShortest) return;
    const nanoseconds change = saturated_difference(compared.offset.value, since_->offset.value);
    const RtcRate rate{
        ppm_of(change, time),
        {ppm_of(saturated_sum(compared.bound.value, since_->bound.value), time).scaled + kRounding}};
    // Otherwise somebody has set the chip, or the clock that it was compared with was wrong.
    const bool is_possible = magnitude(rate.rate) <= limits.tolerance.scaled + rate.error.scaled;
    if (is_possible && is_worth_more(rate, limits)) learned_ = rate;
    if (!is_possible || time >= kLongest) since_ = compared;
  }

  // Returns the middle of all rates that the chip may have now or have had since, and how far they are from
  // it. With a learned rate they are never more than without one.
  constexpr RtcRate possible(const RtcRateLimits& limits) const {
    const RtcRate any{{0}, limits.tolerance};
    if (!learned_) return any;
    const std::int64_t reach = learned_->error.scaled + limits.wander.scaled;
    const std::int64_t low = std::max(learned_->rate.scaled - reach, -limits.tolerance.scaled);
    const std::int64_t high = std::min(learned_->rate.scaled + reach, limits.tolerance.scaled);
    if (low > high) return any;
    return {{(low + high) / 2}, {(high - low + 1) / 2}};
  }

  // The device has set the chip: it runs on at the same rate.
  constexpr void on_set() { since_.reset(); }
  // It may be another chip.
  constexpr void forget() { *this = DeviceRtcRate{}; }

  constexpr const std::optional<RtcRate>& learned() const { return learned_; }

 private:
  static constexpr std::int64_t kRounding = 2;

  static constexpr std::int64_t magnitude(Ppm rate) { return rate.scaled < 0 ? -rate.scaled : rate.scaled; }

  // `over` is at least kShortest.
  static constexpr Ppm ppm_of(nanoseconds change, nanoseconds over) {
    return {scale(change.count(), 65536, over / std::chrono::milliseconds{1})};
  }

  constexpr bool is_worth_more(const RtcRate& rate, const RtcRateLimits& limits) const {
    if (!learned_) return rate.error <= limits.tolerance;
    const std::int64_t errors = rate.error.scaled + learned_->error.scaled;
    const bool is_of_another =
        distance(rate.rate.scaled, learned_->rate.scaled) > errors + limits.wander.scaled;
    return is_of_another || rate.error <= std::max(learned_->error, kWellKnown);
  }

  std::optional<RtcComparison> since_;
  std::optional<RtcRate> learned_;
};

}  // namespace isletime
