// SPDX-License-Identifier: MIT
// When this program was made: a clock that reads less is certainly wrong.
#pragma once

#include "libsync/core/time_types.hpp"

namespace isletime {

WallTime build_time();

}  // namespace isletime
