// SPDX-License-Identifier: MIT
// Moves a program's clock while it runs with jumping_clock.so: the content of the file that its environment's
// JUMPING_CLOCK names.
#pragma once

#include <atomic>
#include <cstdint>

namespace isletime::fakes {

// Nanoseconds.
struct ClockJump {
  std::atomic<std::int64_t> by{0};
  // Added to `by` as soon as the program reads a datagram, which then arrives after the jump.
  std::atomic<std::int64_t> by_before_next_arrival{0};
};

}  // namespace isletime::fakes
