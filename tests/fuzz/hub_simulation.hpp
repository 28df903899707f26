// SPDX-License-Identifier: MIT
// hub_fuzz's hub on its host, with the servers that it asks and its battery clock, while time passes. What
// the hub serves is compared with the true time. The events that an input is made of act on this.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "libsync/hub/hub.hpp"
#include "tests/fuzz/harness.hpp"
#include "tests/fuzz/hub_allowance.hpp"
#include "tests/fuzz/hub_host.hpp"
#include "tests/fuzz/hub_invariants.hpp"
#include "tests/fuzz/hub_server.hpp"
#include "tests/fuzz/hub_values.hpp"
#include "tests/fuzz/hub_world.hpp"

namespace isletime::fuzz {

// Leap seconds are inserted at the end of that day.
constexpr WallTime kMidnight{
    std::chrono::sys_days{std::chrono::year{2026} / std::chrono::July / 1}.time_since_epoch()};
constexpr WallTime kStart = kMidnight - hours{4};

enum class ChipAnswers : std::uint8_t { kTruly, kNot, kFailure, kMissed };

struct Simulation {
  explicit Simulation(Host on) : host(std::move(on)) { start(std::nullopt); }

  // The hub begins a run, and knows no server.
  void start(std::optional<LastRun> last_run) {
    servers.clear();
    names.clear();
    host.start(std::move(last_run));
  }

  bool is_worn_out() const { return work >= kMostWork; }

  // The host's loop: whatever is due is done in time.
  void pass(nanoseconds time) {
    int in_vain = 0;
    while (time > nanoseconds::zero() && !is_worn_out()) {
      tick();
      answer_job();
      nanoseconds part = time;
      if (const auto next = host.hub().next_wakeup(host.now())) {
        in_vain = *next <= host.now().mono ? in_vain + 1 : 0;
        require(in_vain < kMostInVain, "a wake-up does not stay in the past");
        part = std::min(part, std::max<nanoseconds>(host.machine().until(*next), milliseconds{1}));
      }
      if (leap) part = std::min(part, elapsed(host.truth(), kMidnight));
      pass_unwatched(part);
      time -= part;
      if (leap && host.truth() >= kMidnight) pass_leap_second();
      check_heart();
    }
    tick();
  }

  void pass_unwatched(nanoseconds time) {
    allowance.count_drift(time, host.hub(), host.machine());
    host.machine().pass(time);
  }

  // Something has happened that no sample has shown yet.
  void change_unseen() {
    allowance.on_unseen_change();
    for (Server& server : servers) server.on_unseen_change(host.truth());
  }

  void forget_phases() {
    for (Server& server : servers) server.samples = 0;
  }

  // The heart of it: as long as nobody has lied, what is served is within its root distance of the truth.
  void check_heart() {
    if (!allowance.is_clean() || !allowance.is_shown()) return;
    const WallTime wall = host.now().wall;
    const ServedTime served = host.hub().served(wall);
    const WallTime time = served.map(wall);
    if (!is_synchronised(served.state, time)) return;
    // An island's reference is right by definition.
    if (host.config().is_island_reference && is_local_clock(served.state.stratum, served.state.reference_id))
      return;
    const nanoseconds distance =
        saturated_sum(served.state.root_delay.value / 2, root_dispersion_at(served.state, time).value);
    const nanoseconds by_queues = allowance.to_queues(distance, servers, host.truth());
    const nanoseconds by_others = allowance.to_others(servers);
    const nanoseconds allowed = by_queues + by_others;
    const nanoseconds error = magnitude(elapsed(host.truth(), time));
    trace("  error %.9f s, root distance %.9f s, allowed beyond it %.9f s\n", in_seconds(error),
          in_seconds(distance), in_seconds(allowed));
    require(error <= saturated_sum(distance, allowed),
            "what is served is within its root distance of the truth");
    // A clock that queues have misled misleads its battery clock, and all that it is compared with later.
    if (error > saturated_sum(distance, by_others)) allowance.on_deception();
  }

  // Call it after each event.
  void settle() {
    host.notice();
    allowance.look_at(servers);
    check_heart();
    check_served(host.hub(), host.config(), host.now().wall, allowance.is_clean());
    check_status(host.hub(), host.config(), host.now());
    for (const Server& server : servers) check_server(host.hub(), server.number, host.now());
  }

  Host host;
  Allowance allowance{kStart};
  std::vector<Server> servers{};
  std::vector<std::size_t> names{};  // plans of the hub
  std::optional<Chip> chip{};
  ChipAnswers chip_answers = ChipAnswers::kTruly;
  std::optional<Leap> leap{};  // at kMidnight
  int work = 0;                // samples and wake-ups

 private:
  static constexpr int kMostWork = 3000;  // some tens of milliseconds
  static constexpr int kMostInVain = 50;

  void tick() {
    ++work;
    host.tick();
  }

  void answer_job() {
    if (!host.job() || chip_answers == ChipAnswers::kNot) return;
    const RtcJob job = *host.take_job();
    const bool is_write = job.kind == RtcJob::Kind::kWrite;
    RtcOutcome outcome{.kind = job.kind, .failure = {}, .look = {}, .health = {}};
    if (chip_answers == ChipAnswers::kTruly) {
      pass_unwatched(milliseconds{20});
      host.notice();
      const Instant now = host.now();
      if (is_write) chip->write(host.truth(), shifted(job.true_time, elapsed(job.at, now.mono)));
      if (job.kind != RtcJob::Kind::kCheck) outcome.look = chip->look(host.truth(), now.wall);
    } else {
      outcome.failure = "it does not answer";
      outcome.is_missed = is_write && chip_answers == ChipAnswers::kMissed;
    }
    host.report([&](Hub& hub) { hub.on_rtc(outcome, host.now()); });
  }

  void pass_leap_second() {
    const nanoseconds by = *leap == Leap::kInsert ? -seconds{1} : seconds{1};
    host.machine().repeat_second(by);
    const bool does_kernel = host.steers_machine() && host.kernel().leap == *leap;
    if (does_kernel) host.machine().step(by);
    const bool does_hub = host.notice();
    if (!does_kernel && !does_hub) change_unseen();
    leap.reset();
    host.kernel().leap = Leap::kNone;
  }
};

}  // namespace isletime::fuzz
