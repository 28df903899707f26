// SPDX-License-Identifier: MIT
// The brightness of a display by the light around it, as a light-dependent resistor and an A/D converter of
// 12 bits measure it. A level changes only when the light is clearly beyond its border, so that noise never
// makes the display flicker, and by one level at a time, so that no lamp makes it jump.
#pragma once

#include <cstdint>

#include "libsync/core/dialect.hpp"

namespace isletime {

class Dimmer {
 public:
  static constexpr int kLevels = 16;
  static constexpr int kPerLevel = 4096 / kLevels;
  static constexpr int kHysteresis = kPerLevel / 4;  // either way

  // `light` is 0 (dark) to 4095. Returns the level, 0 to 15.
  constexpr std::uint8_t on_light(std::uint16_t light) {
    const int measured = light;
    if (level_ < kLevels - 1 && measured >= (level_ + 1) * kPerLevel + kHysteresis) {
      ++level_;
    } else if (level_ > 0 && measured < level_ * kPerLevel - kHysteresis) {
      --level_;
    }
    return level();
  }
  constexpr std::uint8_t level() const { return static_cast<std::uint8_t>(level_); }

 private:
  int level_ = 0;
};

}  // namespace isletime
