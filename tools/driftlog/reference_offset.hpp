// SPDX-License-Identifier: MIT
// The reference's offset from the system clock during a round: it is measured before and after, and lies
// between the two measurements, each with its bound.
#pragma once

#include <algorithm>

#include "libsync/core/time_types.hpp"
#include "libsync/record/sample_record.hpp"

namespace isletime::driftlog {

struct ReferenceOffset {
  nanoseconds low;
  nanoseconds high;

  static constexpr ReferenceOffset of(nanoseconds offset, nanoseconds bound) {
    return {offset - bound, offset + bound};
  }
  constexpr ReferenceOffset joined(const ReferenceOffset& other) const {
    return {std::min(low, other.low), std::max(high, other.high)};
  }
  constexpr nanoseconds middle() const { return low + (high - low) / 2; }
  constexpr nanoseconds bound() const { return (high - low + nanoseconds{1}) / 2; }
};

// Converts source - system clock to source - reference.
inline void refer(SampleRecord& record, const ReferenceOffset& reference) {
  if (!record.offset || !record.uncertainty) return;
  record.offset = elapsed(WallTime{reference.middle()}, WallTime{*record.offset});
  *record.uncertainty += reference.bound();
}

}  // namespace isletime::driftlog
