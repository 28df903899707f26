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
inline constexpr double kMaxRate = 0.1;              // the reach of the tick alone

// `rate`: the clock's gain on its oscillator, a fraction; beyond kMaxRate it is held there. The tick, whose
// steps are 100 ppm, moves only for rates that the fine part cannot give.
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

// How far off at most this machine's clock is by the kernel's word, which another program has given it.
// Absent: nobody has.
std::optional<Dispersion> kernel_clock_error();

class SystemClock {
 public:
  // Error: EPERM if this process may not set the clock. It changes nothing.
  static Result<SystemClock, SysError> take();

  double rate() const { return rate_; }
  // The rate that the kernel applies now, if another program has set it since. Errors are none.
  std::optional<double> foreign_rate() const;
  // It is left as it is.
  void on_foreign_rate(double rate) { rate_ = rate; }
  // The rate that the kernel really applies, which differs by its resolution and range.
  Result<double, SysError> set_rate(double rate);
  std::optional<SysError> step(Offset by);
  std::optional<SysError> tell(const ClockQuality& quality);

 private:
  explicit SystemClock(double rate) : rate_(rate) {}

  double rate_;
};

}  // namespace isletime
