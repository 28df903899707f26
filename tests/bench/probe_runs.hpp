// SPDX-License-Identifier: MIT
// Runs ntpprobe as its users do: a process from start to end.
#pragma once

#include "tests/bench/server.hpp"

namespace isletime::bench {

double one_shot_wall_ms(const Server& server);
// Returns |offset| from a probe of 8 samples; the true offset is zero.
double probe_error_us(const Server& server);

}  // namespace isletime::bench
