// SPDX-License-Identifier: MIT
// What an emulated machine offers the runner by semihosting: a console, and an exit status.
#pragma once

#include <string_view>

namespace isletime::machine {

void write(std::string_view text);
[[noreturn]] void exit(int status);

}  // namespace isletime::machine

// The start-up code calls this once memory and stack are set up.
extern "C" [[noreturn]] void run();
