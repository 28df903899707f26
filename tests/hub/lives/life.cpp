// SPDX-License-Identifier: MIT
#include "tests/hub/lives/life.hpp"

#include <algorithm>
#include <array>
#include <numeric>
#include <utility>

#include <fmt/format.h>

namespace isletime::hub_play {
namespace {

constexpr int kEvents = 40;
// Reading two clocks one after the other takes less.
constexpr nanoseconds kRounding = 1us;

constexpr nanoseconds kUnix1970{};
// An hour before NTP's first era ends, and before 32 bits of seconds since 1970 do.
constexpr WallTime kBefore2036{2'085'978'496s - 3600s};
constexpr WallTime kBefore2038{2'147'483'648s - 3600s};

double in_seconds(nanoseconds time) {
  return Seconds{time}.count();
}

}  // namespace

const std::vector<Life::Event>& Life::events() {
  static const std::vector<Event> kAll{
      {4, &Life::live_on},
      {2, &Life::wait_a_little},
      {1, &Life::jump},
      {1, &Life::sleep},
      {1, &Life::be_steered},
      {1, &Life::be_vouched_for},
      {1, &Life::learn_rate_error},
      {1, &Life::refuse_or_obey},
      {1, &Life::slow_disk_down},
      {1, &Life::stop_or_be_killed},
      {1, &Life::be_killed_between_actions},
      {1, &Life::reboot},
      {1, &Life::use_chip},
      {1, &Life::change_chip},
      {1, &Life::fall_silent_or_speak},
      {1, &Life::change_stratum},
      {1, &Life::lie_or_come_right},
      {1, &Life::leave_liar_alone},
      {1, &Life::deny},
      {1, &Life::broadcast},
      {1, &Life::answer_by_several_machines},
      {1, &Life::move_name},
      {2, &Life::be_fed},
      {1, &Life::be_fed_late},
      {1, &Life::be_set},
      {1, &Life::be_set_wrongly_at_first},
  };
  return kAll;
}

Life::Life(std::uint64_t seed) : chance_(seed), began_(choose_beginning()), config_(choose_config()) {
  const Machine machine = choose_machine();
  play_ = std::make_unique<HubPlay>(config_, machine);
  play_->steers_machine = !chance_.one_in(3);
  tell(play_->steers_machine ? "begins" : "begins beside the machine's clock");
  found_servers();
  begin();
}

WallTime Life::choose_beginning() {
  constexpr std::array<WallTime, 4> kBeginnings{kStart, kStart, kBefore2036, kBefore2038};
  return chance_.one_of<WallTime>(kBeginnings);
}

HubConfig Life::choose_config() {
  constexpr std::array<nanoseconds, 4> kWithin{1s, 1s, 100ms, 1min};
  HubConfig config = ordinary();
  config.made = began_ - 24h * 30;
  config.latest = config.made + 20 * kYear;
  config.reliable_within = {chance_.one_of<nanoseconds>(kWithin)};
  config.is_island_reference = chance_.one_in(6);
  if (chance_.one_in(4)) config.limits.step.threshold.reset();
  return config;
}

Machine Life::choose_machine() {
  Machine machine{.truth = began_, .wall = began_};
  machine.crystal = chance_.within(kMostCrystal);
  if (chance_.one_in(3)) machine.wall += chance_.of_either_sign(1ms, 24h);
  if (chance_.one_in(6)) machine.wall = WallTime{kUnix1970} + 100s;
  return machine;
}

std::optional<std::string> Life::run() {
  std::vector<int> ends;
  for (const Event& event : events()) ends.push_back((ends.empty() ? 0 : ends.back()) + event.weight);
  for (int i = 0; i < kEvents && !fault_; ++i) {
    const auto which = std::upper_bound(ends.begin(), ends.end(), chance_.below(ends.back())) - ends.begin();
    (this->*events()[static_cast<std::size_t>(which)].happen)();
    check();
  }
  return fault_;
}

void Life::tell(std::string text) {
  const nanoseconds age = play_ ? elapsed(began_, play_->machine.truth) : 0s;
  story_.push_back(fmt::format("{:.1f} s: {}", in_seconds(age), std::move(text)));
}

void Life::check() {
  if (fault_) return;
  const StatusView status = play_->status();
  const nanoseconds error = magnitude(play_->error());
  const ServerState served = play_->served();
  const bool is_island = config_.is_island_reference && is_local_clock(served.stratum, served.reference_id);
  const auto find = [&](const char* what, nanoseconds allowed) {
    if (error <= saturated_sum(allowed, kRounding) || fault_) return;
    fault_ = fmt::format("{}: its error is {:.6f} s, the bound {:.6f} s; it follows \"{}\"", what,
                         in_seconds(error), in_seconds(allowed), status.source);
  };
  if (play_->is_synchronised() && !is_island) find("the root distance is too small", play_->root_distance());
  if (status.reliable) find("it is not reliable", config_.reliable_within.value);
  // What nothing vouches for may set the clock, but not more.
  if (status.bound && play_->hub->standing(play_->machine.mono).vouched)
    find("the stated bound is too small", status.bound->value);
  if (fault_) tell(*fault_);
}

void Life::begin() {
  play_->on_rtc_job = [this](const RtcJob& job) { do_rtc_job(job); };
  play_->on_asked = [this](Server&) { follow_world(); };
  // Among the first to be heard, a liar would be no minority.
  if (liar_) of_world(*liar_).off = 0s;
  liar_.reset();
  ask_servers();
  if (chip_) read_chip();
}

void Life::pass_in_parts(nanoseconds time) {
  const WallTime end = play_->machine.truth + time;
  while (play_->machine.truth < end && !fault_) {
    const WallTime before = play_->machine.truth;
    play_->pass(std::min<nanoseconds>(elapsed(play_->machine.truth, end), time / 7 + 1s));
    if (play_->machine.truth == before) fault_ = "the hub wakes again and again, and does nothing";
    check();
  }
}

void Life::live_on() {
  const nanoseconds time = chance_.between(1s, 3000s);
  tell(fmt::format("{:.3f} s pass", in_seconds(time)));
  pass_in_parts(time);
}

void Life::wait_a_little() {
  const nanoseconds time = chance_.between(10ms, 5s);
  tell(fmt::format("{:.3f} s pass", in_seconds(time)));
  play_->pass(time);
}

}  // namespace isletime::hub_play
