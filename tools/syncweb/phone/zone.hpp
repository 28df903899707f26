// SPDX-License-Identifier: MIT
// Time zones by their IANA names (RFC 6557), as phones send them, against what this machine knows of them
// (tzfile(5)).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "libsync/core/time_types.hpp"

namespace isletime::syncweb {

// A zone as a browser tells it: its name, and what its clock shows at the moment.
struct ZoneClaim {
  std::string name;    // "Europe/Berlin"
  seconds utc_offset;  // local time - UTC
  bool is_daylight = false;
};

struct LocalOffset {
  seconds utc_offset;
  bool is_daylight;  // as the zone's data say, in which Ireland's winter is the exception
};

// Returns whether the text could be a zone's name: "America/Argentina/Ushuaia". It names no path outside.
bool is_zone_name(std::string_view text);
// Returns nothing if this machine does not know the zone. Sets TZ for the moment, so that only one thread may
// convert local times.
std::optional<LocalOffset> local_offset(const std::string& zone, WallTime at);

// Returns whether browsers that resist fingerprinting claim this zone, wherever they are.
bool masks_zone(std::string_view zone);

// Returns what is wrong with a claim made at that time, as a clause, or nothing.
std::optional<std::string> find_zone_fault(const ZoneClaim& claim, WallTime at);

}  // namespace isletime::syncweb
