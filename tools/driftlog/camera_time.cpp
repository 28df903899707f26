// SPDX-License-Identifier: MIT
#include "tools/driftlog/camera_time.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "libsync/record/json_value.hpp"
#include "libsync/record/json_writer.hpp"
#include "libsync/record/plain_text.hpp"

namespace isletime::driftlog {
namespace {

constexpr JsonLimits kLimits{std::size_t{256} * 1024, 8};
constexpr std::string_view kFunction = "/functions/datetime";
constexpr const char* kFirstPath = "/ccapi/ver100/functions/datetime";

seconds saving(const CameraTime& time, CameraZone zone) {
  return time.dst && zone == CameraZone::kStandard ? seconds{3600} : seconds{0};
}

bool is_true(const JsonValue& entry, std::string_view name) {
  const JsonValue* value = entry.find(name);
  return value != nullptr && value->flag().value_or(false);
}

// Returns the path of an entry for the function, as in "/ccapi/ver110/functions/datetime", or an empty one if
// the entry is for another function.
std::string path_of(const JsonValue& entry) {
  for (const char* name : {"path", "url"}) {
    const JsonValue* value = entry.find(name);
    if (value == nullptr || value->text() == nullptr) continue;
    const std::string& text = *value->text();
    const auto begin = text.find("/ccapi/ver");
    if (begin != std::string::npos && text.ends_with(kFunction)) return text.substr(begin);
  }
  return {};
}

int version_of(const std::string& path) {
  constexpr std::string_view kBefore = "/ccapi/ver";
  int version = 0;
  std::from_chars(path.data() + kBefore.size(), path.data() + path.size(), version);
  return version;
}

}  // namespace

Result<CameraTime, std::string> parse_camera_time(std::string_view json) {
  const auto body = parse_json(json, kLimits);
  if (!body) return Unexpected{"is no JSON: " + body.error()};
  const JsonValue* datetime = body->find("datetime");
  if (datetime == nullptr || datetime->text() == nullptr) return Unexpected{std::string{"has no datetime"}};
  const auto shown = parse_mail_date(*datetime->text());
  if (!shown) return Unexpected{"datetime: is no time: " + shortened(*datetime->text())};
  const JsonValue* dst = body->find("dst");
  if (dst != nullptr && !dst->flag()) return Unexpected{std::string{"dst: is not true or false"}};
  return CameraTime{*shown, dst != nullptr && *dst->flag()};
}

std::string format_camera_time(const CameraTime& time) {
  return JsonWriter{}.text("datetime", format_mail_date(time.shown)).flag("dst", time.dst).object();
}

seconds to_utc(const CameraTime& time, CameraZone zone) {
  return seconds_since_epoch(time.shown.local) - time.shown.zone - saving(time, zone);
}

CameraTime from_utc(seconds utc, const CameraTime& like, CameraZone zone) {
  CameraTime time = like;
  time.shown.local = to_civil_time(WallTime{utc + like.shown.zone + saving(like, zone)});
  return time;
}

std::string find_datetime_path(std::string_view json) {
  std::string best = kFirstPath;
  const auto list = parse_json(json, kLimits);
  if (!list || list->object() == nullptr) return best;
  for (const JsonMember& version : *list->object()) {
    if (version.value.array() == nullptr) continue;
    for (const JsonValue& entry : *version.value.array()) {
      std::string path = path_of(entry);
      if (path.empty() || !is_true(entry, "get") || !is_true(entry, "put")) continue;
      if (version_of(path) > version_of(best)) best = std::move(path);
    }
  }
  return best;
}

bool is_passing(std::string_view message) {
  constexpr std::array<std::string_view, 3> kPassing{"Device busy", "During shooting or recording",
                                                     "Taken in preparation"};
  return std::find(kPassing.begin(), kPassing.end(), message) != kPassing.end();
}

std::string message_of(std::string_view json) {
  const auto body = parse_json(json, kLimits);
  if (!body) return {};
  const JsonValue* message = body->find("message");
  return message == nullptr || message->text() == nullptr ? std::string{} : made_plain(*message->text());
}

}  // namespace isletime::driftlog
