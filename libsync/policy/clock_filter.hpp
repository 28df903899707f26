// SPDX-License-Identifier: MIT
// The clock filter of RFC 5905, section 10: of the last eight measurements it picks the one with the least
// delay, because its packets waited least in queues.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <span>

#include "libsync/policy/measurement.hpp"

namespace isletime {

// `precision` is that of the local clock in log2 seconds; no delay counts as less (RFC 5905, section 8). Of
// equal delays the later one wins. Returns nothing if `measurements` is empty.
constexpr std::optional<Measurement> best_by_delay(std::span<const Measurement> measurements,
                                                   std::int8_t precision) {
  if (measurements.empty()) return std::nullopt;
  const auto filter_delay = [floor = precision_of(precision)](const Measurement& m) {
    return std::max(m.delay.value, floor);
  };
  const Measurement* best = measurements.data();
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

  constexpr explicit ClockFilter(std::int8_t precision) : precision_(precision) {}

  constexpr void add(const Measurement& m) { stages_[added_++ % kStages] = m; }
  constexpr std::optional<Measurement> best() const {
    return best_by_delay({stages_.data(), std::min(added_, kStages)}, precision_);
  }

 private:
  std::int8_t precision_;
  std::array<Measurement, kStages> stages_{};
  std::size_t added_ = 0;
};

}  // namespace isletime
