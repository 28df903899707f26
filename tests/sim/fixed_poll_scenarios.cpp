// SPDX-License-Identifier: MIT
#include "tests/sim/scenarios.hpp"

namespace isletime::sim {
namespace {

Scenario row(int number, std::string_view name, Seconds noise, double walk, std::int8_t poll, Seconds rms) {
  Scenario s{.number = number, .name = name};
  s.oscillator = {.frequency = 20e-6, .walk = walk};
  s.link = even_link(100 * kMicrosecond, exponential(noise));
  s.hub.poll = {.min = poll, .max = poll};
  s.bounds.rms = rms;
  return s;
}

}  // namespace

// The bounds are 15 % above the errors of a prototype, which were 1 to 10 % above the theoretical limit.
std::vector<Scenario> fixed_poll_scenarios() {
  return {
      row(1, "noise 100 us, walk 1e-9, poll 64 s", 100 * kMicrosecond, 1e-9, 6, 11.4 * kMicrosecond),
      row(2, "noise 100 us, walk 1e-9, poll 16 s", 100 * kMicrosecond, 1e-9, 4, 5.05 * kMicrosecond),
      row(3, "noise 10 us, walk 1e-9, poll 16 s", 10 * kMicrosecond, 1e-9, 4, 1.31 * kMicrosecond),
      row(4, "noise 2 ms, walk 1e-9, poll 16 s", 2000 * kMicrosecond, 1e-9, 4, 33.5 * kMicrosecond),
      row(5, "noise 100 us, walk 1e-8, poll 16 s", 100 * kMicrosecond, 1e-8, 4, 13.2 * kMicrosecond),
  };
}

}  // namespace isletime::sim
