// SPDX-License-Identifier: MIT
#include <optional>

#include "tests/sim/scenarios.hpp"

namespace isletime::sim {
namespace {

Scenario row(int number, std::string_view name, Queue queue, double walk, Seconds rms,
             std::optional<Seconds> device = {}) {
  Scenario s{.number = number, .name = name};
  s.oscillator = {.frequency = 20e-6, .walk = walk};
  s.link = even_link(5 * kMillisecond, queue);
  s.hub.poll = {.min = 6, .max = 6};
  s.bounds.rms = rms;
  if (device) s.device = Bounds{.rms = device};
  return s;
}

Queue normal(Seconds deviation) {
  return {.kind = QueueKind::kNormal, .mean = deviation};
}

Queue pareto(Seconds mean) {
  constexpr double kShape = 1.5;
  return {.kind = QueueKind::kPareto, .mean = mean * (kShape - 1.0), .shape = kShape};
}

Queue congested(Queue queue) {
  queue.congestion_chance = 0.3;
  queue.congestion_mean = 10 * queue.mean;
  return queue;
}

Scenario unequal_noise() {
  auto s =
      row(18, "noise up to down 10:1", exponential(kMillisecond), 1e-9, 40 * kMicrosecond, 98 * kMicrosecond);
  s.link.homeward = exponential(kMillisecond / 10);
  return s;
}

Scenario longer_route() {
  auto s = row(20, "route 5 ms longer in mid-run", exponential(kMillisecond), 1e-9, 62 * kMicrosecond,
               165 * kMicrosecond);
  s.link.route_changes = {{.at = seconds{70'000}, .longer = 5 * kMillisecond}};
  return s;
}

}  // namespace

std::vector<Scenario> mismodelled_scenarios() {
  const Queue usual = exponential(kMillisecond);
  return {
      row(10, "noise 1 ms, walk 1e-10", usual, 1e-10, 18.6 * kMicrosecond, 95 * kMicrosecond),
      row(11, "noise 1 ms, walk 1e-9", usual, 1e-9, 43 * kMicrosecond, 94 * kMicrosecond),
      row(12, "noise 1 ms, walk 1e-8", usual, 1e-8, 113 * kMicrosecond, 111 * kMicrosecond),
      row(13, "noise 1 ms, walk 1e-7", usual, 1e-7, 295 * kMicrosecond),
      row(14, "normal noise 1 ms, walk 1e-10", normal(kMillisecond), 1e-10, 91 * kMicrosecond),
      row(15, "normal noise 1 ms, walk 1e-9", normal(kMillisecond), 1e-9, 160 * kMicrosecond,
          555 * kMicrosecond),
      row(16, "normal noise 1 ms, walk 1e-8", normal(kMillisecond), 1e-8, 292 * kMicrosecond),
      row(17, "normal noise 1 ms, walk 1e-7", normal(kMillisecond), 1e-7, 520 * kMicrosecond),
      unequal_noise(),
      row(19, "Pareto noise 1.5, mean 1 ms", pareto(kMillisecond), 1e-9, 23 * kMicrosecond,
          53 * kMicrosecond),
      longer_route(),
      row(21, "both ways congested, 30 %", congested(usual), 1e-9, 60.5 * kMicrosecond, 123 * kMicrosecond),
  };
}

}  // namespace isletime::sim
