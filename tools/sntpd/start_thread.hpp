// SPDX-License-Identifier: MIT
// A thread that the system may have no room for: then its caller says so, does without, and tries again
// later.
#pragma once

#include <functional>
#include <string>
#include <thread>

#include "libsync/core/result.hpp"

namespace isletime::sntpd {

// No signal interrupts it. Error: why there is none and what to do, as a clause.
Result<std::thread, std::string> start_thread(std::function<void()> body);

}  // namespace isletime::sntpd
