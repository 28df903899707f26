// SPDX-License-Identifier: MIT
// A path between two clocks: each way its own delay, noise and load; losses and outages.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "tests/sim/oscillator.hpp"
#include "tests/sim/random.hpp"

namespace isletime::sim {

enum class QueueKind : std::uint8_t { kExponential, kNormal, kPareto, kGamma };

// What one way adds to its least delay.
struct Queue {
  QueueKind kind = QueueKind::kExponential;
  Seconds mean{};             // kNormal: its deviation; kPareto: its scale
  double shape = 1.5;         // kPareto; kGamma: a whole number
  double spike_chance = 0.0;  // of an additional delay, uniform from spike_least to spike_most
  Seconds spike_least{};
  Seconds spike_most{};
  double congestion_chance = 0.0;  // of an additional exponential delay
  Seconds congestion_mean{};
};

struct RouteChange {
  TrueTime at{};
  Seconds longer{};       // each way
  Seconds longer_home{};  // homeward only
};

// A queue that stands for a while: what it adds to each way, and what more to each packet at random.
struct Episode {
  TrueTime from{};
  TrueTime until = TrueTime::max();
  nanoseconds period{};  // zero: once; else as `from` and `until` say within each period
  Seconds outward{};
  Seconds homeward{};
  Seconds outward_mean{};
  Seconds homeward_mean{};

  bool is_on(TrueTime now) const {
    const TrueTime then = period > nanoseconds::zero() ? now % period : now;
    return then >= from && then < until;
  }
};

// Up for the first part of each period.
struct Schedule {
  nanoseconds up = seconds{1};
  nanoseconds period = seconds{1};
};

struct Outage {
  TrueTime from{};
  TrueTime until = TrueTime::max();
};

struct LinkModel {
  Seconds base{};  // each way
  Queue outward{};
  Queue homeward{};
  double loss = 0.0;  // of a round trip
  std::optional<Schedule> schedule{};
  std::optional<Outage> outage{};
  std::vector<RouteChange> route_changes{};
  std::vector<Episode> episodes{};
  // Busy half of each period: the homeward queue alone grows by this factor.
  double load_factor = 1.0;
  nanoseconds load_period = seconds{7200};
};

class Link {
 public:
  Link(LinkModel model, Random random);

  bool is_up(TrueTime now) const;
  bool loses() { return random_.chance(model_.loss); }
  nanoseconds outward(TrueTime now);
  nanoseconds homeward(TrueTime now);

 private:
  Seconds delay(const Queue& queue, TrueTime now, double factor);
  Seconds added(Seconds standing, Seconds mean);

  LinkModel model_;
  Random random_;
};

}  // namespace isletime::sim
