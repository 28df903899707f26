// SPDX-License-Identifier: MIT
// The patterns of a button's LED. While all is well it blinks once at every 10 s boundary of the time, so
// that people see whether the buttons agree. The other patterns need no time, and are told apart at a glance.
#pragma once

#include <cstdint>
#include <optional>

#include "libsync/core/time_types.hpp"

namespace isletime {

enum class LedState : std::uint8_t {
  kJoining,  // no network yet: five flashes a second
  kUnset,    // the network is there, the time is not: a slow blink, on and off for half a second each
  kGood,     // a blink of 100 ms at every 10 s boundary
  kError,    // a press was lost or refused: two short flashes a second
};

struct Led {
  bool is_on;
  nanoseconds lasts;  // how long it stays so, in the state's pattern; always positive
};

// `time` is the served time now; without one kGood shows as kUnset.
Led led_at(LedState state, MonoTime now, std::optional<WallTime> time);

}  // namespace isletime
