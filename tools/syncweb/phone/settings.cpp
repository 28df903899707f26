// SPDX-License-Identifier: MIT
#include "tools/syncweb/phone/settings.hpp"

#include <cmath>

#include <fmt/format.h>

#include "libsync/core/rfc3339.hpp"
#include "libsync/posix/state_file.hpp"
#include "libsync/record/decimal_seconds.hpp"
#include "libsync/record/json_value.hpp"
#include "libsync/record/json_writer.hpp"
#include "tools/syncweb/phone/phone_json.hpp"
#include "tools/syncweb/phone/position.hpp"

namespace isletime::syncweb {
namespace {

constexpr std::size_t kLargestFile = 4096;

void add_told(JsonWriter& json, const ToldAt& at) {
  json.time("time", at.time).flag("reliable", at.is_reliable).seconds("mono_s", at.mono.time_since_epoch());
  if (!at.boot.empty()) json.text("boot", at.boot);
}

std::string zone_object(const KnownZone& known) {
  JsonWriter json;
  json.text("name", known.zone.name)
      .seconds("utc_offset_s", known.zone.utc_offset)
      .flag("dst", known.zone.is_daylight);
  add_told(json, known.at);
  return json.object();
}

std::string place_object(const KnownPlace& known) {
  JsonWriter json;
  add_position(json, known.position);
  add_told(json, known.at);
  return json.object();
}

std::optional<nanoseconds> seconds_of(const JsonValue& object, std::string_view name) {
  const JsonValue* value = object.find(name);
  if (value == nullptr || value->number() == nullptr) return std::nullopt;
  const auto parsed = parse_decimal_seconds(value->number()->text);
  return parsed ? std::optional{*parsed} : std::nullopt;
}

std::optional<ToldAt> told_of(const JsonValue& object) {
  const auto time = text_member(object, "time");
  const JsonValue* reliable = object.find("reliable");
  const auto mono = seconds_of(object, "mono_s");
  if (!time || reliable == nullptr || !reliable->flag() || !mono || *mono < nanoseconds::zero())
    return std::nullopt;
  const auto parsed = parse_rfc3339(*time);
  if (!parsed) return std::nullopt;
  const auto boot = text_member(object, "boot");
  return ToldAt{*parsed, *reliable->flag(), MonoTime{*mono}, boot ? *boot : std::string{}};
}

std::optional<KnownZone> zone_of(const JsonValue& object) {
  const auto name = text_member(object, "name");
  const auto offset = seconds_of(object, "utc_offset_s");
  const JsonValue* daylight = object.find("dst");
  auto at = told_of(object);
  if (!name || !is_zone_name(*name) || !offset || daylight == nullptr || !daylight->flag() || !at)
    return std::nullopt;
  return KnownZone{{*name, std::chrono::duration_cast<seconds>(*offset), *daylight->flag()}, *std::move(at)};
}

std::optional<KnownPlace> place_of(const JsonValue& object) {
  const auto position = parse_position(object);
  auto at = told_of(object);
  if (!position || !at) return std::nullopt;
  return KnownPlace{*position, *std::move(at)};
}

}  // namespace

std::string to_json(const SavedSettings& settings) {
  JsonWriter json;
  if (settings.zone) json.raw("zone", zone_object(*settings.zone));
  if (settings.place) json.raw("place", place_object(*settings.place));
  return json.object();
}

Result<SavedSettings, std::string> parse_settings(std::string_view text) {
  const auto json = parse_json(text, {.size = kLargestFile, .depth = 2});
  if (!json) return Unexpected{json.error()};
  if (json->object() == nullptr) return Unexpected{std::string{"it is not a JSON object"}};
  SavedSettings settings;
  if (const JsonValue* zone = json->find("zone")) {
    settings.zone = zone_of(*zone);
    if (!settings.zone) return Unexpected{std::string{"zone: it is not a zone"}};
  }
  if (const JsonValue* place = json->find("place")) {
    settings.place = place_of(*place);
    if (!settings.place) return Unexpected{std::string{"place: it is not a place"}};
  }
  return settings;
}

std::optional<std::string> Settings::open(const StateFolder& folder, const std::string& boot) {
  folder_ = &folder;
  boot_ = boot;
  const auto content = read_state_file(folder, kFile, kLargestFile);
  const auto warning = [&](const std::string& why) {
    return fmt::format("{}/{}: {}: ignored", folder.path(), kFile, why);
  };
  if (!content) return warning(to_string(content.error()));
  if (!*content) return std::nullopt;
  auto settings = parse_settings(**content);
  if (!settings) return warning(settings.error());
  settings_ = *std::move(settings);
  return std::nullopt;
}

std::optional<std::string> Settings::set_zone(const ZoneClaim& zone, const ToldAt& at) {
  const auto& known = settings_.zone;
  const bool is_same = known && known->zone.name == zone.name && known->zone.utc_offset == zone.utc_offset &&
                       known->zone.is_daylight == zone.is_daylight && known->at.is_reliable >= at.is_reliable;
  settings_.zone = KnownZone{zone, at};
  // A phone tells its zone with each sync; the disk need not hear it again.
  if (is_same && is_saved_) return std::nullopt;
  return save();
}

std::optional<std::string> Settings::set_place(const Position& place, const ToldAt& at) {
  settings_.place = KnownPlace{place, at};
  return save();
}

std::optional<std::string> Settings::save() {
  is_saved_ = false;
  if (folder_ == nullptr) return "there is no state folder, so that a restart will lose it";
  const auto failure = replace_state_file(*folder_, kFile, to_json(settings_));
  is_saved_ = !failure;
  if (is_saved_) return std::nullopt;
  return fmt::format("it is in force, but a restart will lose it: {}/{}: {}", folder_->path(), kFile,
                     to_string(*failure));
}

std::optional<nanoseconds> Settings::age(const ToldAt& told, const ToldAt& now) const {
  const bool is_same_boot = !told.boot.empty() && told.boot == now.boot;
  if (is_same_boot && told.mono <= now.mono) return elapsed(told.mono, now.mono);
  if (!told.is_reliable || !now.is_reliable || told.time > now.time) return std::nullopt;
  return elapsed(told.time, now.time);
}

}  // namespace isletime::syncweb
