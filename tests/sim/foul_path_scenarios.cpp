// SPDX-License-Identifier: MIT
#include <chrono>

#include "tests/sim/scenarios.hpp"

namespace isletime::sim {
namespace {

using namespace std::chrono_literals;

Scenario with(Episode episode, Scenario s) {
  s.link.episodes = {episode};
  return s;
}

Scenario day(int number, std::string_view name, Chrony chrony) {
  return foul_day(number, name, wide_area(), chrony);
}

Scenario hours(nanoseconds duration, Scenario s) {
  s.duration = duration;
  return s;
}

Scenario at_polls(PollLimits poll, Scenario s) {
  s.hub.poll = poll;
  return s;
}

// The delay is longer from 24 h on until the end of a run of 48 h.
Scenario for_good(int number, std::string_view name, Seconds outward, Seconds homeward, Chrony chrony) {
  auto s = with({.from = 24h, .outward = outward, .homeward = homeward}, day(number, name, chrony));
  return hours(48h, s);
}

// Errors count only after the queue has gone.
Scenario begins_in_a_queue() {
  auto s = with({.until = 2h, .outward = 100 * kMillisecond, .outward_mean = 100 * kMillisecond},
                day(117, "start in 2 h of congestion", chrony_had(7090)));
  s.settling = 2h;
  return at_most(1.1, hours(210min, s));
}

Scenario lossy() {
  auto s = day(118, "30 % lost", chrony_had(710));
  s.link.loss = 0.3;
  return s;
}

Scenario heavy_tailed() {
  auto s = day(119, "Pareto delays", chrony_had(278));
  s.link.outward = {.kind = QueueKind::kPareto, .mean = kMillisecond / 2, .shape = 1.5};
  s.link.homeward = s.link.outward;
  return s;
}

Scenario cellular() {
  auto s = day(120, "cellular", chrony_had(2401, 5170, 5358));
  s = at_most(1.1, s);
  s.link.base = 25 * kMillisecond;
  s.link.outward = {.kind = QueueKind::kGamma, .mean = 10 * kMillisecond, .shape = 2};
  s.link.homeward = s.link.outward;
  s.link.outward.spike_chance = 0.5;
  s.link.outward.spike_least = 300 * kMillisecond;
  s.link.outward.spike_most = 300 * kMillisecond;
  s.link.episodes = {{.homeward = -5 * kMillisecond}};
  return s;
}

Scenario seldom() {
  auto s =
      at_polls({.min = 10, .max = 17}, day(121, "polls 10 to 17, 14 days", chrony_had(2123, 6678, 9946)));
  return hours(14 * 24h, s);
}

Scenario seldom_up() {
  auto s = day(122, "up 1200 s of 10'000 s", chrony_had(488));
  s.link = even_link(100 * kMicrosecond, exponential(100 * kMicrosecond));
  s.link.schedule = {.up = 1200s, .period = 10'000s};
  return s;
}

}  // namespace

std::vector<Scenario> foul_path_scenarios() {
  const Episode longer_home{.from = 3h, .until = 4h, .period = 4h, .homeward = 20 * kMillisecond};
  const Episode longer_out{.from = 6h, .until = 8h, .period = 8h, .outward = 20 * kMillisecond};
  const Episode last_half_hour{.from = 210min, .until = 4h, .period = 4h, .homeward = 20 * kMillisecond};
  const Episode bloat{.from = 6h,
                      .until = 12h,
                      .period = 12h,
                      .homeward = 100 * kMillisecond,
                      .homeward_mean = 100 * kMillisecond};
  const Episode both{
      .from = 90min, .until = 2h, .period = 2h, .outward = 5 * kMillisecond, .homeward = 5 * kMillisecond};
  return {
      at_polls({.min = 4, .max = 4},
               with(longer_home, day(110, "one way +20 ms, 1 h of 4, poll 4", chrony_had(167)))),
      with(longer_out, day(111, "one way +20 ms, 2 h of 8", chrony_had(722))),
      with(last_half_hour, day(112, "one way +20 ms, 30 min of 4 h", chrony_had(525, 1572, 1765))),
      with(bloat, day(113, "one way +100 ms, 6 h of 12", chrony_had(1030, 2660, 2743))),
      with(both, day(114, "both ways +5 ms, 30 min of 2 h", chrony_had(472, 1364, 1618))),
      for_good(115, "one way +10 ms for good", {}, 10 * kMillisecond, chrony_had(3021)),
      at_most(1.1, for_good(116, "one way -4 ms for good", -4 * kMillisecond, {}, chrony_had(1416))),
      for_good(123, "both ways +10 ms for good", 10 * kMillisecond, 10 * kMillisecond, chrony_had(1993)),
      begins_in_a_queue(),
      lossy(),
      heavy_tailed(),
      cellular(),
      seldom(),
      seldom_up(),
  };
}

}  // namespace isletime::sim
