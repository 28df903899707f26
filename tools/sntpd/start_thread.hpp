// SPDX-License-Identifier: MIT
// Starts a thread, which the system may refuse: then the caller reports it, does without, and tries again
// later.
#pragma once

#include <functional>
#include <string>
#include <thread>

#include "libsync/core/result.hpp"

namespace isletime::sntpd {

// No signal interrupts the thread. An error is a clause that says why it failed and what to do.
Result<std::thread, std::string> start_thread(std::function<void()> body);

}  // namespace isletime::sntpd
