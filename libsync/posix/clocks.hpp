// SPDX-License-Identifier: MIT
// The system's clocks as the time types of core. Reading only.
#pragma once

#include <cstdint>

#include <time.h>

#include "libsync/core/time_types.hpp"

namespace isletime {

static_assert(sizeof(time_t) == 8, "32 bits end in 2038: define _TIME_BITS=64 and _FILE_OFFSET_BITS=64");

constexpr nanoseconds to_nanoseconds(const timespec& time) {
  return seconds{time.tv_sec} + nanoseconds{time.tv_nsec};
}

WallTime wall_now();  // CLOCK_REALTIME
MonoTime mono_now();  // CLOCK_MONOTONIC

// Log2 seconds: the smallest step that reading the wall clock shows (RFC 5905, section 7.3,
// precision); -30 to -1.
std::int8_t measure_precision();

}  // namespace isletime
