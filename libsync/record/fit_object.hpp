// SPDX-License-Identifier: MIT
// Reads the one JSON object that driftlog fit --json prints for a source. Text with no object or more than
// one is refused with advice. The caller judges the members' values.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "libsync/core/result.hpp"
#include "libsync/record/json_value.hpp"

namespace isletime {

inline constexpr std::size_t kLargestFits = std::size_t{256} * 1024;  // bytes, also for several fits

// An error is a clause.
Result<JsonValue, std::string> parse_fit_object(std::string_view text);

// Returns the member "source", as in the sample record, or an empty text.
std::string fit_source(const JsonValue& fit);

// Sources of driftlog simulate begin with this: their records are trials, not of a real clock.
inline constexpr std::string_view kSimulatedSource = "simulated:";

// Returns why a fit is not conclusive, by its member "verdict", and if known for how long to log: "concludes
// nothing (too-short): log for 86400 s in all". Returns an empty text if it is conclusive, or has no verdict.
std::string fit_reservation(const JsonValue& fit);

}  // namespace isletime
