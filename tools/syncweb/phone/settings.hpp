// SPDX-License-Identifier: MIT
// The zone and the place that phones have told, kept across restarts in settings.json of the state folder. It
// is replaced as a whole: if the disk is full, the file keeps its old content, and the new one is still in
// force until the program ends.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "libsync/core/result.hpp"
#include "libsync/policy/instant.hpp"
#include "libsync/posix/state_folder.hpp"
#include "tools/syncweb/phone/zone.hpp"

namespace isletime::syncweb {

// When something was told: by the monotonic clock within a boot of the machine, otherwise by the hub's time.
struct ToldAt {
  WallTime time;             // of the hub
  bool is_reliable = false;  // the hub's time was
  MonoTime mono;
  std::string boot;  // empty if the kernel does not tell
};

struct KnownZone {
  ZoneClaim zone;
  ToldAt at;
};

// WGS 84, as the browser's Geolocation API tells it.
struct Position {
  double latitude;    // degrees, north is positive
  double longitude;   // degrees, east is positive
  double accuracy_m;  // of 95 % of such positions
};
struct KnownPlace {
  Position position;
  ToldAt at;
};

// The content of the file.
struct SavedSettings {
  std::optional<KnownZone> zone;
  std::optional<KnownPlace> place;
};
std::string to_json(const SavedSettings& settings);
// The error is a clause.
Result<SavedSettings, std::string> parse_settings(std::string_view text);

class Settings {
 public:
  static constexpr const char* kFile = "settings.json";

  // Reads the file and keeps the folder, which must outlive this, for later changes. Returns a warning if the
  // file cannot be used; it is ignored then. `boot` is boot_id().
  std::optional<std::string> open(const StateFolder& folder, const std::string& boot);

  // These take effect at once. They return a warning if the disk refuses it, so that a restart would lose it.
  std::optional<std::string> set_zone(const ZoneClaim& zone, const ToldAt& at);
  std::optional<std::string> set_place(const Position& place, const ToldAt& at);

  const std::optional<KnownZone>& zone() const { return settings_.zone; }
  const std::optional<KnownPlace>& place() const { return settings_.place; }
  // The hub's time and the boot, for set_zone() and set_place().
  ToldAt told_at(WallTime hub_time, bool is_reliable, MonoTime now) const {
    return {hub_time, is_reliable, now, boot_};
  }
  // Returns nothing if clocks in between were not reliable.
  std::optional<nanoseconds> age(const ToldAt& told, const ToldAt& now) const;

 private:
  std::optional<std::string> save();

  const StateFolder* folder_ = nullptr;  // nothing is saved without one
  std::string boot_;
  SavedSettings settings_;
  bool is_saved_ = true;
};

}  // namespace isletime::syncweb
