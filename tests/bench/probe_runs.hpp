// SPDX-License-Identifier: MIT
// ntpprobe as its users run it: a process from start to end.
#pragma once

#include "tests/bench/server.hpp"

namespace isletime::bench {

double one_shot_wall_ms(const Server& server);
// |offset| by a probe of 8 samples; the true one is zero.
double probe_error_us(const Server& server);

}  // namespace isletime::bench
