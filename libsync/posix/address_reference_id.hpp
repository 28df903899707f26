// SPDX-License-Identifier: MIT
// The reference id of an upstream's address (RFC 5905, section 7.3): an IPv4 address itself, or the first
// four bytes of the MD5 of an IPv6 address.
#pragma once

#include "libsync/core/ip_address.hpp"
#include "libsync/core/reference_id.hpp"

namespace isletime {

ReferenceId reference_id_of(IpAddress address);

}  // namespace isletime
