// SPDX-License-Identifier: MIT
// The model of a path between two clocks. Each way has its own delay, noise and load; there are losses and
// outages.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "tests/sim/oscillator.hpp"
#include "tests/sim/random.hpp"

namespace isletime::sim {

enum class QueueKind : std::uint8_t { kExponential, kNormal, kPareto, kGamma };

// The random delay that one way adds to its minimum.
struct Queue {
  QueueKind kind = QueueKind::kExponential;
  Seconds mean{};             // for kNormal the deviation, for kPareto the scale
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

// A standing queue: what it adds to the delay of each way, and the means of what it adds at random.
struct Episode {
  TrueTime from{};
  TrueTime until = TrueTime::max();
  nanoseconds period{};  // `from` and `until` are within each period; zero means that it happens once
  Seconds outward{};
  Seconds homeward{};
  Seconds outward_mean{};
  Seconds homeward_mean{};

  bool is_on(TrueTime now) const {
    const TrueTime then = period > nanoseconds::zero() ? now % period : now;
    return then >= from && then < until;
  }
};

// The link is up for the first part of each period.
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
  // The homeward queue alone grows by this factor during half of each period.
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
