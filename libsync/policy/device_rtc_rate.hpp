// SPDX-License-Identifier: MIT
// Learns in integers how fast a battery clock runs, from comparisons with a verified clock between two
// settings of it. Every error here is a bound: those of both comparisons, over the time between them. What
// temperature and age change of the rate afterwards is for the user to add.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "libsync/core/time_types.hpp"
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

class DeviceRtcRate {
 public:
  // Shorter times tell little, as the bounds of the comparisons are a few milliseconds.
  static constexpr nanoseconds kShortest = std::chrono::minutes{45};
  // The rate is an average over at most this time, so that it follows the seasons.
  static constexpr nanoseconds kLongest = std::chrono::hours{24 * 7};
  // No chip is so far off; something else has changed its time.
  static constexpr Ppm kMost = Ppm::whole(300);

  explicit constexpr DeviceRtcRate(const std::optional<RtcRate>& saved = {}) : learned_(saved) {}

  constexpr void on_compared(const RtcComparison& compared) {
    if (!since_) {
      since_ = compared;
      return;
    }
    const nanoseconds time = elapsed(since_->chip, compared.chip);
    if (time < nanoseconds::zero()) since_ = compared;
    if (time < kShortest) return;
    const nanoseconds change = saturated_difference(compared.offset.value, since_->offset.value);
    const RtcRate rate{ppm_of(change, time),
                       ppm_of(saturated_sum(compared.bound.value, since_->bound.value), time)};
    const bool is_possible = rate.rate <= kMost && rate.rate >= Ppm{-kMost.scaled};
    if (is_possible && (!learned_ || rate.error <= kMost)) learned_ = rate;
    if (!is_possible || time >= kLongest) since_ = compared;
  }

  // Somebody has set the chip: it runs on at the same rate.
  constexpr void on_set() { since_.reset(); }
  // It is another chip.
  constexpr void forget() { *this = DeviceRtcRate{}; }

  constexpr const std::optional<RtcRate>& learned() const { return learned_; }

 private:
  // `over` is at least kShortest.
  static constexpr Ppm ppm_of(nanoseconds change, nanoseconds over) {
    constexpr nanoseconds kLargest = std::chrono::hours{1};  // keeps the product in range
    const nanoseconds limited = change > kLargest ? kLargest : change < -kLargest ? -kLargest : change;
    return {limited.count() * 65536 / (over / std::chrono::milliseconds{1})};
  }

  std::optional<RtcComparison> since_;
  std::optional<RtcRate> learned_;
};

}  // namespace isletime
