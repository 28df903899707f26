// SPDX-License-Identifier: MIT
// The one JSON object that driftlog fit --json prints of a source, for those who act on it: what is none,
// or is more than one, is refused with what to do about it. What its members say is for the caller to judge.
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

// Of a member "source", as in the sample record; empty: it says none.
std::string fit_source(const JsonValue& fit);

// What sources of driftlog simulate begin with: of a trial, and of no clock that there is.
inline constexpr std::string_view kSimulatedSource = "simulated:";

// What a member "verdict" other than "conclusive" says, and how long to log for where that is known:
// "concludes nothing (too-short): log for 86400 s in all"; empty: it concludes, or does not say.
std::string fit_reservation(const JsonValue& fit);

}  // namespace isletime
