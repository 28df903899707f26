// SPDX-License-Identifier: MIT
#include "tools/syncweb/machine/time_api.hpp"

#include <chrono>

#include <fmt/format.h>

#include "libsync/core/civil_time.hpp"
#include "libsync/record/json_writer.hpp"
#include "libsync/record/sample_record.hpp"
#include "tools/common/local_time.hpp"
#include "tools/syncweb/phone/zone.hpp"

namespace isletime::syncweb {
namespace {

Response unsynchronised_response() {
  constexpr const char* kRetryAfter = "10";  // seconds
  Response response =
      error_response(Status::kServiceUnavailable, "unsynchronised",
                     "nothing vouches for the hub's clock: set it from a phone's page, or see "
                     "the warnings of sntpctl status");
  response.headers.push_back({"Retry-After", kRetryAfter});
  return response;
}

std::optional<nanoseconds> bound_value(const std::optional<Dispersion>& bound) {
  return bound ? std::optional{bound->value} : std::nullopt;
}

}  // namespace

std::string time_json(const HubTime& hub) {
  if (!hub.is_synchronised) return "null";
  return JsonWriter{}
      .time("time", hub.time)
      .seconds("unix", hub.time.time_since_epoch())
      .flag("reliable", hub.is_reliable)
      .seconds("bound_s", bound_value(hub.bound))
      .seconds("age_s", hub.age)
      .text("source", hub.source)
      .text("kind", hub.kind)
      .object();
}

Outcome answer_time(Site& site, const Request&, Instant now) {
  const HubTime hub = site.hub.at(now);
  if (!hub.is_synchronised) return unsynchronised_response();
  return json_response(time_json(hub));
}

Outcome answer_well_known_time(Site& site, const Request&, Instant now) {
  const HubTime hub = site.hub.at(now);
  if (!hub.is_synchronised) return unsynchronised_response();
  return Response{
      Status::kNoContent,
      "",
      "",
      {{"Cache-Control", "no-store"}, {"X-HTTPSTIME", seconds_text(hub.time.time_since_epoch())}}};
}

Outcome answer_system_time(Site& site, const Request&, Instant now) {
  const HubTime hub = site.hub.at(now);
  if (!hub.is_synchronised) return unsynchronised_response();
  const auto zone = zone_of(site);
  const auto milliseconds = std::chrono::floor<std::chrono::milliseconds>(hub.time.time_since_epoch());
  return json_response(JsonWriter{}
                           .time("currentTime", hub.time)
                           .raw("timestamp", std::to_string(milliseconds.count()))
                           .raw("timezone", zone ? json_quoted(*zone) : "null")
                           .flag("reliable", hub.is_reliable)
                           .seconds("bound_s", bound_value(hub.bound))
                           .object());
}

Outcome answer_timesync_status(Site& site, const Request&, Instant now) {
  const HubTime hub = site.hub.at(now);
  JsonWriter json;
  json.flag("reliable", hub.is_reliable).flag("synchronised", hub.is_synchronised);
  if (hub.is_synchronised) json.text("source", hub.source).text("kind", hub.kind);
  json.seconds("age_s", hub.age).seconds("bound_s", bound_value(hub.bound));
  if (const auto zone = zone_of(site)) json.text("zone", *zone);
  const auto& last = site.phones.last.accepted;
  return json_response(json.raw("last_sync", last ? to_json(*last, now.mono) : "null").object());
}

std::optional<std::string> zone_of(const Site& site) {
  const auto& known = site.settings.zone();
  return known ? std::optional{known->zone.name} : std::nullopt;
}

std::optional<Response> answer_time_and_date(const HubTime& hub, const Request& request,
                                             const std::optional<std::string>& zone) {
  if (request.parameter("getTimeNDate") == nullptr) return std::nullopt;
  if (!hub.is_synchronised) return unsynchronised_response();
  const auto utc = std::chrono::floor<seconds>(hub.time.time_since_epoch());
  const auto offset = zone ? local_offset(*zone, hub.time) : std::nullopt;
  const seconds local = offset ? utc + offset->utc_offset : local_of(utc);
  const auto days =
      std::chrono::floor<std::chrono::duration<std::int64_t, std::ratio<86'400>>>(local).count();
  const auto civil = to_wall_time(local, 0);
  if (!civil) return unsynchronised_response();
  const CivilTime shown = to_civil_time(*civil);
  return text_response(fmt::format("{:02}:{:02}:{:02}, {:02}, {:02}-{:02}-{:04}", shown.hour, shown.minute,
                                   shown.second, iso_weekday(days), shown.date.day, shown.date.month,
                                   shown.date.year));
}

}  // namespace isletime::syncweb
