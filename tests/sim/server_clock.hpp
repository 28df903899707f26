// SPDX-License-Identifier: MIT
// A server's clock: honest, or stepped at an instant, or drifting away from it, or now and then nonsense;
// fine or coarse.
#pragma once

#include <algorithm>

#include "tests/sim/oscillator.hpp"
#include "tests/sim/random.hpp"

namespace isletime::sim {

struct ServerClock {
  TrueTime wrong_from = TrueTime::max();
  TrueTime wrong_until = TrueTime::max();
  nanoseconds step{};
  double drift = 0.0;
  TrueTime drifts_until = TrueTime::max();  // what it has drifted by then stays
  nanoseconds tick{};                       // it counts these only; zero: it reads to the nanosecond
  // Of single replies while it is wrong: off by up to so much, either way.
  double garbled_chance = 0.0;
  nanoseconds garbled_by{};

  nanoseconds error(TrueTime now) const {
    if (!is_wrong(now)) return {};
    return step + rounded(drift * Seconds{std::min(now, drifts_until) - wrong_from});
  }

  // As it is read.
  WallTime shown(WallTime time) const {
    if (tick <= nanoseconds::zero()) return time;
    return time - time.time_since_epoch() % tick;
  }

  Dispersion precision() const { return {tick}; }

  bool is_wrong(TrueTime now) const { return now >= wrong_from && now < wrong_until; }

  nanoseconds garbling(TrueTime now, Random& random) const {
    if (!is_wrong(now) || !random.chance(garbled_chance)) return {};
    return rounded((2.0 * random.uniform() - 1.0) * Seconds{garbled_by});
  }
};

}  // namespace isletime::sim
