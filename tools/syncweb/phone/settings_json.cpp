// SPDX-License-Identifier: MIT
#include "tools/syncweb/phone/settings_json.hpp"

#include "libsync/record/json_writer.hpp"
#include "tools/syncweb/phone/position.hpp"
#include "tools/syncweb/phone/sync_claim.hpp"

namespace isletime::syncweb {

ToldAt told_at(const Site& site, Instant now) {
  return site.settings.told_at(shown_time(site, now), site.hub.at(now).is_reliable, now.mono);
}

std::string place_json(const Site& site, const ToldAt& now) {
  const auto& known = site.settings.place();
  if (!known) return "null";
  JsonWriter json;
  add_position(json, known->position);
  return json.seconds("age_s", site.settings.age(known->at, now)).object();
}

std::string settings_json(const Site& site, const ToldAt& now) {
  const auto& known = site.settings.zone();
  return JsonWriter{}
      .raw("zone", known ? json_quoted(known->zone.name) : "null")
      .raw("place", place_json(site, now))
      .object();
}

std::string settings_json(const Site& site, Instant now) {
  return settings_json(site, told_at(site, now));
}

}  // namespace isletime::syncweb
