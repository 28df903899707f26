// SPDX-License-Identifier: MIT
// Detects whether a source was set between two rows. Each offset is known to a bound, so no crystal explains
// a difference beyond both bounds and 500 ppm of the time between.
#pragma once

#include <optional>

#include "libsync/core/time_types.hpp"

namespace isletime::driftlog {

class StepWatch {
 public:
  static constexpr Ppm kFastestDrift = Ppm::whole(500);

  // Returns the step since the last offset, or nothing if drift can explain the difference.
  constexpr std::optional<Offset> update(MonoTime at, Offset offset, Dispersion bound) {
    const std::optional<Seen> before = last_;
    last_ = Seen{at, offset, bound};
    if (!before) return std::nullopt;
    const nanoseconds change = clamped_difference(before->offset, offset);
    const nanoseconds explained =
        before->bound.value + bound.value + drift(elapsed(before->at, at), kFastestDrift) + kRounding;
    if (change <= explained && change >= -explained) return std::nullopt;
    return Offset{change};
  }
  constexpr void forget() { last_.reset(); }

 private:
  static constexpr nanoseconds kRounding{1000};  // drift() counts whole milliseconds only

  struct Seen {
    MonoTime at;
    Offset offset;
    Dispersion bound;
  };

  static constexpr nanoseconds clamped_difference(Offset from, Offset to) {
    return elapsed(WallTime{from.value}, WallTime{to.value});
  }

  std::optional<Seen> last_;
};

}  // namespace isletime::driftlog
