// SPDX-License-Identifier: MIT
// The time by HTTP, for programs and devices. Whatever says a time says whether it is reliable; an
// unsynchronised hub says none.
#pragma once

#include <optional>
#include <string>

#include "tools/syncweb/site.hpp"

namespace isletime::syncweb {

// GET /time: {"time":"2026-02-03T04:05:06.789012345Z","unix":1770091506.789012345,"reliable":true,...}
Outcome answer_time(Site& site, const Request& request, Instant now);
// The same object, or "null" if the hub is unsynchronised.
std::string time_json(const HubTime& hub);

// GET or HEAD /.well-known/time: X-HTTPSTIME has the Unix time as a decimal fraction.
Outcome answer_well_known_time(Site& site, const Request& request, Instant now);

// GET /api/system/time: {"currentTime":"2026-02-03T04:05:06.789012345Z","timestamp":1770091506789,...}
Outcome answer_system_time(Site& site, const Request& request, Instant now);

// GET /api/timesync/status: what the clock follows, and how well.
Outcome answer_timesync_status(Site& site, const Request& request, Instant now);

// GET /?getTimeNDate: "04:05:06, 02, 03-02-2026", local time and the day of the week, of which 1 is Monday.
// Returns nothing if the request asks for something else. Local time is that of the zone, by its IANA name;
// if that is absent or unknown, of the system's own.
std::optional<Response> answer_time_and_date(const HubTime& hub, const Request& request,
                                             const std::optional<std::string>& zone);

// The zone that a phone or a person has told the hub, by its IANA name.
std::optional<std::string> zone_of(const Site& site);

}  // namespace isletime::syncweb
