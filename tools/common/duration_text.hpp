// SPDX-License-Identifier: MIT
// Durations for people.
#pragma once

#include <string>

#include "libsync/core/time_types.hpp"

namespace isletime {

// Returns "340 ns", "12.3 us", "1.234 ms", "5.000 s", "3 h 20 min" or "412 days". The duration must not be
// negative.
std::string duration_text(nanoseconds duration);

std::string signed_seconds(nanoseconds value);  // "+0.001000000"

}  // namespace isletime
