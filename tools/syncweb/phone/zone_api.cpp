// SPDX-License-Identifier: MIT
#include "tools/syncweb/phone/zone_api.hpp"

#include <fmt/format.h>

#include "tools/syncweb/phone/phone_json.hpp"
#include "tools/syncweb/phone/settings_json.hpp"
#include "tools/syncweb/phone/sync_claim.hpp"

namespace isletime::syncweb {
namespace {

// Returns a warning if it is not on the disk.
std::optional<std::string> take_zone(Site& site, const ZoneClaim& zone, const ToldAt& told) {
  const bool is_news = !site.settings.zone() || site.settings.zone()->zone.name != zone.name;
  auto warning = site.settings.set_zone(zone, told);
  if (is_news) site.events.add("settings", settings_json(site, told));
  return warning;
}

void add_known_zone(const Site& site, JsonWriter& json) {
  if (site.settings.zone()) json.text("zone", site.settings.zone()->zone.name);
}

}  // namespace

void settle_zone(Site& site, const ZoneClaim& claim, WallTime phone_time, const ToldAt& told,
                 JsonWriter& json) {
  const auto& known = site.settings.zone();
  std::optional<std::string> message;
  if (const auto fault = find_zone_fault(claim, phone_time)) {
    message = *fault + ": not taken";
  } else if (known && known->zone.name != claim.name && masks_zone(claim.name) &&
             !masks_zone(known->zone.name)) {
    message = fmt::format("this browser says {}, as browsers do that hide their zone: the hub keeps {}",
                          claim.name, known->zone.name);
    json.flag("zone_question", true);
  } else {
    message = take_zone(site, claim, told);
  }
  add_known_zone(site, json);
  if (message) json.text("zone_message", *message);
}

void keep_zone(const Site& site, const ZoneClaim& refused, JsonWriter& json) {
  add_known_zone(site, json);
  const auto& known = site.settings.zone();
  if (known && known->zone.name == refused.name) return;
  json.text("zone_message",
            fmt::format("the hub does not take {} from a phone whose time it refuses", refused.name));
}

Outcome answer_set_zone(Site& site, const Request& request, Instant now) {
  const auto body = parse_phone_json(request);
  if (!body) return refusal_response(body.error());
  const auto name = text_member(*body, "zone");
  if (!name) return refusal_response(name.error());
  const ToldAt told = told_at(site, now);
  const auto local = local_offset(*name, told.time);
  if (!local) return refusal_response(bad_member("zone", "is no zone that the hub knows"));
  if (const auto warning = take_zone(site, {*name, local->utc_offset, local->is_daylight}, told))
    return error_response(Status::kInternalServerError, "not-saved", *warning);
  JsonWriter json;
  add_known_zone(site, json);
  return json_response(json.object());
}

}  // namespace isletime::syncweb
