// SPDX-License-Identifier: MIT
// The requests about presses. A press is answered once it is on the disk; if it cannot be stored now, the
// answer is 503, upon which the device tries again.
#pragma once

#include "tools/syncweb/site.hpp"

namespace isletime::syncweb {

// Answers list the latest presses if the request does not say after which.
inline constexpr std::size_t kMostListed = 1000;
inline constexpr std::size_t kMostCsvRows = 20'000;  // about 2 MB

// POST /api/press: {"accepted":true,"duplicate":false,"id":42}
Outcome take_press(Site& site, const Request& request, Instant now);
// GET /btn?msec=...&sender=...: "ok"
Outcome take_older_press(Site& site, const Request& request, Instant now);
// POST /api/presses/reset: {"since":42}
Outcome reset_presses(Site& site, const Request& request, Instant now);

// GET /api/presses?after=ID
Outcome list_presses(Site& site, const Request& request, Instant now);
// GET /api/presses/splits
Outcome list_splits(Site& site, const Request& request, Instant now);
// GET /presses.csv?after=ID. If there are more, the field Link of the response names where (RFC 8288).
Outcome export_presses(Site& site, const Request& request, Instant now);

}  // namespace isletime::syncweb
