// SPDX-License-Identifier: MIT
#include "libsync/posix/system_clock.hpp"

#include <cerrno>
#include <chrono>

#include <sys/timex.h>
#include <time.h>

namespace isletime {
namespace {

std::optional<SysError> adjust(timex& request) {
  if (clock_adjtime(CLOCK_REALTIME, &request) >= 0) return std::nullopt;
  return SysError{errno, "clock_adjtime"};
}

std::int64_t to_microseconds(nanoseconds time) {
  return std::chrono::ceil<std::chrono::microseconds>(time).count();
}

int status_of(Leap leap) {
  switch (leap) {
    case Leap::kNone:
      return 0;
    case Leap::kInsert:
      return STA_INS;
    case Leap::kDelete:
      return STA_DEL;
    case Leap::kUnsynchronised:
      return STA_UNSYNC;
  }
  return STA_UNSYNC;
}

}  // namespace

std::optional<KernelClock> kernel_clock() {
  timex now{};
  const int state = clock_adjtime(CLOCK_REALTIME, &now);
  if (state < 0 || state == TIME_ERROR || (now.status & STA_UNSYNC) != 0) return std::nullopt;
  const std::int64_t by_ticks = (std::int64_t{now.tick} - kNominalTick) * Ppm::whole(100).scaled;
  return KernelClock{{std::chrono::microseconds{now.maxerror}}, {by_ticks + now.freq}};
}

Result<SystemClock, SysError> SystemClock::take() {
  timex now{};
  if (const auto error = adjust(now)) return Unexpected{*error};
  // Writing the status back unchanged shows whether this process may set the clock.
  timex same{};
  same.modes = ADJ_STATUS;
  same.status = now.status;
  if (const auto error = adjust(same)) return Unexpected{*error};
  return SystemClock{rate_of({now.tick, now.freq})};
}

Result<double, SysError> SystemClock::set_rate(double rate) {
  const KernelRate wanted = kernel_rate(rate);
  timex request{};
  request.modes = ADJ_FREQUENCY | ADJ_TICK;
  request.tick = wanted.tick;
  request.freq = wanted.frequency;
  if (const auto error = adjust(request)) return Unexpected{*error};
  rate_ = rate_of(wanted);
  return rate_;
}

std::optional<double> SystemClock::foreign_rate() const {
  timex now{};
  if (clock_adjtime(CLOCK_REALTIME, &now) < 0) return std::nullopt;
  const double rate = rate_of({now.tick, now.freq});
  // The kernel, or a simulator, may round the rate that it was given.
  constexpr double kRounding = 1e-8;
  return std::abs(rate - rate_) > kRounding ? std::optional{rate} : std::nullopt;
}

std::optional<SysError> SystemClock::step(Offset by) {
  timex request{};
  request.modes = ADJ_SETOFFSET | ADJ_NANO;
  const auto whole = std::chrono::floor<seconds>(by.value);
  request.time.tv_sec = whole.count();
  request.time.tv_usec = (by.value - whole).count();  // nanoseconds, by ADJ_NANO
  return adjust(request);
}

std::optional<SysError> SystemClock::tell(const ClockQuality& quality) {
  timex request{};
  request.modes = ADJ_STATUS | ADJ_MAXERROR | ADJ_ESTERROR;
  request.status = status_of(quality.leap);
  request.maxerror = to_microseconds(quality.max_error);
  request.esterror = to_microseconds(quality.estimated_error);
  return adjust(request);
}

}  // namespace isletime
