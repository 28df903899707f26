// SPDX-License-Identifier: MIT
// The limits of requests on sntpd's control socket. sntpctl checks them before it sends a request, and sntpd
// before it executes one.
#pragma once

#include "libsync/core/time_types.hpp"

namespace isletime {

inline constexpr unsigned kMostActivityLines = 500;
inline constexpr Ppm kMostRateError = Ppm::whole(500);  // the range of the kernel's fine adjustment

}  // namespace isletime
