// SPDX-License-Identifier: MIT
#include "tools/syncweb/phone/client_report.hpp"

#include <array>
#include <cmath>

#include <fmt/format.h>

#include "tools/syncweb/phone/phone_json.hpp"

namespace isletime::syncweb {
namespace {

constexpr std::array kSyncBy{SyncBy::kLook, SyncBy::kPage, SyncBy::kHand};

Result<SyncBy, Refusal> parse_by(const JsonValue& body) {
  const auto text = text_member(body, "by");
  if (!text) return Unexpected{text.error()};
  for (const SyncBy by : kSyncBy) {
    if (*text == to_string(by)) return by;
  }
  return Unexpected{bad_member("by", "is neither look, page nor hand")};
}

Refusal bad_stamp(std::size_t index, const Refusal& refusal) {
  return {refusal.status, "bad-stamp", fmt::format("stamps[{}].{}", index, refusal.message)};
}

Result<PhoneStamps, Refusal> parse_stamps_of(const JsonValue& object) {
  if (object.object() == nullptr) return Unexpected{bad_member("number", "is missing")};
  const auto number = number_member(object, "number", 1, ExchangeSessions::kMostExchanges);
  if (!number) return Unexpected{number.error()};
  if (*number != std::floor(*number)) return Unexpected{bad_member("number", "is not a whole number")};
  const auto t1 = milliseconds_member(object, "t1");
  if (!t1) return Unexpected{t1.error()};
  const auto t4 = milliseconds_member(object, "t4");
  if (!t4) return Unexpected{t4.error()};
  return PhoneStamps{static_cast<std::uint32_t>(*number), *t1, *t4};
}

Result<std::vector<PhoneStamps>, Refusal> parse_stamps(const JsonValue& body) {
  const JsonValue* list = body.find("stamps");
  if (list == nullptr || list->array() == nullptr)
    return Unexpected{bad_member("stamps", "is missing or not an array")};
  const JsonValue::Array& array = *list->array();
  if (array.empty() || array.size() > ExchangeSessions::kMostExchanges) {
    return Unexpected{
        bad_member("stamps", fmt::format("has {} exchanges, and not 1 to {}", array.size(),
                                         static_cast<unsigned>(ExchangeSessions::kMostExchanges)))};
  }
  std::vector<PhoneStamps> all;
  for (std::size_t i = 0; i < array.size(); ++i) {
    const auto stamps = parse_stamps_of(array[i]);
    if (!stamps) return Unexpected{bad_stamp(i, stamps.error())};
    all.push_back(*stamps);
  }
  return all;
}

Result<nanoseconds, Refusal> parse_resolution(const JsonValue& body) {
  constexpr double kMostMilliseconds = 1000;
  if (body.find("resolution_ms") == nullptr) return kFinestResolution;
  const auto value = number_member(body, "resolution_ms", 0, kMostMilliseconds);
  if (!value) return Unexpected{value.error()};
  return std::chrono::ceil<nanoseconds>(std::chrono::duration<double, std::milli>{*value});
}

}  // namespace

const char* to_string(SyncBy by) {
  switch (by) {
    case SyncBy::kLook:
      return "look";
    case SyncBy::kPage:
      return "page";
    case SyncBy::kHand:
      return "hand";
  }
  return "";
}

Result<std::optional<ZoneClaim>, Refusal> parse_zone_claim(const JsonValue& body) {
  constexpr double kMostOffset = 15 * 3600;  // of any zone ever, with some room
  const JsonValue* zone = body.find("zone");
  if (zone == nullptr || zone->is_null()) return std::optional<ZoneClaim>{};
  const auto name = text_member(body, "zone");
  if (!name) return Unexpected{name.error()};
  if (!is_zone_name(*name)) return Unexpected{bad_member("zone", "is not the name of a time zone")};
  const auto offset = number_member(body, "utc_offset_s", -kMostOffset, kMostOffset);
  if (!offset) return Unexpected{offset.error()};
  const JsonValue* daylight = body.find("dst");
  if (daylight != nullptr && !daylight->flag()) return Unexpected{bad_member("dst", "is not true or false")};
  return std::optional{ZoneClaim{.name = *name,
                                 .utc_offset = seconds{std::llround(*offset)},
                                 .is_daylight = daylight != nullptr && *daylight->flag()}};
}

Result<std::optional<std::string>, Refusal> parse_confirm(const JsonValue& body) {
  const JsonValue* confirm = body.find("confirm");
  if (confirm == nullptr || confirm->is_null()) return std::optional<std::string>{};
  const auto token = text_member(body, "confirm");
  if (!token) return Unexpected{token.error()};
  return std::optional{*token};
}

Result<ClientReport, Refusal> parse_client_report(const JsonValue& body) {
  const auto session = text_member(body, "session");
  if (!session) return Unexpected{session.error()};
  const auto by = parse_by(body);
  if (!by) return Unexpected{by.error()};
  auto stamps = parse_stamps(body);
  if (!stamps) return Unexpected{stamps.error()};
  const auto resolution = parse_resolution(body);
  if (!resolution) return Unexpected{resolution.error()};
  const auto zone = parse_zone_claim(body);
  if (!zone) return Unexpected{zone.error()};
  const auto confirm = parse_confirm(body);
  if (!confirm) return Unexpected{confirm.error()};
  return ClientReport{.session = *session,
                      .stamps = *std::move(stamps),
                      .resolution = *resolution,
                      .zone = *zone,
                      .by = *by,
                      .confirm = *confirm};
}

}  // namespace isletime::syncweb
