// SPDX-License-Identifier: MIT
#include "firmware/kit/uptime.hpp"

#include "firmware/board.hpp"
#include "libsync/policy/tick_counter.hpp"

namespace isletime::firmware {
namespace {

TickExtender extender;

}  // namespace

MonoTime uptime() {
  return mono_time(extender.extend(board::ticks()), board::ticks_per_second());
}

// Extending to now first makes "less than half a wrap ago" hold also after a long sleep.
MonoTime uptime_at(std::uint32_t ticks) {
  extender.extend(board::ticks());
  return mono_time(extender.near(ticks), board::ticks_per_second());
}

}  // namespace isletime::firmware
