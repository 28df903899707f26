// SPDX-License-Identifier: MIT
#include "tests/sim/scenarios.hpp"

namespace isletime::sim {
namespace {

Scenario row(int number, std::string_view name, Seconds noise, double walk) {
  Scenario s{.number = number, .name = name};
  s.oscillator = {.frequency = 20e-6, .walk = walk};
  s.link = even_link(100 * kMicrosecond, exponential(noise));
  s.hub.owner = ServerOwner::kStranger;
  return s;
}

Scenario held(Scenario scenario, Seconds rms, double packets) {
  scenario.bounds.rms = rms;
  scenario.bounds.packets = packets;
  return scenario;
}

}  // namespace

// With a public server, the hub may have a third of chrony's error at its default polls, and may send three
// times the packets. chrony is assumed to poll every 1024 s where the noise is large relative to the walk,
// and every 256 s elsewhere.
std::vector<Scenario> adaptive_poll_scenarios() {
  return {
      held(row(30, "adaptive, noise 100 us, walk 1e-9", 100 * kMicrosecond, 1e-9), 34.5 * kMicrosecond, 294),
      held(row(31, "adaptive, noise 10 us, walk 1e-9", 10 * kMicrosecond, 1e-9), 3.7 * kMicrosecond, 1170),
      held(row(32, "adaptive, noise 2 ms, walk 1e-9", 2000 * kMicrosecond, 1e-9), 177 * kMicrosecond, 330),
      held(row(33, "adaptive, noise 100 us, walk 1e-8", 100 * kMicrosecond, 1e-8), 37.3 * kMicrosecond, 1170),
  };
}

}  // namespace isletime::sim
