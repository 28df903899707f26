// SPDX-License-Identifier: MIT
// The limits of requests on sntpd's control socket, which sntpctl checks before it asks and sntpd before it
// obeys.
#pragma once

#include "libsync/core/time_types.hpp"

namespace isletime {

inline constexpr unsigned kMostActivityLines = 500;
inline constexpr Ppm kMostRateError = Ppm::whole(500);  // more, and no kernel could steer the clock

}  // namespace isletime
