// SPDX-License-Identifier: MIT
// The program that hub_fuzz's hub runs in: it does what the hub orders to the machine, to its kernel, to the
// disk and to the battery clock, and requires that the orders make sense.
#pragma once

#include <chrono>
#include <cmath>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "libsync/hub/hub.hpp"
#include "tests/fuzz/harness.hpp"
#include "tests/fuzz/hub_invariants.hpp"
#include "tests/fuzz/hub_values.hpp"
#include "tests/fuzz/hub_world.hpp"

namespace isletime::fuzz {

struct Kernel {
  Leap leap = Leap::kNone;  // as it was told
  bool refuses_rates = false;
  bool refuses_steps = false;
};

class Host {
 public:
  // `steers_machine`: the hub steers the machine's clock, not one of its own beside it.
  Host(const HubConfig& config, bool steers_machine, const Machine& machine)
      : config_(config), steers_machine_(steers_machine), machine_(machine) {}

  // Begins a run. Call it before anything else.
  void start(std::optional<LastRun> last_run) {
    hub_.emplace(config_, std::move(last_run), machine_.reading());
    is_rtc_used_ = false;
    job_.reset();
    if (steers_machine_) hub_->take_clock(machine_.rate(), machine_.now());
    hub_->resume(machine_.now());
    execute();
  }

  const HubConfig& config() const { return config_; }
  bool steers_machine() const { return steers_machine_; }
  Hub& hub() { return *hub_; }
  const Hub& hub() const { return *hub_; }
  Machine& machine() { return machine_; }
  const Machine& machine() const { return machine_; }
  Kernel& kernel() { return kernel_; }
  Instant now() const { return machine_.now(); }
  WallTime truth() const { return machine_.truth(); }
  // What was saved last.
  const std::optional<SavedState>& disk() const { return disk_; }
  // How often the clock was stepped back.
  int steps_back() const { return steps_back_; }

  // Returns whether others have set the clock.
  bool notice() { return notice(machine_.reading()); }
  bool notice(const ClockReading& reading) {
    const bool was_set = hub_->notice(reading);
    execute();
    return was_set;
  }

  void tick() {
    notice();
    hub_->tick(machine_.now());
    execute();
  }

  // `fact` calls a function of the hub that it is given; then all is done that the hub orders.
  template <class Fact>
  void report(Fact fact) {
    fact(*hub_);
    execute();
  }
  // The same for a server's word.
  template <class Fact>
  void report_server(Fact fact) {
    is_server_speaking_ = true;
    report(fact);
    is_server_speaking_ = false;
  }

  // A server is asked from now on, or no longer.
  struct Change {
    std::size_t index;
    bool is_asked;
  };
  std::vector<Change> take_changes() { return std::exchange(changes_, {}); }

  void begin_exchange() { is_exchange_lost_ = false; }
  bool is_exchange_lost() const { return is_exchange_lost_; }

  bool is_rtc_used() const { return is_rtc_used_; }
  void use_rtc() {
    is_rtc_used_ = true;
    hub_->use_rtc("rtc:/dev/i2c-1@0x68", steers_machine_, machine_.now());
  }
  // The battery clock's job, until it is taken.
  const std::optional<RtcJob>& job() const { return job_; }
  std::optional<RtcJob> take_job() { return std::exchange(job_, std::nullopt); }

 private:
  static constexpr int kMostActions = 200;

  void execute() {
    int count = 0;
    while (const auto next = hub_->take_action()) {
      require(++count <= kMostActions, "no fact makes the hub order things without end");
      std::visit([this](const auto& order) { perform(order); }, *next);
    }
  }

  void perform(const action::Steer& order) {
    require(steers_machine_, "a clock that was not taken is not steered");
    require(std::abs(order.rate) <= config_.limits.max_rate * (1 + 1e-9),
            "a rate is within the clock's range");
    if (is_server_speaking_) check_step_by_server(order, *hub_, config_, machine_.now());
    Hub::Steered done{.at = machine_.now().wall, .rate = {}};
    if (kernel_.refuses_rates) {
      done.failure = "refused";
    } else {
      done.rate = machine_.set_rate(order.rate);
      done.is_stepped = order.step && !kernel_.refuses_steps;
      if (order.step && !done.is_stepped) done.failure = "refused";
      if (done.is_stepped) machine_.step(order.step->value);
      if (done.is_stepped && order.step->value < nanoseconds::zero()) ++steps_back_;
    }
    trace("  steered: rate %.9f of %.9f, step %.9f s, %s\n", done.rate.value_or(0.0), order.rate,
          in_seconds(order.step.value_or(Offset{}).value), done.failure.c_str());
    hub_->on_steered(done, machine_.now());
  }
  void perform(const action::TellKernel& order) {
    require(order.quality.max_error >= nanoseconds::zero(), "a kernel is told of no negative error");
    require(order.quality.estimated_error >= nanoseconds::zero(), "nor of a negative deviation");
    kernel_.leap = order.quality.leap;
    hub_->on_told("");
  }
  // No other program tells the kernel anything.
  void perform(const action::AskKernel&) { hub_->on_kernel(std::nullopt, machine_.now()); }
  void perform(const action::LookUp& order) {
    require(!hub_->plan(order.plan).literal, "an address is no name");
  }
  void perform(const action::Ask& order) { changes_.push_back({order.index, true}); }
  void perform(const action::StopAsking& order) { changes_.push_back({order.index, false}); }
  void perform(const action::GiveUpExchanges&) { is_exchange_lost_ = true; }
  void perform(const action::Note& note) {
    trace("  note: %s\n", note.text.c_str());
    require(!note.text.empty(), "what is noted has words");
  }
  void perform(const action::ForgetSync&) {
    if (disk_) disk_->sync.reset();
  }
  void perform(const action::Save&) {
    auto state = hub_->state_to_save(machine_.now());
    if (!state) return;
    check_state(*state, config_);
    const ClockReading now = machine_.reading();
    state->boot =
        SavedBoot{"boot", now.instant.mono.time_since_epoch(), steers_machine_, now.asleep, now.raw};
    disk_ = std::move(state);
  }
  void perform(const action::RunRtcJob& order) {
    require(is_rtc_used_ && !job_, "a battery clock has one job at a time");
    job_ = order.job;
  }

  HubConfig config_;
  bool steers_machine_;
  Machine machine_;
  Kernel kernel_;
  std::optional<Hub> hub_;
  std::optional<SavedState> disk_;
  std::vector<Change> changes_;
  bool is_rtc_used_ = false;
  std::optional<RtcJob> job_;
  bool is_server_speaking_ = false;
  bool is_exchange_lost_ = false;
  int steps_back_ = 0;
};

}  // namespace isletime::fuzz
