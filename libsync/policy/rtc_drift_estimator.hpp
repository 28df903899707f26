// SPDX-License-Identifier: MIT
// The drift of a device's battery clock, in integers: its offset at the last comparison with a verified
// clock, its usual rate, and how far its rate has differed from that. It is saved across losses of power, and
// then tells the chip's offset with a bound. A hub, which may use floating point and the chip's thermometer,
// has libsync/hub/discipline/rtc_drift.hpp. No I/O.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "libsync/core/bytes.hpp"
#include "libsync/core/dialect.hpp"
#include "libsync/core/time_types.hpp"

namespace isletime {

// The limits of an oscillator's rate error, in either direction, by its datasheet.
struct RtcRateTraits {
  Ppm tolerance;     // of a chip that was never compared, at any temperature
  Ppm least_wander;  // temperature and age change the rate that was learned by this at least
};
// A DS3231 keeps to 2 ppm between 0 and 40 C, to 3.5 ppm beyond, and ages by 1 ppm a year; a DS3231M, which
// has the same registers, keeps to 5 ppm.
inline constexpr RtcRateTraits kCompensatedRtc{Ppm::whole(6), {65536 / 2}};
// A tuning fork is off by up to 20 ppm on its board, and loses 0.035 ppm/K^2 on either side of 25 C: 43 ppm
// at -10 C, and 12 ppm more at 5 C than at 18 C. There is no thermometer that would tell.
inline constexpr RtcRateTraits kTuningFork{Ppm::whole(65), Ppm::whole(13)};

class RtcDriftEstimator {
 public:
  struct Prediction {
    Offset offset;  // true - chip
    Dispersion bound;
  };
  enum class Outcome : std::uint8_t {
    kTaken,
    kContradicted,  // no such chip drifts so far: somebody set it; the offset is this comparison's
  };

  static constexpr std::size_t kSavedSize = 72;
  using Saved = std::array<std::uint8_t, kSavedSize>;

  explicit RtcDriftEstimator(const RtcRateTraits& traits) : traits_(traits) {}
  // Returns nothing if the bytes are not what saved() wrote.
  static std::optional<RtcDriftEstimator> restored(const RtcRateTraits& traits, Bytes saved);
  Saved saved() const;

  // The chip read `chip` when the true time was chip + offset, to within `bound`.
  Outcome compare(WallTime chip, Offset offset, Dispersion bound);
  // The chip was written, or lost its time: its offset is unknown, its rate is still that of its crystal.
  void forget_offset();

  // Returns nothing if the offset is unknown, or was learned more than three years ago, or the chip reads
  // less than it did then.
  std::optional<Prediction> predict(WallTime chip) const;

  // True - chip, per time; positive if the chip is slow.
  Ppm rate() const { return rate_; }
  // The rate is hardly ever further from rate() than this.
  Ppm rate_bound() const;

 private:
  struct Comparison {
    WallTime chip;
    Offset offset;
    Dispersion bound;
  };

  static void store(MutableBytes record, std::size_t at, const std::optional<Comparison>& comparison);
  static std::optional<Comparison> load(Bytes record, std::size_t at);
  void learn(const Comparison& later);

  RtcRateTraits traits_;
  std::optional<Comparison> first_;  // of the span over which the next rate is learned
  std::optional<Comparison> last_;
  Ppm rate_{};
  Ppm distance_{};            // mean distance of the rates that were learned from rate_
  std::uint8_t learned_ = 0;  // rates, up to a limit
};

}  // namespace isletime
