// SPDX-License-Identifier: MIT
// A Kalman filter of two states, a clock's offset and its rate, in integers. It learns that the offset lies
// above or below a soft edge, or near a centre, and grows uncertain as the oscillator wanders. No input
// overflows it: what it learns from is limited to deviations of 1 s and 500 ppm, and rates to 600 ppm. What
// it predicts has no such limit: it grows uncertain for as long as nothing is learned.
#pragma once

#include <cstdint>

#include "libsync/core/time_types.hpp"

namespace isletime {

class DeviceFilter {
 public:
  // Larger deviations would carry no information; these keep every product within 64 bits.
  static constexpr std::int64_t kLargestDeviation = 1'000'000'000;  // ns
  static constexpr std::int64_t kLargestRateDeviation = 500'000;    // ns/s
  static constexpr std::int64_t kLargestRate = 1'000'000;           // ns/s

  // Fits most crystals, and does not exclude 500 ppm; ns/s.
  static constexpr std::int64_t kUnknownRate = 200'000;

  // Offsets, deviations and edges are in ns, deviations of the rate in ns/s. At first the rate may be that of
  // any crystal, unless it is known from before.
  DeviceFilter(MonoTime at, std::int64_t offset, std::int64_t deviation, Ppm rate = {},
               std::int64_t rate_deviation = kUnknownRate);

  // Returns what would be known at a later time if nothing were learned until then.
  struct Prediction {
    std::int64_t offset;
    std::int64_t deviation;
    std::int64_t rate_deviation;
  };
  Prediction predicted(MonoTime at, std::uint32_t wander) const;

  std::int64_t offset() const { return offset_; }
  Ppm rate() const { return rate_; }
  std::int64_t deviation() const;
  std::int64_t rate_deviation() const;

  // A time that goes back counts as none. `wander` is the rate's deviation after a second, in ns/s.
  void predict(MonoTime to, std::uint32_t wander);
  // Restarts at another offset, and keeps the rate.
  void set_offset(std::int64_t offset, std::int64_t deviation);
  // Increases the offset's variance.
  void loosen_offset(std::int64_t variance);
  // The rate may have changed by this much within the last `ms`.
  void loosen_rate(std::int64_t deviation, std::int64_t ms);
  // The offset lies above a soft edge (side 1) or below it (side -1).
  void apply_edge(std::int64_t edge, int side, std::int64_t softness);
  // The offset's likelihood falls by e per `mean` with the distance above an edge (side 1) or below it (side
  // -1).
  void apply_slope(std::int64_t mean, int side);
  // The offset is normally distributed around a centre.
  void apply_centre(std::int64_t centre, std::int64_t variance);

 private:
  void correct(std::int64_t innovation, std::int64_t p00);
  void limit();

  // The covariance is in ns and ns/s.
  MonoTime at_;
  std::int64_t offset_;
  Ppm rate_{};
  std::int64_t p00_;
  std::int64_t p01_ = 0;
  std::int64_t p11_;
};

}  // namespace isletime
