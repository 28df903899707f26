// SPDX-License-Identifier: MIT
// Recognises a phone whose clock probably follows this hub, so that handing its time back would be no news:
// it runs on the hub itself, or has asked the hub's NTP service within a day, and shows the same time. A
// phone that got the hub's time in another way, or by another address, cannot be recognised.
#pragma once

#include <span>
#include <string_view>

#include "libsync/core/ip_address.hpp"
#include "libsync/core/time_types.hpp"
#include "libsync/posix/interfaces.hpp"

namespace isletime::syncweb {

// `clients` is what sntpd says of its clients, as JSON; it may be empty.
bool has_asked_lately(std::string_view clients, const IpAddress& address);
bool is_of_this_machine(std::span<const InterfaceAddress> own, const IpAddress& address);

// Returns whether the difference is so small that the clock may follow the hub. `bound` is that of the
// measurement alone.
bool shows_same_time(Offset offset, Dispersion bound);
// The same of a time that was sent without an exchange, which can only have aged on its way.
bool showed_same_time(Offset offset, nanoseconds resolution);

}  // namespace isletime::syncweb
