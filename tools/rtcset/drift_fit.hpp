// SPDX-License-Identifier: MIT
// How fast a battery clock gains on true time, as a fit over days of samples has it: JSON with drift_ppm and,
// where they are known, the ends of the interval that it lies in.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "libsync/core/result.hpp"
#include "tools/common/battery_clock/fault.hpp"

namespace isletime::rtcset {

// In parts per 10^9; positive: the clock runs too fast.
struct DriftFit {
  std::int64_t drift;
  std::optional<std::int64_t> width;  // of the interval
  bool is_simulated = false;          // of no clock that there is: for a trial
};

// Error: one clause. Where the source of the fit is given, it is a battery clock's, or simulated; where a
// verdict is, it is conclusive.
Result<DriftFit, battery_clock::Fault> parse_drift_fit(std::string_view json);

}  // namespace isletime::rtcset
