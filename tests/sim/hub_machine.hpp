// SPDX-License-Identifier: MIT
// A machine that runs the hub in closed loop, as sntpd does: a Hub decides, and its corrections are applied
// to a MachineClock. Another program may feed the hub, and it may have a battery clock.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "libsync/core/exchange.hpp"
#include "libsync/hub/hub.hpp"
#include "tests/sim/judged_clock.hpp"
#include "tests/sim/machine_clock.hpp"
#include "tests/sim/scenario.hpp"

namespace isletime::sim {

class HubMachine {
 public:
  HubMachine(const Scenario& scenario, std::uint64_t seed);

  NtpTimestamp stamp(TrueTime now);
  void on_reply(std::size_t server, TrueTime now, const Reply& reply);
  void on_loss(std::size_t server, TrueTime now);
  // Returns the time from one query to the next.
  nanoseconds interval(std::size_t server, TrueTime now);

  // Returns when the machine acts by itself next; then call on_event().
  TrueTime next_event() const { return next_event_; }
  void on_event(TrueTime now);
  void on_leap_second() { clock_.insert_leap_second(); }
  void on_resume(nanoseconds slept) { asleep_ += slept; }

  Seconds error(TrueTime now) { return clock_.error(now); }
  JudgedClock judge(TrueTime now);

 private:
  struct BatteryClock {
    Oscillator oscillator;
    nanoseconds error;  // reading - true time
    std::optional<RtcJob> job{};
    TrueTime done = TrueTime::max();
  };

  Instant instant(TrueTime now);
  void notice(TrueTime now);
  // Performs the hub's actions.
  void execute(TrueTime now);
  void perform(const action::Steer& order, TrueTime now);
  void perform(const action::TellKernel&, TrueTime) { hub_.on_told(""); }
  void perform(const action::AskKernel&, TrueTime now) { hub_.on_kernel(std::nullopt, instant(now)); }
  void perform(const action::LookUp&, TrueTime) {}
  void perform(const action::Ask& order, TrueTime now);
  void perform(const action::StopAsking&, TrueTime) {}
  void perform(const action::GiveUpExchanges&, TrueTime now) { given_up_ = now; }
  void perform(const action::Note&, TrueTime) {}
  void perform(const action::Save&, TrueTime) {}
  void perform(const action::ForgetSync&, TrueTime) {}
  void perform(const action::RunRtcJob& order, TrueTime now);

  void feed(TrueTime now);
  void end_rtc_job(TrueTime now);
  void remember_consensus(TrueTime now);
  void plan(TrueTime now);
  // Returns a uniform random error of up to `most`, either way.
  nanoseconds mistake(Dispersion most);

  const Scenario& scenario_;
  Random random_;
  MachineClock clock_;
  nanoseconds asleep_{};
  Hub hub_;
  std::vector<std::size_t> servers_;  // their indices in the hub
  std::vector<std::uint8_t> reach_;   // of the last eight queries to each, the latest in the lowest bit
  std::optional<BatteryClock> rtc_;
  TrueTime given_up_ = TrueTime::min();
  TrueTime next_feed_ = TrueTime::max();
  TrueTime next_event_{};
  // The sources' last consensus, in the free-running frame.
  struct Agreed {
    FreeTime at;
    Discipline::Consensus consensus;
  };
  std::optional<Agreed> agreed_;
};

}  // namespace isletime::sim
