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

std::vector<Scenario> fixed_poll_scenarios();       // 1 to 9: against the best that is known
std::vector<Scenario> mismodelled_scenarios();      // 10 to 29: noise that no member assumes
std::vector<Scenario> adaptive_poll_scenarios();    // 30 to 39
std::vector<Scenario> oscillator_scenarios();       // 40 to 49: temperature, jumps, steps, sleep
std::vector<Scenario> path_scenarios();             // 50 to 59: losses, load, outages
std::vector<Scenario> calendar_scenarios();         // 60 to 69: start, holdover, era, leap second
std::vector<Scenario> several_source_scenarios();   // 70 to 89: falsetickers, outages, bad answers
std::vector<Scenario> foul_oscillator_scenarios();  // 90 to 109: a crystal that jumps, heats up, is moved
std::vector<Scenario> foul_path_scenarios();        // 110 to 129: queues that stand, routes, bad links
std::vector<Scenario> foul_server_scenarios();      // 130 to 149: coarse, smearing, several of them

std::vector<Scenario> all_scenarios();

// What the foul ones, as far as a device meets them, hold it to.
void set_device_bounds(std::vector<Scenario>& scenarios);

// Of the foul ones: a day at polls 6 to 10 of a crystal that wanders by 1e-9, from the fifth hour on.
// It is held to half of chrony's error.
Scenario foul_day(int number, std::string_view name, LinkModel link, Chrony chrony);
// And then to that share of it.
Scenario at_most(double share, Scenario scenario);
LinkModel wide_area();        // 5 ms and 1 ms of queues each way
LinkModel local_area();       // 0.2 ms and 50 us
LinkModel near_local_area();  // 50 us and 10 us
// In microseconds.
Chrony chrony_had(double rms, std::optional<double> p99 = {}, std::optional<double> maximum = {});

// What most of them start from: both ways alike.
LinkModel even_link(Seconds base, Queue queue);
Queue exponential(Seconds mean);

}  // namespace isletime::sim
