// SPDX-License-Identifier: MIT
// How long writes take on a bus of 100 kHz, the slowest in use: a bit for the start, nine for each byte
// including the address, and one for the stop.
#pragma once

#include <cstddef>

#include "libsync/core/time_types.hpp"

namespace isletime::bus_time {

inline constexpr nanoseconds kBit{10'000};

// Returns the time from the start until the last of this many bytes is acknowledged.
constexpr nanoseconds until_acknowledged(std::size_t bytes) {
  return kBit * static_cast<std::int64_t>(1 + 9 * (1 + bytes));
}

constexpr nanoseconds of_write(std::size_t bytes) {
  return until_acknowledged(bytes) + kBit;
}

}  // namespace isletime::bus_time
