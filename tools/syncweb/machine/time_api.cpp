// SPDX-License-Identifier: MIT
#include "tools/syncweb/machine/time_api.hpp"

#include "libsync/record/json_writer.hpp"

namespace isletime::syncweb {

Outcome answer_time(Site& site, const Request&, Instant now) {
  const HubTime hub = site.hub.at(now);
  if (!hub.is_synchronised)
    return error_response(Status::kServiceUnavailable, "unsynchronised",
                          "nothing vouches for the hub's clock");
  JsonWriter json;
  json.time("time", hub.time).flag("reliable", hub.is_reliable);
  if (hub.bound) json.seconds("bound_s", hub.bound->value);
  return json_response(json.object());
}

}  // namespace isletime::syncweb
