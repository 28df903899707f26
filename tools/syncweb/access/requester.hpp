// SPDX-License-Identifier: MIT
// Tells a page its own rights and the way on which it came to this hub: "me" of GET /api/state.
#pragma once

#include <optional>
#include <string>

#include "libsync/policy/instant.hpp"
#include "tools/syncweb/message.hpp"
#include "tools/syncweb/site.hpp"

namespace isletime::syncweb {

// {"may_change":false,"needs_pin":true,"has_session":false,"automatic":false,"is_secure":false,
//  "secure_url":"https://192.168.4.1/"}: may_change holds for a change that is asked for now; needs_pin says
// that the PIN is all that is missing.
std::string requester_json(const Site& site, const Request& request, Instant now);

// "http://192.168.4.1/": the address by which a client that has reached us reaches us again, be it called by
// another's name. Over TLS only if HTTP is not served.
std::string own_url(const Site& site, const Request& request);

// The same host, by the name that was called, over TLS; nothing if that is not served.
std::optional<std::string> secure_url(const Site& site, const Request& request);

}  // namespace isletime::syncweb
