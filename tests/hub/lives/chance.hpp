// SPDX-License-Identifier: MIT
// Random numbers that are the same for the same seed, with every compiler and library.
#pragma once

#include <cmath>
#include <cstdint>
#include <random>
#include <span>

#include "libsync/hub/discipline/free_time.hpp"

namespace isletime::hub_play {

class Chance {
 public:
  explicit Chance(std::uint64_t seed) : engine_(seed) {}

  // Returns a number from 0 to `end` - 1.
  int below(int end) { return static_cast<int>(engine_() % static_cast<std::uint64_t>(end)); }
  bool one_in(int number) { return below(number) == 0; }
  template <class Item>
  const Item& one_of(std::span<const Item> items) {
    return items[static_cast<std::size_t>(below(static_cast<int>(items.size())))];
  }
  // Returns a number from 0 to 1.
  double share() { return static_cast<double>(engine_() >> 11) * 0x1p-53; }
  double within(double bound) { return (2 * share() - 1) * bound; }
  nanoseconds within(nanoseconds bound) { return rounded(Seconds{bound} * within(1.0)); }
  // All orders of magnitude between the two are equally likely.
  nanoseconds between(nanoseconds least, nanoseconds most) {
    const double ratio = static_cast<double>(most.count()) / static_cast<double>(least.count());
    return rounded(Seconds{least} * std::pow(ratio, share()));
  }
  // The same with either sign.
  nanoseconds of_either_sign(nanoseconds least, nanoseconds most) {
    return one_in(2) ? between(least, most) : -between(least, most);
  }

 private:
  std::mt19937_64 engine_;
};

}  // namespace isletime::hub_play
