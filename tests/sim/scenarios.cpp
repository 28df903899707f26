// SPDX-License-Identifier: MIT
#include "tests/sim/scenarios.hpp"

#include <iterator>

namespace isletime::sim {

LinkModel even_link(Seconds base, Queue queue) {
  return {.base = base, .outward = queue, .homeward = queue};
}

Queue exponential(Seconds mean) {
  return {.kind = QueueKind::kExponential, .mean = mean};
}

std::vector<Scenario> all_scenarios() {
  std::vector<Scenario> all;
  for (auto* const make :
       {fixed_poll_scenarios, mismodelled_scenarios, adaptive_poll_scenarios, oscillator_scenarios,
        path_scenarios, calendar_scenarios, several_source_scenarios}) {
    auto some = make();
    all.insert(all.end(), std::make_move_iterator(some.begin()), std::make_move_iterator(some.end()));
  }
  return all;
}

}  // namespace isletime::sim
