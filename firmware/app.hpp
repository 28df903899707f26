// SPDX-License-Identifier: MIT
// What an app is to a board's start-up code, which calls run() after board::start() and the constructors of
// static objects.
#pragma once

namespace isletime::firmware {

// Runs until board::is_to_stop(), and returns the exit status for board::stop().
int run();

}  // namespace isletime::firmware
