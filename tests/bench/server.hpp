// SPDX-License-Identifier: MIT
// A running server under measurement.
#pragma once

#include <sys/types.h>

#include "libsync/core/ip_address.hpp"

namespace isletime::bench {

struct Server {
  Endpoint endpoint;
  pid_t pid = -1;
};

}  // namespace isletime::bench
