// SPDX-License-Identifier: MIT
// The SMSC LAN9118 Ethernet controller (its datasheet, sections 3 and 5) on the MPS2 board. Frames wait in
// the chip's own memory; an interrupt stamps their arrival. Every wait for the chip is bounded.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "firmware/board.hpp"

namespace isletime::board::lan9118 {

// Returns false if the chip does not answer; then it sends and receives nothing.
bool start();
std::array<std::uint8_t, 6> mac_address();
bool is_link_up();
bool send(Bytes frame);
std::optional<Frame> receive(MutableBytes buffer);
bool has_frame();

}  // namespace isletime::board::lan9118
