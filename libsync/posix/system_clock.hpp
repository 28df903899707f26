// SPDX-License-Identifier: MIT
// The system clock as an actuator: its rate, its steps, and the quality that the kernel reports to other
// programs (adjtimex(2)). Only the holder of a SystemClock steers it. Needs CAP_SYS_TIME.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>

#include "libsync/core/result.hpp"
#include "libsync/core/time_types.hpp"
#include "libsync/ports/clock_quality.hpp"
#include "libsync/posix/sys_error.hpp"

namespace isletime {

// A rate as the kernel takes it: microseconds a tick of 10 ms, and a fine part in 2^-16 ppm.
struct KernelRate {
  std::int64_t tick;
  std::int64_t frequency;
  constexpr bool operator==(const KernelRate&) const = default;
};

inline constexpr long kNominalTick = 10'000;
inline constexpr long kMaxFrequency = 500L * 65536;  // MAXFREQ of the kernel's timex.h
inline constexpr double kMaxRate = 0.1;              // the tick's range

// `rate` is the clock's frequency gain over its oscillator, as a fraction, clamped to kMaxRate. The tick,
// whose steps are 100 ppm, changes only for rates beyond the range of the fine part.
inline KernelRate kernel_rate(double rate) {
  const double ppm = std::clamp(rate, -kMaxRate, kMaxRate) * 1e6;
  const long ticks = std::abs(ppm) <= 500 ? 0 : std::lround(ppm / 100);
  const double rest = ppm - static_cast<double>(ticks) * 100;
  return {kNominalTick + ticks, std::clamp(std::lround(rest * 65536), -kMaxFrequency, kMaxFrequency)};
}

constexpr double rate_of(const KernelRate& rate) {
  return static_cast<double>(rate.tick - kNominalTick) * 1e-4 +
         static_cast<double>(rate.frequency) / 65536 * 1e-6;
}

// Returns nothing if the kernel calls its clock unsynchronised: no program has told it otherwise, or that has
// expired.
std::optional<KernelClock> kernel_clock();

class SystemClock {
 public:
  // Fails with EPERM if this process may not set the clock. Changes nothing.
  static Result<SystemClock, SysError> take();

  double rate() const { return rate_; }
  // Returns the kernel's rate if another program has changed it. Errors count as no change.
  std::optional<double> foreign_rate() const;
  // Adopts a rate set by another program.
  void on_foreign_rate(double rate) { rate_ = rate; }
  // Returns the rate that the kernel really applies, which differs by its resolution and range.
  Result<double, SysError> set_rate(double rate);
  std::optional<SysError> step(Offset by);
  std::optional<SysError> tell(const ClockQuality& quality);

 private:
  explicit SystemClock(double rate) : rate_(rate) {}

  double rate_;
};

}  // namespace isletime
