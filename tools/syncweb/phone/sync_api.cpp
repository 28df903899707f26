// SPDX-License-Identifier: MIT
#include "tools/syncweb/phone/sync_api.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "libsync/core/rfc3339.hpp"
#include "libsync/policy/saturated.hpp"
#include "libsync/record/json_writer.hpp"
#include "tools/syncweb/phone/exchange.hpp"
#include "tools/syncweb/phone/phone_json.hpp"
#include "tools/syncweb/phone/sync_claim.hpp"

namespace isletime::syncweb {
namespace {

// A larger change of the wall clock against the monotonic clock is a step, or the machine has slept.
constexpr nanoseconds kSteppedOrSlept = seconds{1};

// Returns whether the machine may have slept since: the monotonic clock stood still then, and the phone's did
// not. A step of the wall clock looks the same, unless sntpd says that the clock was set meanwhile.
bool may_have_slept(const Site& site, Instant since, Instant now) {
  const nanoseconds changed = magnitude(saturated_difference(now.wall_less_mono(), since.wall_less_mono()));
  if (changed <= kSteppedOrSlept) return false;
  const auto age = site.hub.at(now).age;
  return !age || *age > elapsed(since.mono, now.mono) + kSteppedOrSlept;
}

Response hub_was_set() {
  return error_response(Status::kConflict, "hub-stepped",
                        "the hub's clock was set, or the hub slept, during the exchanges: try again");
}

// Returns the session of the request, which begins one unless it names one.
Result<std::string, Refusal> session_of(Site& site, const Request& request, const JsonValue& body,
                                        MonoTime now) {
  if (body.find("session") != nullptr) return text_member(body, "session");
  std::string id = random_id();
  site.phones.sessions.begin(id, request.from.address, now);
  return id;
}

struct PlainTime {
  WallTime time;
  nanoseconds resolution;
};

// Either member is a text or Unix time in ms, because older pages send either in either.
Result<PlainTime, Refusal> parse_time_member(const JsonValue& body, std::string_view name) {
  if (body.find(name)->number() != nullptr) {
    const auto time = milliseconds_member(body, name);
    if (!time) return Unexpected{time.error()};
    return PlainTime{*time, kFinestResolution};
  }
  const auto text = text_member(body, name);
  if (!text) return Unexpected{text.error()};
  const auto time = parse_rfc3339(*text);
  if (!time) return Unexpected{bad_member(name, "is not a time such as 2026-02-03T04:05:06.789Z")};
  const bool has_fraction = text->find('.') != std::string::npos;
  return PlainTime{*time, has_fraction ? kFinestResolution : nanoseconds{seconds{1}}};
}

Result<PlainTime, Refusal> parse_plain_time(const JsonValue& body) {
  constexpr const char* kNames[]{"currentTime", "timestamp"};
  std::optional<PlainTime> best;
  for (const char* name : kNames) {
    if (body.find(name) == nullptr) continue;
    auto time = parse_time_member(body, name);
    if (!time) return time;
    if (best && magnitude(elapsed(best->time, time->time)) > std::max(best->resolution, time->resolution))
      return Unexpected{bad_member(name, "is another time than currentTime")};
    if (!best || time->resolution < best->resolution) best = *time;
  }
  if (!best) return Unexpected{bad_member("currentTime", "is missing, and so is timestamp")};
  return *best;
}

// The older controller tells the zone's name only.
Result<std::optional<ZoneClaim>, Refusal> parse_time_zone(const JsonValue& body, WallTime at) {
  const JsonValue* zone = body.find("timezone");
  if (zone == nullptr || zone->is_null()) return std::optional<ZoneClaim>{};
  const auto name = text_member(body, "timezone");
  if (!name) return Unexpected{name.error()};
  if (!is_zone_name(*name)) return Unexpected{bad_member("timezone", "is not the name of a time zone")};
  const auto known = local_offset(*name, at).value_or(LocalOffset{});
  return std::optional{ZoneClaim{*name, known.utc_offset, known.is_daylight}};
}

Result<SyncClaim, Refusal> parse_system_time(const JsonValue& body, Instant now) {
  const auto time = parse_plain_time(body);
  if (!time) return Unexpected{time.error()};
  const auto zone = parse_time_zone(body, time->time);
  if (!zone) return Unexpected{zone.error()};
  const auto confirm = parse_confirm(body);
  if (!confirm) return Unexpected{confirm.error()};
  return SyncClaim{.by = SyncBy::kHand,
                   .to_wall = {elapsed(now.wall, time->time)},
                   .measured = {kLongestRequest + time->resolution},
                   .zone = *zone,
                   .confirm = *confirm};
}

}  // namespace

Outcome answer_exchange(Site& site, const Request& request, Instant now) {
  const auto body = parse_phone_json(request);
  if (!body) return refusal_response(body.error());
  const auto session = session_of(site, request, *body, now.mono);
  if (!session) return refusal_response(session.error());
  const auto number = site.phones.sessions.stamp(*session, request.from.address, now);
  if (!number) return refusal_response(number.error());
  const nanoseconds time = shown_time(site, now).time_since_epoch();
  // Handling takes microseconds, which count as part of the round trip.
  return json_response(JsonWriter{}
                           .text("session", *session)
                           .count("number", *number)
                           .seconds("receive", time)
                           .seconds("transmit", time)
                           .flag("synchronised", site.hub.at(now).is_synchronised)
                           .object());
}

Outcome answer_client_sync(Site& site, const Request& request, Instant now) {
  const auto body = parse_phone_json(request);
  if (!body) return refusal_response(body.error());
  const auto report = parse_client_report(*body);
  if (!report) return refusal_response(report.error());
  SyncClaim claim{
      .by = report->by, .to_wall = {}, .measured = {}, .zone = report->zone, .confirm = report->confirm};
  if (auto refusal = refuse_sync(site, request, claim, now)) return *std::move(refusal);
  const auto exchanges =
      site.phones.sessions.join(report->session, request.from.address, report->stamps, now.mono);
  if (!exchanges) return refusal_response(exchanges.error());
  const auto phone = measure_phone(*exchanges, report->resolution);
  if (!phone) return refusal_response(phone.error());
  if (may_have_slept(site, phone->at, now)) return hub_was_set();
  const PhoneDifference difference = difference_at(*phone, now);
  claim.to_wall = difference.to_wall;
  claim.measured = difference.bound;
  claim.delay = difference.delay;
  return settle_claim(site, request, claim, now);
}

Outcome answer_set_system_time(Site& site, const Request& request, Instant now) {
  const auto body = parse_phone_json(request);
  if (!body) return refusal_response(body.error());
  const auto claim = parse_system_time(*body, now);
  if (!claim) return refusal_response(claim.error());
  return settle_claim(site, request, *claim, now);
}

std::optional<std::string> last_sync_json(const Site& site, Instant now) {
  const auto& accepted = site.phones.last.accepted;
  if (!accepted) return std::nullopt;
  return to_json(*accepted, now.mono);
}

}  // namespace isletime::syncweb
