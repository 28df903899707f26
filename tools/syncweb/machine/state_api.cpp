// SPDX-License-Identifier: MIT
#include "tools/syncweb/machine/state_api.hpp"

#include <charconv>
#include <vector>

#include "libsync/record/json_writer.hpp"
#include "tools/syncweb/access/requester.hpp"
#include "tools/syncweb/machine/time_api.hpp"
#include "tools/syncweb/phone/settings_json.hpp"

namespace isletime::syncweb {
namespace {

Response unreached_response() {
  return error_response(Status::kServiceUnavailable, "no-hub",
                        "sntpd is not reached: see whether it runs, and --control");
}

std::string_view or_else(const std::string& json, std::string_view if_empty) {
  return json.empty() ? if_empty : std::string_view{json};
}

// Returns the number, or nothing if it is none, or beyond the range.
std::optional<std::uint64_t> event_number(const std::string* text) {
  if (text == nullptr) return std::nullopt;
  std::uint64_t number = 0;
  const char* end = text->data() + text->size();
  const auto [stop, failure] = std::from_chars(text->data(), end, number);
  return failure == std::errc{} && stop == end ? std::optional{number} : std::nullopt;
}

// Returns the number of the last event that the client has. A browser that connects again by itself tells it
// in a field, and keeps the older parameter.
std::uint64_t position_of(const Request& request, std::uint64_t otherwise) {
  if (const auto number = event_number(request.header("last-event-id"))) return *number;
  return event_number(request.parameter("after")).value_or(otherwise);
}

}  // namespace

Outcome answer_ntp_status(Site& site, const Request&, Instant) {
  if (!site.hub.is_connected()) return unreached_response();
  return json_response(
      JsonWriter{}.raw("status", site.hub.status()).raw("peers", or_else(site.hub.sources(), "[]")).object());
}

Outcome answer_health(Site& site, const Request&, Instant now) {
  if (!site.hub.is_connected()) return unreached_response();
  const HubTime hub = site.hub.at(now);
  return json_response(JsonWriter{}
                           .text("status", "ok")
                           .flag("synchronised", hub.is_synchronised)
                           .flag("reliable", hub.is_reliable)
                           .object());
}

Outcome answer_state(Site& site, const Request& request, Instant now) {
  const auto since = [&](const std::optional<MonoTime>& came) {
    return came ? std::optional{elapsed(*came, now.mono)} : std::nullopt;
  };
  return json_response(JsonWriter{}
                           .text("run", site.run)
                           .count("last", site.events.last())
                           .raw("hub", JsonWriter{}.flag("connected", site.hub.is_connected()).object())
                           .raw("time", time_json(site.hub.at(now)))
                           .raw("status", or_else(site.hub.status(), "null"))
                           .raw("sources", or_else(site.hub.sources(), "[]"))
                           .raw("clients", or_else(site.hub.clients(), "[]"))
                           .seconds("status_came_s", since(site.hub.status_came()))
                           .seconds("sources_came_s", since(site.hub.sources_came()))
                           .seconds("clients_came_s", since(site.hub.clients_came()))
                           .raw("activity", json_array(site.hub.activity()))
                           .raw("settings", settings_json(site, now))
                           .raw("me", requester_json(site, request, now))
                           .object());
}

Outcome answer_events(Site& site, const Request& request, Instant) {
  return EventStream{position_of(request, site.events.last())};
}

Outcome answer_event_list(Site& site, const Request& request, Instant) {
  std::vector<std::string> items;
  std::uint64_t after = position_of(request, site.events.last());
  while (const auto event = site.events.next(after)) {
    after = event->number;
    items.push_back(JsonWriter{}
                        .count("number", event->number)
                        .text("type", event->type)
                        .raw("data", event->json)
                        .object());
  }
  return json_response(JsonWriter{}
                           .text("run", site.run)
                           .count("last", site.events.last())
                           .raw("events", json_array(items))
                           .object());
}

Outcome answer_history(Site& site, const Request&, Instant now) {
  return json_response(site.history.json(site.hub.at(now), now.mono));
}

void keep_history(Site& site, Instant now) {
  if (auto point = site.history.step(site.hub.at(now), now.mono))
    site.events.add("history", *std::move(point));
}

}  // namespace isletime::syncweb
