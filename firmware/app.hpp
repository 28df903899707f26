// SPDX-License-Identifier: MIT
// The entry point of an app. A board's start-up code calls run() after board::start() and the constructors of
// static objects.
#pragma once

namespace isletime::firmware {

// Runs until board::is_to_stop(), and returns the exit status for board::stop().
int run();

}  // namespace isletime::firmware
