// SPDX-License-Identifier: MIT
// A hub in closed loop: Node steers a MachineClock, and an RTC or a person may help it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "libsync/core/exchange.hpp"
#include "tests/sim/judged_clock.hpp"
#include "tests/sim/machine_clock.hpp"
#include "tests/sim/node.hpp"
#include "tests/sim/scenario.hpp"

namespace isletime::sim {

class HubMachine {
 public:
  HubMachine(const Scenario& scenario, std::uint64_t seed);

  NtpTimestamp stamp(TrueTime now);
  // `precision`: the server's own.
  void on_reply(std::size_t server, TrueTime now, const Exchange& exchange, Dispersion precision);
  void on_loss(std::size_t server, TrueTime now);
  // From one query to the next.
  nanoseconds interval(std::size_t server, TrueTime now);

  // What it has to do by itself: when, and then.
  TrueTime next_event() const;
  void on_event(TrueTime now);
  void on_leap_second();
  void on_resume() { node_.on_resume(); }

  Seconds error(TrueTime now) { return clock_.error(now); }
  JudgedClock judge(TrueTime now);

 private:
  static MonoTime mono(TrueTime now) { return MonoTime{now}; }

  void set_by_hand(TrueTime now);
  void read_rtc(TrueTime now);
  void end_slew(TrueTime now);
  void correct(TrueTime now);
  // Off by up to `most`, either way.
  nanoseconds mistake(Dispersion most);

  const Scenario& scenario_;
  Random random_;
  MachineClock clock_;
  Node node_;
  std::optional<Oscillator> rtc_;
  std::size_t rtc_index_ = 0;
  TrueTime slew_end_ = TrueTime::max();
  double rate_ = 0.0;  // without the slew
  TrueTime next_by_hand_ = TrueTime::max();
  TrueTime next_reading_ = TrueTime::max();
};

}  // namespace isletime::sim
