// SPDX-License-Identifier: MIT
// Counts the pulses of an energy meter's S0 output (EN 62053-31), which is wired to the button's input: 1000
// pulses a kilowatt-hour. Pulses are at least 30 ms apart, so closer edges are a contact's bouncing.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "libsync/core/time_types.hpp"

namespace isletime::firmware {

class EnergyMeter {
 public:
  static constexpr nanoseconds kLeastApart = std::chrono::milliseconds{30};

  constexpr void on_edge(MonoTime at) {
    if (last_ && at - *last_ < kLeastApart) return;
    last_ = at;
    ++watt_hours_;
  }
  constexpr std::uint32_t watt_hours() const { return watt_hours_; }  // since the start

 private:
  std::optional<MonoTime> last_;
  std::uint32_t watt_hours_ = 0;
};

}  // namespace isletime::firmware
