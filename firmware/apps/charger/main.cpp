// SPDX-License-Identifier: MIT
// The app "charger": see charger.hpp.
#include "firmware/app.hpp"
#include "firmware/apps/charger/charger.hpp"
#include "firmware/board.hpp"
#include "firmware/kit/uptime.hpp"

namespace isletime::firmware {

int run() {
  static Charger charger;
  while (!board::is_to_stop()) board::idle(charger.turn());
  charger.report(uptime());
  return 0;
}

}  // namespace isletime::firmware
