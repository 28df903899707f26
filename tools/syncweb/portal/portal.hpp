// SPDX-License-Identifier: MIT
// The captive portal (option --portal): phones that join are led to a page that points to the real one, until
// they have seen it; then their probes are answered as they wish, so that they stay connected although there
// is no internet.
#pragma once

#include <optional>

#include "tools/syncweb/access/authority.hpp"
#include "tools/syncweb/site.hpp"

namespace isletime::syncweb {

// Answers a request that calls another host, or returns nothing if it is not the portal's: it came over TLS,
// from elsewhere than the permitted and automatic places, or there is no portal.
std::optional<Response> answer_as_portal(Site& site, const Request& request, const Authority& called,
                                         Instant now);

// GET /portal
Outcome answer_portal_page(Site& site, const Request& request, Instant now);
// GET /portal/done
Outcome answer_portal_done(Site& site, const Request& request, Instant now);
// GET /qr.svg
Outcome answer_qr(Site& site, const Request& request, Instant now);

}  // namespace isletime::syncweb
