// SPDX-License-Identifier: MIT
// The time by HTTP, for programs and devices. Whatever says a time says whether it is reliable; an
// unsynchronised hub says none.
#pragma once

#include "tools/syncweb/site.hpp"

namespace isletime::syncweb {

// GET /time: {"time":"2026-02-03T04:05:06.789012345Z","unix":1770091506.789012345,"reliable":true,...}
Outcome answer_time(Site& site, const Request& request, Instant now);

}  // namespace isletime::syncweb
