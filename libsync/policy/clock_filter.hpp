// SPDX-License-Identifier: MIT
// The clock filter of RFC 5905, section 10: of the last eight measurements the one with the least
// delay, as its stamps waited least in queues.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <span>

#include "libsync/policy/measurement.hpp"

namespace isletime {

// Coarse clocks make delays that differ by less than the server's precision equal (RFC 5905, section 8).
constexpr nanoseconds filter_delay(const Measurement& m) {
  return std::max(m.delay.value, precision_of(m.server.precision));
}

// Absent: `measurements` is empty. Between equal delays the later one wins.
constexpr std::optional<Measurement> best_by_delay(std::span<const Measurement> measurements) {
  if (measurements.empty()) return std::nullopt;
  const Measurement* best = &measurements[0];
  for (const Measurement& m : measurements) {
    const auto delay = filter_delay(m);
    const auto least = filter_delay(*best);
    if (delay < least || (delay == least && m.time > best->time)) best = &m;
  }
  return *best;
}

class ClockFilter {
 public:
  static constexpr std::size_t kStages = 8;

  constexpr void add(const Measurement& m) { stages_[added_++ % kStages] = m; }
  constexpr std::optional<Measurement> best() const {
    return best_by_delay({stages_.data(), std::min(added_, kStages)});
  }

 private:
  std::array<Measurement, kStages> stages_{};
  std::size_t added_ = 0;
};

}  // namespace isletime
