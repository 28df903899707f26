// SPDX-License-Identifier: MIT
// A battery clock's drift from true time, as a fit over days of samples states it: JSON with drift_ppm and,
// if they are known, the ends of its confidence interval.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "libsync/core/result.hpp"
#include "tools/common/battery_clock/fault.hpp"

namespace isletime::rtcset {

// In parts per 10^9; if positive, the clock is fast.
struct DriftFit {
  std::int64_t drift;
  std::optional<std::int64_t> width;  // of the interval
  bool is_simulated = false;          // a fit of a simulated clock, for a trial run
};

// The error is one clause. If the fit names its source, that must be a battery clock or simulated; if it has
// a verdict, that must be conclusive.
Result<DriftFit, battery_clock::Fault> parse_drift_fit(std::string_view json);

}  // namespace isletime::rtcset
