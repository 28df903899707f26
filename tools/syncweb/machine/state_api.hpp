// SPDX-License-Identifier: MIT
// The hub's state as JSON: for dashboards, for the page at its start, and as events that follow.
#pragma once

#include "tools/syncweb/site.hpp"

namespace isletime::syncweb {

// GET /api/ntp/status: {"status":{...},"peers":[...]}, as sntpd states them.
Outcome answer_ntp_status(Site& site, const Request& request, Instant now);
// GET /health: 503 if sntpd is not reached.
Outcome answer_health(Site& site, const Request& request, Instant now);
// GET /api/state: all that the page needs at its start. Events after "last" change it.
Outcome answer_state(Site& site, const Request& request, Instant now);
// GET /api/events: server-sent events after the number of the field Last-Event-ID or the parameter after. If
// neither names one, only those that are yet to come.
Outcome answer_events(Site& site, const Request& request, Instant now);
// GET /api/events/list?after=N: the same as a list, for those who poll.
Outcome answer_event_list(Site& site, const Request& request, Instant now);
// GET /api/history: one point a minute of the last six hours.
Outcome answer_history(Site& site, const Request& request, Instant now);

// Takes a point of the history if one is due. Call it at least every few seconds.
void keep_history(Site& site, Instant now);

}  // namespace isletime::syncweb
