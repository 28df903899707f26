// SPDX-License-Identifier: MIT
// The addresses of the two ends of a connection.
#pragma once

#include <sys/socket.h>

#include "libsync/core/ip_address.hpp"

namespace isletime::syncweb {

// Returns any address and port 0 if it is null or of no known family.
Endpoint endpoint_of(const sockaddr* address);

IpAddress own_address_of(int socket);

}  // namespace isletime::syncweb
