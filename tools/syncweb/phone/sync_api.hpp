// SPDX-License-Identifier: MIT
// The requests by which a phone compares its clock with the hub's, and sets it. Who a phone is follows from
// its address alone.
#pragma once

#include <optional>
#include <string>

#include "tools/syncweb/site.hpp"

namespace isletime::syncweb {

// POST /api/timesync/exchange: {} or {"session":"..."}; the response has the hub's stamps.
Outcome answer_exchange(Site& site, const Request& request, Instant now);
// POST /api/timesync/client: the phone's stamps; see client_report.hpp.
Outcome answer_client_sync(Site& site, const Request& request, Instant now);
// POST /api/system/time: {"currentTime":RFC3339} or {"timestamp":Unix ms}, with "timezone" and "confirm". One
// number without an exchange: the request may have taken kLongestRequest, and the bound says so.
Outcome answer_set_system_time(Site& site, const Request& request, Instant now);

inline constexpr nanoseconds kLongestRequest = seconds{5};

// {"source":...}, or nothing if sntpd has accepted no phone's time yet; see last_sync.hpp.
std::optional<std::string> last_sync_json(const Site& site, Instant now);

}  // namespace isletime::syncweb
