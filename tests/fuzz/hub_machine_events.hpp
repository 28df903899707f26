// SPDX-License-Identifier: MIT
// Changes by other programs to the machine of hub_fuzz's hub.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <utility>

#include "libsync/hub/hub.hpp"
#include "tests/fuzz/harness.hpp"
#include "tests/fuzz/hub_simulation.hpp"
#include "tests/fuzz/hub_values.hpp"
#include "tests/fuzz/hub_world.hpp"

namespace isletime::fuzz {

// Each event takes its operands from the input.
class MachineEvents {
 public:
  MachineEvents(Input& input, Simulation& simulation)
      : input_(input), simulation_(simulation), host_(simulation.host) {}

  void be_set() {
    const nanoseconds to = jump(input_);
    const nanoseconds error = elapsed(host_.truth(), host_.now().wall);
    const nanoseconds by = magnitude(to + error) > kMostError ? -error : to;
    trace("  set by %.9f s\n", in_seconds(by));
    host_.machine().step(by);
    // Less is taken for the reading of two clocks.
    if (host_.notice()) return simulation_.forget_phases();
    if (by != nanoseconds::zero()) simulation_.change_unseen();
  }

  void sleep() {
    const nanoseconds slept = some_time(input_) + milliseconds{200};
    const nanoseconds error = part(seconds{2}, share(input_));
    host_.machine().sleep(slept, error);
    host_.notice();
    simulation_.forget_phases();
  }

  void announce_leap_second() {
    if (host_.truth() >= kMidnight) return;
    simulation_.leap = input_.u8() % 2 == 0 ? Leap::kInsert : Leap::kDelete;
  }

  void be_steered() {
    if (!host_.steers_machine()) return;
    Machine& machine = host_.machine();
    const double rate = share(input_) * 500e-6;
    const double before = machine.rate();
    machine.set_rate(rate);
    simulation_.pass_unwatched(milliseconds{input_.u16()});
    ClockReading reading = machine.reading();
    if (machine.rate() != before) reading.foreign_rate = machine.rate();
    host_.notice(reading);
    simulation_.forget_phases();
    simulation_.allowance.on_frequency_forgotten();
  }

  // A kernel that refuses in mid-slew lets the clock run away, which the hub does not expect of it: whoever
  // may begin a slew may end it.
  void refuse_or_obey() {
    const auto left = host_.hub().status(host_.now()).offset.value_or(Offset{});
    host_.kernel().refuses_rates = input_.u8() % 4 == 3 && left == Offset{};
    host_.kernel().refuses_steps = input_.u8() % 4 == 3;
  }

  void change_frequency() {
    host_.machine().set_frequency(oscillator_frequency(input_));
    simulation_.change_unseen();
  }

  // The program ends, or crashes, and is started again.
  void restart() {
    const std::uint8_t how = input_.u8();
    if (how % 2 == 0) host_.report([&](Hub& hub) { hub.stop(host_.machine().reading()); });
    const bool is_same_boot = how / 2 % 2 == 0;
    const nanoseconds time_off = some_time(input_);
    if (is_same_boot) {
      simulation_.pass_unwatched(time_off);
    } else {
      host_.machine().boot(time_off, jump(input_));
      host_.kernel().leap = Leap::kNone;
    }
    const std::optional<SavedState>& disk = host_.disk();
    std::optional<LastRun> last_run;
    // A state from the future is not recalled.
    const bool is_usable = disk && how / 4 % 4 != 3 && host_.now().wall >= disk->saved_at;
    if (is_usable) last_run = LastRun{*disk, is_same_boot};
    // Of the rate error that was measured, a restart keeps nothing.
    simulation_.allowance.on_frequency_forgotten();
    simulation_.start(std::move(last_run));
    const auto bound = host_.hub().standing(host_.now().mono);
    require(!bound.ever_set || (is_usable && disk->sync && bound.bound >= disk->sync->bound),
            "what was known of the clock is not known better after a restart");
  }

 private:
  Input& input_;
  Simulation& simulation_;
  Host& host_;
};

}  // namespace isletime::fuzz
