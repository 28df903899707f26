// SPDX-License-Identifier: MIT
// The model of a server's clock. It is right, or from some instant on it is stepped, drifts, or at times
// replies with a garbled time; its resolution may be coarse.
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
  TrueTime drifts_until = TrueTime::max();  // the error stays as it is then
  nanoseconds tick{};                       // resolution; zero means a nanosecond
  // While the clock is wrong, this share of the replies is off by up to `garbled_by`, either way.
  double garbled_chance = 0.0;
  nanoseconds garbled_by{};

  nanoseconds error(TrueTime now) const {
    if (!is_wrong(now)) return {};
    return step + rounded(drift * Seconds{std::min(now, drifts_until) - wrong_from});
  }

  // Returns the clock's reading.
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
