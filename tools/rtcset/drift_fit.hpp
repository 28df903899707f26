// SPDX-License-Identifier: MIT
// How fast a battery clock gains on true time, as a fit over days of samples has it: JSON with drift_ppm and,
// where they are known, the ends of the interval that it lies in.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "libsync/core/result.hpp"

namespace isletime::rtcset {

inline constexpr std::size_t kLargestDriftFit = std::size_t{64} * 1024;  // bytes

// In parts per 10^9; positive: the clock runs too fast.
struct DriftFit {
  std::int64_t drift;
  std::optional<std::int64_t> width;  // of the interval
};

// Error: a clause, which names the member.
Result<DriftFit, std::string> parse_drift_fit(std::string_view json);

}  // namespace isletime::rtcset
