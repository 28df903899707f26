// SPDX-License-Identifier: MIT
// Reads the one JSON object that driftlog fit --json prints of a source. Text that holds none, or more than
// one, is refused with what to do about it. The caller judges what its members say.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "libsync/core/result.hpp"
#include "libsync/record/json_value.hpp"

namespace isletime {

inline constexpr std::size_t kLargestFits = std::size_t{256} * 1024;  // bytes, several fits' too

// Error: a clause.
Result<JsonValue, std::string> parse_fit_object(std::string_view text);

// The member "source", as in the sample record; empty: there is none.
std::string fit_source(const JsonValue& fit);

// Sources of driftlog simulate begin with this: their records are trials, of no real clock.
inline constexpr std::string_view kSimulatedSource = "simulated:";

// Why a fit is not conclusive, by its member "verdict", and how long to log for where that is known:
// "concludes nothing (too-short): log for 86400 s in all"; empty: it is conclusive, or has no verdict.
std::string fit_reservation(const JsonValue& fit);

}  // namespace isletime
