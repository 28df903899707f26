// SPDX-License-Identifier: MIT
// The experiments, by subject. Bounds are some 15 to 20 % above what was measured, and never above what is
// required of the hub.
#pragma once

#include <vector>

#include "tests/sim/scenario.hpp"

namespace isletime::sim {

inline constexpr Seconds kMillisecond{1e-3};
inline constexpr Seconds kMicrosecond{1e-6};
inline constexpr double kPpm = 1e-6;

std::vector<Scenario> fixed_poll_scenarios();      // 1 to 9: against the best that is known
std::vector<Scenario> mismodelled_scenarios();     // 10 to 29: noise that no member assumes
std::vector<Scenario> adaptive_poll_scenarios();   // 30 to 39
std::vector<Scenario> oscillator_scenarios();      // 40 to 49: temperature, jumps, steps, sleep
std::vector<Scenario> path_scenarios();            // 50 to 59: losses, load, outages
std::vector<Scenario> calendar_scenarios();        // 60 to 69: start, holdover, era, leap second
std::vector<Scenario> several_source_scenarios();  // 70 to 89: falsetickers, outages, bad answers

std::vector<Scenario> all_scenarios();

// What most of them start from: both ways alike.
LinkModel even_link(Seconds base, Queue queue);
Queue exponential(Seconds mean);

}  // namespace isletime::sim
