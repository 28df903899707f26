// SPDX-License-Identifier: MIT
// The stack of the linker script, filled with a pattern at the start, so that its greatest depth can be told.
#pragma once

#include <cstdint>

#include "firmware/board.hpp"

extern "C" std::uint32_t stack_lowest[], stack_top[];  // of the linker script

namespace isletime::board {

void paint_stack();
// Ends the program if the stack has used its last word: what lies below may be damaged.
void check_stack();

}  // namespace isletime::board
