// SPDX-License-Identifier: MIT
// A time to wait, as people say it: "23 h 12 min", rounded up.
#pragma once

#include <algorithm>
#include <chrono>
#include <string>

#include <fmt/format.h>

#include "libsync/core/time_types.hpp"

namespace isletime {

inline std::string wait_text(nanoseconds wait) {
  const auto minutes = std::chrono::ceil<std::chrono::minutes>(std::max(wait, nanoseconds::zero()));
  const auto whole_hours = std::chrono::floor<std::chrono::hours>(minutes);
  const auto rest = (minutes - whole_hours).count();
  return whole_hours.count() == 0 ? fmt::format("{} min", rest)
                                  : fmt::format("{} h {} min", whole_hours.count(), rest);
}

}  // namespace isletime
