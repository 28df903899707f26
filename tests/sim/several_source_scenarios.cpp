// SPDX-License-Identifier: MIT
#include <chrono>
#include <utility>

#include "tests/sim/scenarios.hpp"

namespace isletime::sim {
namespace {

using namespace std::chrono_literals;

LinkModel noisy(Seconds mean) {
  return even_link(100 * kMicrosecond, exponential(mean));
}

// Several servers are polled every 64 s, or only the first one if `further` is empty.
Scenario row(int number, std::string_view name, Bounds bounds, std::vector<FurtherServer> further) {
  Scenario s{.number = number, .name = name};
  s.oscillator = {.frequency = 20 * kPpm, .walk = 1e-9};
  s.link = noisy(100 * kMicrosecond);
  s.further = std::move(further);
  s.hub.poll = {.min = 6, .max = 6};
  s.duration = 60'000s;
  s.settling = 10'000s;
  s.bounds = bounds;
  return s;
}

FurtherServer honest(Seconds noise = 100 * kMicrosecond, Tier tier = Tier::kNormal) {
  return {.link = noisy(noise), .clock = {}, .tier = tier};
}

FurtherServer wrong(ServerClock clock) {
  return {.link = noisy(100 * kMicrosecond), .clock = clock};
}

FurtherServer cut_off(FurtherServer server, Outage outage) {
  server.link.outage = outage;
  return server;
}

Scenario unequal() {
  auto s = row(70, "three honest, noise 20, 100, 1000 us", {.rms = 3.7 * kMicrosecond},
               {honest(), honest(kMillisecond)});
  s.link = noisy(20 * kMicrosecond);
  return s;
}

Scenario best_alone() {
  auto s = row(71, "the best of them alone", {.rms = 4.4 * kMicrosecond}, {});
  s.link = noisy(20 * kMicrosecond);
  return s;
}

Scenario preferred_dies() {
  auto s = row(78, "the preferred one dies and comes back",
               {.rms = 14.6 * kMicrosecond, .maximum = 90 * kMicrosecond},
               {honest(300 * kMicrosecond), honest(300 * kMicrosecond)});
  s.hub.tier = Tier::kPreferred;
  s.link.outage = {.from = 25'000s, .until = 45'000s};
  return s;
}

Scenario all_die() {
  const Outage outage{.from = 25'000s, .until = 40'000s};
  auto s = row(79, "all die and come back", {.rms = 1.6 * kMillisecond, .recovery = 27s},
               {cut_off(honest(), outage), cut_off(honest(), outage)});
  s.link.outage = outage;
  s.disturbance = {.at = 40'000s, .right_within = 200us};
  return s;
}

Scenario late() {
  auto s = row(80, "one of three answers 1.5 s late", {.rms = 8.3 * kMicrosecond}, {honest(), honest()});
  s.link.route_changes = {{.at = 30'000s, .longer_home = Seconds{1.5}}};
  return s;
}

Scenario garbled(int number, std::string_view name, Seconds rms, std::vector<FurtherServer> further) {
  auto s = row(number, name, {.rms = rms, .maximum = 50 * kMicrosecond}, std::move(further));
  s.server = {.wrong_from = 1000s, .garbled_chance = 0.1, .garbled_by = 365 * 24h};
  if (s.further.empty()) s.device = Bounds{.rms = 25 * kMicrosecond};
  return s;
}

// If the first reply were believed, the clock would be stepped to it, and the panic limit would prevent its
// return.
Scenario garbled_first() {
  // Three consecutive good replies must follow before the hub believes the server.
  auto s = row(83, "the very first answer is garbled", {.rms = 11.3 * kMicrosecond, .convergence = 14s}, {});
  s.server = {.wrong_from = 0s, .wrong_until = 2s, .garbled_chance = 1.0, .garbled_by = 365 * 24h};
  s.converged_within = 1ms;
  s.device = Bounds{.rms = 25 * kMicrosecond, .convergence = 10s};
  return s;
}

}  // namespace

std::vector<Scenario> several_source_scenarios() {
  const Bounds usual{.rms = 7.6 * kMicrosecond, .maximum = 35 * kMicrosecond};
  // A falseticker cannot be detected as long as its error is within the bound of a truechimer.
  const Bounds unseen{.rms = 8.9 * kMicrosecond, .maximum = 140 * kMicrosecond};
  const ServerClock liar{.wrong_from = 0s, .step = 100ms};
  return {
      unequal(),
      best_alone(),
      row(72, "one of three 0.5 s off", usual, {honest(), wrong({.wrong_from = 0s, .step = 500ms})}),
      row(73, "one of three steps 0.2 s", usual, {honest(), wrong({.wrong_from = 30'000s, .step = 200ms})}),
      row(74, "one of three drifts 1 ppm", unseen, {honest(), wrong({.wrong_from = 30'000s, .drift = kPpm})}),
      row(75, "two of five lie together", usual, {honest(), honest(), wrong(liar), wrong(liar)}),
      row(76, "two of five begin to lie together", usual,
          {honest(), honest(), wrong({.wrong_from = 30'000s, .step = 100ms}),
           wrong({.wrong_from = 30'000s, .step = 100ms})}),
      row(77, "one vanishes, another answers for it", usual,
          {honest(),
           cut_off(wrong({.wrong_from = 30'000s, .step = 300ms}), {.from = 25'000s, .until = 35'000s})}),
      preferred_dies(),
      all_die(),
      late(),
      garbled(81, "every tenth answer up to a year off", 11.3 * kMicrosecond, {}),
      garbled(82, "the same, one of three", 7.1 * kMicrosecond, {honest(), honest()}),
      garbled_first(),
  };
}

}  // namespace isletime::sim
