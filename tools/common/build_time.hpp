// SPDX-License-Identifier: MIT
// The build time of this program. A clock that reads less is certainly wrong.
#pragma once

#include "libsync/core/time_types.hpp"

namespace isletime {

WallTime build_time();

}  // namespace isletime
