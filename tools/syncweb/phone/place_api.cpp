// SPDX-License-Identifier: MIT
#include "tools/syncweb/phone/place_api.hpp"

#include "tools/syncweb/phone/phone_json.hpp"
#include "tools/syncweb/phone/position.hpp"
#include "tools/syncweb/phone/settings_json.hpp"

namespace isletime::syncweb {

Outcome answer_place(Site& site, const Request&, Instant now) {
  if (!site.settings.place())
    return error_response(Status::kNotFound, "no-place", "no phone has told the hub where it is");
  return json_response(place_json(site, told_at(site, now)));
}

Outcome answer_set_place(Site& site, const Request& request, Instant now) {
  if (!request.is_secure && !request.from.address.is_loopback()) {
    return error_response(Status::kForbidden, "not-secure",
                          "a place is told over HTTPS only, so that nobody overhears it");
  }
  const auto body = parse_phone_json(request);
  if (!body) return refusal_response(body.error());
  const auto position = parse_position(*body);
  if (!position) return refusal_response(position.error());
  const ToldAt told = told_at(site, now);
  const auto warning = site.settings.set_place(*position, told);
  site.events.add("settings", settings_json(site, told));
  if (warning) return error_response(Status::kInternalServerError, "not-saved", *warning);
  return json_response(place_json(site, told));
}

}  // namespace isletime::syncweb
