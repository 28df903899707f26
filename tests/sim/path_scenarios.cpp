// SPDX-License-Identifier: MIT
#include <chrono>

#include "tests/sim/scenarios.hpp"

namespace isletime::sim {
namespace {

using namespace std::chrono_literals;

Scenario row(int number, std::string_view name, Seconds noise, Seconds rms, Seconds device) {
  Scenario s{.number = number, .name = name};
  s.oscillator = {.frequency = 20e-6, .walk = 1e-9};
  s.link = even_link(100 * kMicrosecond, exponential(noise));
  s.hub.poll = {.min = 6, .max = 6};
  s.bounds.rms = rms;
  s.device = Bounds{.rms = device};
  return s;
}

Scenario wifi() {
  auto s = row(50, "Wi-Fi, 5 % spikes to 50 ms", 2 * kMillisecond, 176 * kMicrosecond, 188 * kMicrosecond);
  s.oscillator = {.frequency = 40e-6, .walk = 1e-8};
  for (Queue* queue : {&s.link.outward, &s.link.homeward}) {
    queue->spike_chance = 0.05;
    queue->spike_most = 50 * kMillisecond;
  }
  return s;
}

Scenario loaded() {
  auto s = row(51, "one way 20 times as busy by the hour", 100 * kMicrosecond, 14.5 * kMicrosecond,
               78 * kMicrosecond);
  s.link.load_factor = 20.0;
  return s;
}

Scenario lossy() {
  auto s = row(52, "33 % lost", 100 * kMicrosecond, 15 * kMicrosecond, 34 * kMicrosecond);
  s.link.loss = 0.33;
  return s;
}

Scenario seldom_up() {
  auto s = row(53, "up 1200 s of 10'000 s", 100 * kMicrosecond, 292 * kMicrosecond, 515 * kMicrosecond);
  s.link.schedule = {.up = 1200s, .period = 10'000s};
  s.hub.poll = {};
  s.duration = 200'000s;
  return s;
}

Scenario island() {
  auto s = row(54, "up 30 min in 6.5 h", kMillisecond, 1.3 * kMillisecond, 1.8 * kMillisecond);
  s.link.schedule = {.up = 30min, .period = 390min};
  s.hub.poll = {};
  s.duration = 96h;
  s.settling = 780min;
  return s;
}

}  // namespace

std::vector<Scenario> path_scenarios() {
  return {wifi(), loaded(), lossy(), seldom_up(), island()};
}

}  // namespace isletime::sim
