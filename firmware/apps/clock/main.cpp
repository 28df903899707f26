// SPDX-License-Identifier: MIT
// The app "clock": see clock.hpp.
#include "firmware/app.hpp"
#include "firmware/apps/clock/clock.hpp"
#include "firmware/board.hpp"
#include "firmware/kit/uptime.hpp"

namespace isletime::firmware {

int run() {
  static Clock clock;
  while (!board::is_to_stop()) board::idle(clock.turn());
  clock.report(uptime());
  return 0;
}

}  // namespace isletime::firmware
