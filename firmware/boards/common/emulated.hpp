// SPDX-License-Identifier: MIT
// The boards under QEMU have this in common: settings, randomness and the saved record from the host, and a
// console whose received bytes are presses ('p') and the request to stop ('q'). The lines on the console
// that tests read are "led 1", "led 0" and "display" with the frame in hexadecimal digits. Settings follow
// QEMU's -append, as "hub=10.0.2.2 web-port=18080"; tests/firmware/emulated.py has the whole command lines.
#pragma once

#include <cstdint>

namespace isletime::board {

void start_emulated();
// Called in the receive interrupt, with the count at which it came.
void take_console_byte(std::uint8_t byte, std::uint32_t ticks);
bool has_console_event();  // that the main loop has not seen

}  // namespace isletime::board
