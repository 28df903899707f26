// SPDX-License-Identifier: MIT
// The zone and the place for GET /api/state and for the event "settings".
#pragma once

#include <string>

#include "tools/syncweb/site.hpp"

namespace isletime::syncweb {

// {"zone":"Europe/Berlin","place":{"latitude":...,"longitude":...,"accuracy_m":...,"age_s":...}}; null where
// nothing is known.
std::string settings_json(const Site& site, Instant now);
std::string settings_json(const Site& site, const ToldAt& now);
// The place alone, or "null".
std::string place_json(const Site& site, const ToldAt& now);

// The present, as the settings remember when they were told.
ToldAt told_at(const Site& site, Instant now);

}  // namespace isletime::syncweb
