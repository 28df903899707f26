// SPDX-License-Identifier: MIT
// A device in closed loop: a 32-bit counter that is not steered, and the clock that a device makes of it.
// Nothing is decided here.
#pragma once

#include <cstddef>
#include <cstdint>

#include "libsync/policy/device_clock.hpp"
#include "libsync/policy/tick_counter.hpp"
#include "tests/sim/judged_clock.hpp"
#include "tests/sim/scenario.hpp"

namespace isletime::sim {

class DeviceMachine {
 public:
  DeviceMachine(const Scenario& scenario, std::uint64_t seed);

  NtpTimestamp stamp(TrueTime now);
  void on_reply(std::size_t server, TrueTime now, const Reply& reply);
  void on_loss(std::size_t, TrueTime) {}
  nanoseconds interval(std::size_t, TrueTime now) { return clock_.estimator().interval(mono(now)); }

  TrueTime next_event() const { return TrueTime::max(); }
  void on_event(TrueTime) {}
  // A device learns of neither: a leap second looks like a step, and its clock stands still in sleep.
  void on_leap_second() { start_ -= seconds{1}; }
  void on_resume(nanoseconds) {}

  Seconds error(TrueTime now);
  JudgedClock judge(TrueTime now);

 private:
  // Returns the counter's reading.
  MonoTime mono(TrueTime now);

  WallTime start_;  // true time when the simulation started
  Oscillator oscillator_;
  TickExtender ticks_;
  DeviceClock clock_;
};

}  // namespace isletime::sim
