// SPDX-License-Identifier: MIT
// When this image was built, or SOURCE_DATE_EPOCH for builds that can be repeated. The true time is later.
#pragma once

#include "libsync/core/time_types.hpp"

namespace isletime::firmware {

WallTime build_time();

}  // namespace isletime::firmware
