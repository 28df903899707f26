// SPDX-License-Identifier: MIT
#include "tools/common/machine.hpp"

#include <time.h>

#include "libsync/posix/clocks.hpp"
#include "libsync/posix/system_clock.hpp"
#include "tools/common/signals.hpp"

namespace isletime {

WallTime ThisMachine::wall_now() {
  return isletime::wall_now();
}
MonoTime ThisMachine::mono_now() {
  return isletime::mono_now();
}

void ThisMachine::sleep_until(MonoTime time) {
  const nanoseconds since = time.time_since_epoch();
  const auto whole = std::chrono::floor<seconds>(since);
  const timespec until{static_cast<time_t>(whole.count()), static_cast<long>((since - whole).count())};
  clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, nullptr);
}

bool ThisMachine::is_to_stop() {
  return stop_requested();
}

std::optional<SysError> ThisMachine::step_clock(Offset by) {
  auto clock = SystemClock::take();
  if (!clock) return clock.error();
  return clock->step(by);
}

Instant instant_of(Machine& machine) {
  return read_instant([&] { return machine.mono_now(); }, [&] { return machine.wall_now(); });
}

}  // namespace isletime
