// SPDX-License-Identifier: MIT
// The PIN is asked for by a form, since the windows in which phones open captive portals drop HTTP
// authentication. It works without JavaScript.
#pragma once

#include <string>
#include <string_view>

#include "tools/syncweb/site.hpp"

namespace isletime::syncweb {

// GET /login?next=/presses
Outcome answer_login_page(Site& site, const Request& request, Instant now);
// POST /login with the form's "pin" and "next"
Outcome answer_login(Site& site, const Request& request, Instant now);
// POST /logout
Outcome answer_logout(Site& site, const Request& request, Instant now);

// Returns `next` if it is a plain path of this site, and otherwise "/": the form must lead nowhere else.
std::string safe_path(const std::string* next);

}  // namespace isletime::syncweb
