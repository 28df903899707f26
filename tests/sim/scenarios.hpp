// SPDX-License-Identifier: MIT
// The scenarios, by subject. Their bounds are 15 to 20 % above the measured values, and never above what is
// required of the hub.
#pragma once

#include <vector>

#include "tests/sim/scenario.hpp"

namespace isletime::sim {

inline constexpr Seconds kMillisecond{1e-3};
inline constexpr Seconds kMicrosecond{1e-6};
inline constexpr double kPpm = 1e-6;

std::vector<Scenario> fixed_poll_scenarios();       // 1 to 9: against the best known estimator
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

// Sets the bounds of a device in the foul scenarios that apply to one.
void set_device_bounds(std::vector<Scenario>& scenarios);

// Returns a day at polls 6 to 10 with a crystal that wanders by 1e-9; errors count from the fifth hour on.
// The hub may have half of chrony's error.
Scenario foul_day(int number, std::string_view name, LinkModel link, Chrony chrony);
// Sets the share of chrony's error that the hub may have.
Scenario at_most(double share, Scenario scenario);
LinkModel wide_area();        // 5 ms and 1 ms of queues each way
LinkModel local_area();       // 0.2 ms and 50 us
LinkModel near_local_area();  // 50 us and 10 us
// The errors are in microseconds.
Chrony chrony_had(double rms, std::optional<double> p99 = {}, std::optional<double> maximum = {});

// Returns a link with the same delay and queue in both directions.
LinkModel even_link(Seconds base, Queue queue);
Queue exponential(Seconds mean);

}  // namespace isletime::sim
