// SPDX-License-Identifier: MIT
// The reference id that an address has as somebody's upstream (RFC 5905, section 7.3): an IPv4
// address itself, of an IPv6 address the first four bytes of its MD5.
#pragma once

#include "libsync/core/ip_address.hpp"
#include "libsync/core/reference_id.hpp"

namespace isletime {

ReferenceId reference_id_of(IpAddress address);

}  // namespace isletime
