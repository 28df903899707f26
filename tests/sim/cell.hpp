// SPDX-License-Identifier: MIT
// A radio cell: a hub, and devices that follow it by exchanges and hear its broadcasts. Each device's packets
// take their own time; a broadcast frame reaches all of them at one instant, and each of them notices it a
// little later. Beside each device runs a client that sets its clock at every reply, as NTPClient and lwIP's
// sntp do.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "libsync/policy/device_clock.hpp"
#include "libsync/policy/device_follower.hpp"
#include "libsync/policy/tick_counter.hpp"
#include "tests/sim/link.hpp"
#include "tests/sim/oscillator.hpp"

namespace isletime::sim {

struct CellModel {
  LinkModel link{};             // of exchanges, and the homeward way of broadcasts
  double hearing = 30e-6;       // s: a device notices a frame late by the magnitude of a normal deviate
  double broadcast_loss = 0.0;  // of each device by itself
  std::optional<nanoseconds> broadcast_interval{};
  TrueTime hub_until = TrueTime::max();
  nanoseconds simple_interval = seconds{60};  // of the simple client
  double frequency = 40e-6;                   // devices are off by this to either side
  double walk = 1e-8;
};

// How the devices' clocks compare in a span of time: two of them with each other, and each with its bound.
struct CellResult {
  Seconds apart_p99{};         // of two devices
  Seconds simple_apart_p99{};  // of two simple clients
  Seconds error_p99{};
  Seconds bound_median{};
  double bound_holds = 0.0;  // share of the readings
  double packets_per_device = 0.0;
};

struct Span {
  TrueTime from;
  TrueTime until;
};

struct Seeds {
  int first = 1;
  int count = 1;
};

// Runs a pair of devices for each seed, and sums up all pairs.
std::vector<CellResult> run_cell(const CellModel& model, const std::vector<Span>& spans, Seeds seeds);

}  // namespace isletime::sim
