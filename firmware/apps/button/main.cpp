// SPDX-License-Identifier: MIT
// The app "button": see button.hpp.
#include "firmware/app.hpp"
#include "firmware/apps/button/button.hpp"
#include "firmware/board.hpp"
#include "firmware/kit/uptime.hpp"

namespace isletime::firmware {

int run() {
  static Button button;
  while (!board::is_to_stop()) board::idle(button.turn());
  button.report(uptime());
  return 0;
}

}  // namespace isletime::firmware
