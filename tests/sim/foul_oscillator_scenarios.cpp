// SPDX-License-Identifier: MIT
#include <chrono>

#include "tests/sim/scenarios.hpp"

namespace isletime::sim {
namespace {

using namespace std::chrono_literals;

Scenario jump(int number, std::string_view name, LinkModel link, double ppm, Chrony chrony) {
  auto s = foul_day(number, name, std::move(link), chrony);
  s.oscillator.frequency_jumps = {{.at = 12h, .by = ppm * kPpm}};
  s.surprises = {{.at = 12h}};
  return s;
}

// The frequency is another one for 6 h of a run of 48 h.
Scenario there_and_back(int number, std::string_view name, PollLimits poll, Chrony chrony) {
  auto s = foul_day(number, name, wide_area(), chrony);
  s.oscillator.frequency_jumps = {{.at = 24h, .by = 20 * kPpm}, {.at = 30h, .by = -20 * kPpm}};
  s.surprises = {{.at = 24h}, {.at = 30h}};
  s.hub.poll = poll;
  s.duration = 48h;
  return s;
}

Scenario ramp(int number, std::string_view name, LinkModel link, Chrony chrony) {
  auto s = foul_day(number, name, std::move(link), chrony);
  s.oscillator.ramps = {{.at = 12h, .over = 300s, .by = 20 * kPpm}};
  s.surprises = {{.at = 12h, .lasting = 300s}};
  return s;
}

Scenario at_near_polls(Scenario s) {
  s.hub.poll = {.min = 4, .max = 6};
  return s;
}

Scenario wandering(int number, std::string_view name, double walk, Chrony chrony) {
  auto s = foul_day(number, name, wide_area(), chrony);
  s.oscillator.walk = walk;
  return s;
}

Scenario heater() {
  auto s = foul_day(103, "heater of 8 ppm each 6 h", wide_area(), chrony_had(3572, 14'649, 16'940));
  s.oscillator.heater = {.by = 8 * kPpm, .time_constant = 600s, .on = 6h, .period = 12h};
  return s;
}

Scenario pulses() {
  auto s = foul_day(104, "50 ppm for 60 s each 2 h", wide_area(), chrony_had(1100, 2849, 3237));
  s.oscillator.heater = {.by = 50 * kPpm, .time_constant = 0s, .on = 60s, .period = 2h};
  s.bounds.p99 = 1.1 * *s.chrony->p99;
  for (TrueTime at = 2h; at < s.duration; at += 2h) s.surprises.push_back({.at = at, .lasting = 60s});
  return s;
}

Scenario stepped_to_and_fro() {
  auto s = foul_day(105, "stepped by 0.8 ms each 10 min", wide_area(), chrony_had(1454, 3618, 4391));
  nanoseconds by = 800us;
  for (TrueTime at = 10min; at < s.duration; at += 10min, by = -by) {
    s.oscillator.phase_steps.push_back({.at = at, .by = by});
    s.surprises.push_back({.at = at});
  }
  return s;
}

Scenario far_from_nominal() {
  auto s = foul_day(106, "start with a crystal 500 ppm off", local_area(), chrony_had(6));
  s.oscillator.frequency = -500 * kPpm;
  return at_most(1.1, at_near_polls(s));
}

// The saved frequency is wrong, as after a new TSC calibration or a move to another host.
Scenario another_crystal() {
  auto s = foul_day(107, "a saved rate is now 30 ppm off", local_area(), chrony_had(137));
  s.hub.saved_frequency = {.value = -10 * kPpm, .deviation = 0.5 * kPpm};
  s.settling = 0s;
  s.initial_error = 0s;
  return s;
}

Scenario three_at_once() {
  auto s = jump(108, "LAN, three servers, 50 ppm", local_area(), 50, chrony_had(825));
  s.further = {{.link = local_area()}, {.link = local_area()}};
  return s;
}

}  // namespace

std::vector<Scenario> foul_oscillator_scenarios() {
  return {
      jump(90, "LAN, rate jumps by 20 ppm", local_area(), 20, chrony_had(369, 391, 7311)),
      jump(91, "LAN, by 50 ppm", local_area(), 50, chrony_had(911)),
      jump(92, "LAN, by 100 ppm", local_area(), -100, chrony_had(4819, 15'315, 77'697)),
      jump(93, "LAN, by 500 ppm", local_area(), 500, chrony_had(9195)),
      at_near_polls(jump(94, "near LAN, by 20 ppm", near_local_area(), 20, chrony_had(33, 17, 1317))),
      at_near_polls(jump(95, "near LAN, by 100 ppm", near_local_area(), -100, chrony_had(142, 17, 5615))),
      there_and_back(96, "WAN, 20 ppm there and back", {}, chrony_had(2612, 15'321, 30'325)),
      at_most(1.1,
              there_and_back(97, "the same at poll 6", {.min = 6, .max = 6}, chrony_had(250, 701, 5344))),
      ramp(98, "LAN, 20 ppm in 300 s", local_area(), chrony_had(244, 343, 4588)),
      ramp(99, "WAN, 20 ppm in 300 s", wide_area(), chrony_had(2992, 21'370, 28'898)),
      wandering(100, "WAN, nothing else", 1e-9, chrony_had(415, 1145, 1202)),
      wandering(101, "WAN, wander 1e-7", 1e-7, chrony_had(1718)),
      at_most(1.1, wandering(102, "WAN, wander 1e-6", 1e-6, chrony_had(1384))),
      heater(),
      pulses(),
      stepped_to_and_fro(),
      far_from_nominal(),
      another_crystal(),
      three_at_once(),
  };
}

}  // namespace isletime::sim
