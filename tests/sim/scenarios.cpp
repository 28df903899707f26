// SPDX-License-Identifier: MIT
#include "tests/sim/scenarios.hpp"

#include <chrono>
#include <iterator>
#include <utility>

namespace isletime::sim {

LinkModel even_link(Seconds base, Queue queue) {
  return {.base = base, .outward = queue, .homeward = queue};
}

Queue exponential(Seconds mean) {
  return {.kind = QueueKind::kExponential, .mean = mean};
}

Scenario foul_day(int number, std::string_view name, LinkModel link, Chrony chrony) {
  Scenario s{.number = number, .name = name};
  s.oscillator = {.frequency = 20 * kPpm, .walk = 1e-9};
  s.link = std::move(link);
  s.hub.poll = {};
  s.duration = std::chrono::hours{24};
  s.settling = std::chrono::hours{4};
  s.chrony = chrony;
  return at_most(0.5, s);
}

Scenario at_most(double share, Scenario s) {
  const auto& chrony = *s.chrony;
  s.bounds.rms = share * chrony.rms;
  if (chrony.p99) s.bounds.p99 = share * *chrony.p99;
  return s;
}

LinkModel wide_area() {
  return even_link(5 * kMillisecond, exponential(kMillisecond));
}

LinkModel local_area() {
  return even_link(200 * kMicrosecond, exponential(50 * kMicrosecond));
}

LinkModel near_local_area() {
  return even_link(50 * kMicrosecond, exponential(10 * kMicrosecond));
}

Chrony chrony_had(double rms, std::optional<double> p99, std::optional<double> maximum) {
  const auto micro = [](double value) { return value * kMicrosecond; };
  Chrony had{.rms = micro(rms)};
  if (p99) had.p99 = micro(*p99);
  if (maximum) had.maximum = micro(*maximum);
  return had;
}

std::vector<Scenario> all_scenarios() {
  std::vector<Scenario> all;
  for (auto* const make : {fixed_poll_scenarios, mismodelled_scenarios, adaptive_poll_scenarios,
                           oscillator_scenarios, path_scenarios, calendar_scenarios, several_source_scenarios,
                           foul_oscillator_scenarios, foul_path_scenarios, foul_server_scenarios}) {
    auto some = make();
    all.insert(all.end(), std::make_move_iterator(some.begin()), std::make_move_iterator(some.end()));
  }
  set_device_bounds(all);
  return all;
}

}  // namespace isletime::sim
