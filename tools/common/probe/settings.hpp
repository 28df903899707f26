// SPDX-License-Identifier: MIT
// How a server is asked.
#pragma once

#include <optional>

#include "libsync/core/time_types.hpp"

namespace isletime::probe {

struct Settings {
  unsigned samples = 1;               // of a round
  nanoseconds interval = seconds{2};  // from query to query
  nanoseconds timeout = seconds{2};
  bool interleaved = false;
  std::optional<WallTime> era_pivot;  // see ClientConfig
};

}  // namespace isletime::probe
