// SPDX-License-Identifier: MIT
// What an emulated machine offers the runner, by semihosting: a console, and an end with a status.
#pragma once

#include <string_view>

namespace isletime::machine {

void write(std::string_view text);
[[noreturn]] void exit(int status);

}  // namespace isletime::machine

// Called by the start-up code once memory and stack are set up.
extern "C" [[noreturn]] void run();
