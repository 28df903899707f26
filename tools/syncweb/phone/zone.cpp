// SPDX-License-Identifier: MIT
#include "tools/syncweb/phone/zone.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fstream>

#include <time.h>

#include <fmt/format.h>

namespace isletime::syncweb {
namespace {

constexpr std::size_t kLongestZone = 64;
constexpr const char* kZoneFolder = "/usr/share/zoneinfo/";

// tzdata installs these beside the zones of IANA: copies without and with leap seconds, and defaults.
bool is_of_this_system(std::string_view zone) {
  return zone.starts_with("posix/") || zone.starts_with("right/") || zone == "posixrules" ||
         zone == "localtime";
}

bool has_zone_file(const std::string& zone) {
  std::ifstream file(kZoneFolder + zone, std::ios::binary);
  std::array<char, 4> magic{};
  return file.read(magic.data(), magic.size()) && std::string_view{magic.data(), magic.size()} == "TZif";
}

// The zone of local times, until the end of the scope.
class ZoneInForce {
 public:
  explicit ZoneInForce(const std::string& zone) {
    // NOLINTNEXTLINE(concurrency-mt-unsafe): requests are answered by one thread.
    if (const char* before = std::getenv("TZ")) before_ = before;
    setenv("TZ", (':' + zone).c_str(), 1);
    tzset();
  }
  ~ZoneInForce() {
    if (before_) {
      setenv("TZ", before_->c_str(), 1);
    } else {
      unsetenv("TZ");
    }
    tzset();
  }
  ZoneInForce(const ZoneInForce&) = delete;
  ZoneInForce& operator=(const ZoneInForce&) = delete;

 private:
  std::optional<std::string> before_;
};

// "+01:00"
std::string offset_text(seconds offset) {
  const auto minutes = std::abs(offset.count()) / 60;
  return fmt::format("{}{:02}:{:02}", offset.count() < 0 ? '-' : '+', minutes / 60, minutes % 60);
}

}  // namespace

bool is_zone_name(std::string_view text) {
  const auto is_allowed = [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '/' ||
           c == '_' || c == '+' || c == '-';
  };
  return !text.empty() && text.size() <= kLongestZone && text.front() != '/' && text.back() != '/' &&
         text.find("//") == std::string_view::npos && std::all_of(text.begin(), text.end(), is_allowed);
}

std::optional<LocalOffset> local_offset(const std::string& zone, WallTime at) {
  if (!is_zone_name(zone) || is_of_this_system(zone) || !has_zone_file(zone)) return std::nullopt;
  const ZoneInForce in_force{zone};
  const auto time = static_cast<time_t>(std::chrono::floor<seconds>(at.time_since_epoch()).count());
  tm parts{};
  if (localtime_r(&time, &parts) == nullptr) return std::nullopt;
  return LocalOffset{seconds{parts.tm_gmtoff}, parts.tm_isdst > 0};
}

// Firefox and the Tor Browser first claimed UTC, and since 2024 Iceland's zone.
bool masks_zone(std::string_view zone) {
  constexpr std::array<std::string_view, 11> kMasks{
      "UTC",      "Etc/UTC",   "GMT",           "Etc/GMT",           "UCT", "Etc/UCT", "Zulu",
      "Etc/Zulu", "Universal", "Etc/Universal", "Atlantic/Reykjavik"};
  return std::find(kMasks.begin(), kMasks.end(), zone) != kMasks.end();
}

std::optional<std::string> find_zone_fault(const ZoneClaim& claim, WallTime at) {
  const auto known = local_offset(claim.name, at);
  if (!known) return fmt::format("the hub does not know the zone {}", claim.name);
  if (known->utc_offset == claim.utc_offset) return std::nullopt;
  return fmt::format("the phone is at UTC{}, but by the hub's tables {} is at UTC{} then",
                     offset_text(claim.utc_offset), claim.name, offset_text(known->utc_offset));
}

}  // namespace isletime::syncweb
