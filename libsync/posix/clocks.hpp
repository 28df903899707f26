// SPDX-License-Identifier: MIT
// Reads the system's clocks as the time types of core.
#pragma once

#include <cstdint>
#include <optional>

#include <time.h>

#include "libsync/core/time_types.hpp"

namespace isletime {

static_assert(sizeof(time_t) == 8, "32 bits end in 2038: define _TIME_BITS=64 and _FILE_OFFSET_BITS=64");

constexpr nanoseconds to_nanoseconds(const timespec& time) {
  return seconds{time.tv_sec} + nanoseconds{time.tv_nsec};
}

WallTime wall_now();  // CLOCK_REALTIME
MonoTime mono_now();  // CLOCK_MONOTONIC
// CLOCK_MONOTONIC_RAW: time since boot without sleep, by the oscillator that nobody steers; nothing if the
// kernel, or a clock simulator, does not have it.
std::optional<nanoseconds> raw_now();

// Returns log2 of the smallest step in seconds that the wall clock shows (RFC 5905, section 7.3, precision),
// between -30 and -1.
std::int8_t measure_precision();

}  // namespace isletime
