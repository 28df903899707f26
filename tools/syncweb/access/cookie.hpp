// SPDX-License-Identifier: MIT
// The cookie that holds a session (RFC 6265). Over TLS it has another name, with a prefix that keeps pages
// without TLS from setting it, and each is taken only where it was given.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "tools/syncweb/access/sessions.hpp"
#include "tools/syncweb/message.hpp"

namespace isletime::syncweb {

// Returns the value of a cookie; nothing if it is missing or comes twice.
std::optional<std::string_view> cookie_value(const Request& request, std::string_view name);

// Returns nothing if there is none that could be a session's.
std::optional<SessionId> session_in(const Request& request);

// The Set-Cookie fields that give and take it.
Field session_cookie(const SessionId& id, bool is_secure);
Field no_session_cookie(bool is_secure);

}  // namespace isletime::syncweb
