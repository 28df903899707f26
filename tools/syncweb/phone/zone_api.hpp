// SPDX-License-Identifier: MIT
// The hub's time zone, as phones tell it with each sync, and as a person sets it.
#pragma once

#include "libsync/record/json_writer.hpp"
#include "tools/syncweb/site.hpp"

namespace isletime::syncweb {

// Takes a phone's zone if it is sound. A browser that hides its zone never replaces a known one. Adds to a
// response what has become of it: "zone" is the hub's zone from now on, "zone_message" says why it is not the
// phone's, and "zone_question" is true if a person might want it to be, by POST /api/zone.
void settle_zone(Site& site, const ZoneClaim& claim, WallTime phone_time, const ToldAt& told,
                 JsonWriter& json);

// Adds the known zone to the response, and why the claimed one does not replace it.
void keep_zone(const Site& site, const ZoneClaim& refused, JsonWriter& json);

// POST /api/zone: {"zone":"UTC"}; a person's word, which needs no clock to agree.
Outcome answer_set_zone(Site& site, const Request& request, Instant now);

}  // namespace isletime::syncweb
