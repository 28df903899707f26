// SPDX-License-Identifier: MIT
// The header fields of a response that tell the hub's time: Date (RFC 9110, section 6.6.1), and whether and
// within what bound it is right. A hub that nothing vouches for sends none of them, as the RFC demands of a
// server without a clock.
#pragma once

#include <string>

#include "tools/syncweb/hub/hub_picture.hpp"
#include "tools/syncweb/message.hpp"

namespace isletime::syncweb {

// Returns "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110, section 5.6.7: IMF-fixdate).
std::string imf_fixdate(WallTime time);

void add_time_fields(Response& response, const HubTime& hub);

}  // namespace isletime::syncweb
