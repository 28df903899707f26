// SPDX-License-Identifier: MIT
// Takes and tells where the hub is, as a phone says it with its owner's consent. Browsers tell a place only
// to pages that came over TLS, and nobody else should overhear it.
#pragma once

#include "tools/syncweb/site.hpp"

namespace isletime::syncweb {

// GET /api/place: {"latitude","longitude","accuracy_m","age_s"}; 404 if none is known. The age is left out if
// no reliable clock has counted it.
Outcome answer_place(Site& site, const Request& request, Instant now);
// POST /api/place: the same without the age.
Outcome answer_set_place(Site& site, const Request& request, Instant now);

}  // namespace isletime::syncweb
