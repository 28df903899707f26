// SPDX-License-Identifier: MIT
// The functions that Arduino's cores for the two chips offer in different ways.
#pragma once

#include <cstdint>
#include <string_view>

#include "firmware/board.hpp"

namespace isletime::chip {

std::string_view name();
void start();  // before the radio is on
// Its file system; a blank one is formatted.
bool mount_storage();
std::uint32_t random();
std::uint16_t light(int reading);  // from analogRead() to 0..4095
board::StackUse stack_use();

// Switches the radio on as a station that never sleeps, and lwIP with it.
void start_station(const char* hostname);
// lwIP's callbacks and the main loop must not run at the same time. The main loop owns lwIP from
// start_interface() on, except between these two; then the callbacks run.
void release_network();
void own_network();

}  // namespace isletime::chip
