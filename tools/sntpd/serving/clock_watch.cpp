// SPDX-License-Identifier: MIT
#include "tools/sntpd/serving/clock_watch.hpp"

#include <cerrno>
#include <cstdint>

#include <sys/timerfd.h>
#include <unistd.h>

namespace isletime::sntpd {

ClockWatch::ClockWatch() : timer_(timerfd_create(CLOCK_REALTIME, TFD_NONBLOCK | TFD_CLOEXEC)) {
  arm();
}

bool ClockWatch::take_set() {
  std::uint64_t expirations = 0;
  if (read(timer_.get(), &expirations, sizeof expirations) >= 0 || errno != ECANCELED) return false;
  arm();
  return true;
}

void ClockWatch::arm() {
  if (!timer_.is_open()) return;
  itimerspec never{};
  never.it_value.tv_sec = std::int64_t{1} << 33;  // the year 2242
  timerfd_settime(timer_.get(), TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &never, nullptr);
}

}  // namespace isletime::sntpd
