// SPDX-License-Identifier: MIT
// The last readings of the meter, for the page that shows them.
#pragma once

#include <array>
#include <cstddef>
#include <optional>

#include "firmware/apps/charger/ocpp_message.hpp"

namespace isletime::firmware {

class StampList {
 public:
  static constexpr std::size_t kMost = 16;

  constexpr void add(const MeterReading& reading) { readings_[count_++ % kMost] = reading; }
  // Returns the reading before the last one for 1, and so on; nothing if it is not kept.
  constexpr std::optional<MeterReading> from_last(std::size_t back) const {
    if (back >= kMost || back >= count_) return std::nullopt;
    return readings_[(count_ - 1 - back) % kMost];
  }

 private:
  std::array<MeterReading, kMost> readings_{};
  std::size_t count_ = 0;
};

}  // namespace isletime::firmware
