// SPDX-License-Identifier: MIT
// Converts a hardware counter of 32 bits with a nominal rate to a time that never wraps. It must be read at
// least once per wrap: every 53 s for a CPU's cycles at 80 MHz.
#pragma once

#include <cstdint>

#include "libsync/core/time_types.hpp"

namespace isletime {

class TickExtender {
 public:
  // Counts must be passed in order.
  constexpr std::uint64_t extend(std::uint32_t count) {
    ticks_ += static_cast<std::uint32_t>(count - static_cast<std::uint32_t>(ticks_));
    return ticks_;
  }

  // Returns the extended count of one that was taken less than half a wrap from the last one, for example in
  // an interrupt.
  constexpr std::uint64_t near(std::uint32_t count) const {
    const auto since = static_cast<std::int32_t>(count - static_cast<std::uint32_t>(ticks_));
    return ticks_ + static_cast<std::uint64_t>(std::int64_t{since});
  }

 private:
  std::uint64_t ticks_ = 0;
};

// `ticks_per_second` is nominal and positive. The result is rounded down to a nanosecond, and right for 292
// years.
constexpr MonoTime mono_time(std::uint64_t ticks, std::uint32_t ticks_per_second) {
  const std::uint64_t whole = ticks / ticks_per_second;
  const std::uint64_t rest = ticks % ticks_per_second;
  return MonoTime{seconds{static_cast<std::int64_t>(whole)} +
                  nanoseconds{static_cast<std::int64_t>(rest * 1'000'000'000 / ticks_per_second)}};
}

}  // namespace isletime
