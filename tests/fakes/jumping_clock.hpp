// SPDX-License-Identifier: MIT
// How far jumping_clock.so moves a program's clock while it runs: the content of the file that the
// environment's JUMPING_CLOCK names.
#pragma once

#include <atomic>
#include <cstdint>

namespace isletime::fakes {

// Values are in nanoseconds.
struct ClockJump {
  std::atomic<std::int64_t> by{0};
  // Added to `by` as soon as the program reads a datagram, so that the datagram arrives after the jump.
  std::atomic<std::int64_t> by_before_next_arrival{0};
};

}  // namespace isletime::fakes
