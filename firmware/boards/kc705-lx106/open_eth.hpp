// SPDX-License-Identifier: MIT
// The OpenCores Ethernet MAC (its specification, revision 1.7) as QEMU's kc705 board has it, with 16 KiB of
// memory of its own, in which frames wait. An interrupt stamps their arrival. Every wait is bounded.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "firmware/board.hpp"

namespace isletime::board::open_eth {

void start(const std::array<std::uint8_t, 6>& mac);
bool is_link_up();
bool send(Bytes frame);
std::optional<Frame> receive(MutableBytes buffer);
bool has_frame();
// Called by the board's interrupt, whatever it came from.
void interrupt(std::uint32_t now);

}  // namespace isletime::board::open_eth
