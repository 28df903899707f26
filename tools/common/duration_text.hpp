// SPDX-License-Identifier: MIT
// Durations for people: "340 ns", "12.3 us", "1.234 ms", "5.000 s", "3 h 20 min", "412 days".
#pragma once

#include <string>

#include "libsync/core/time_types.hpp"

namespace isletime {

std::string duration_text(nanoseconds duration);  // not negative

}  // namespace isletime
