// SPDX-License-Identifier: MIT
// The system clock's quality as the kernel reports it to other programs (ntp_gettime(3)), and how it ages in
// the kernel (adjtimex(2)).
#pragma once

#include <algorithm>
#include <cstdint>

#include "libsync/core/ntp_packet.hpp"
#include "libsync/core/time_types.hpp"

namespace isletime {

struct ClockQuality {
  Leap leap = Leap::kUnsynchronised;  // with kInsert or kDelete the kernel steps at the end of the day
  nanoseconds max_error{};
  nanoseconds estimated_error{};
};

// The kernel states this of a clock that a program has called synchronised.
struct KernelClock {
  Dispersion max_error;
  Ppm rate;  // of the clock relative to its oscillator, with a slew that runs
};

// The kernel increases max_error at this rate, and calls a clock unsynchronised at 16 s (MAXFREQ and
// NTP_PHASE_LIMIT of its timex.h).
inline constexpr std::int64_t kKernelGrowth = 2000;  // divisor for 500 ppm
inline constexpr Ppm kKernelGrowthRate = Ppm::whole(1'000'000 / kKernelGrowth);
inline constexpr nanoseconds kKernelLimit = seconds{16};

// Returns how long the kernel calls the clock synchronised after it was told so.
constexpr nanoseconds kernel_patience(const ClockQuality& quality) {
  return std::clamp(kKernelLimit - std::min(quality.max_error, kKernelLimit), nanoseconds::zero(),
                    kKernelLimit) *
         kKernelGrowth;
}

}  // namespace isletime
