// SPDX-License-Identifier: MIT
// A phone's time on its way to sntpd: who claims it, whether it may be fed, and what the phone is told.
#pragma once

#include <optional>
#include <string>

#include "tools/syncweb/phone/client_report.hpp"
#include "tools/syncweb/site.hpp"

namespace isletime::syncweb {

struct SyncClaim {
  SyncBy by = SyncBy::kLook;
  Offset to_wall;       // phone - the machine's wall clock
  Dispersion measured;  // bound of the difference to what the phone shows
  std::optional<Delay> delay{};
  std::optional<ZoneClaim> zone{};
  std::optional<std::string> confirm{};
};

// Returns the response that refuses it, or nothing if this request may ask for it.
std::optional<Response> refuse_sync(const Site& site, const Request& request, const SyncClaim& claim,
                                    Instant now);
Outcome settle_claim(Site& site, const Request& request, const SyncClaim& claim, Instant now);

// The hub's time as people see it. With sntpd --no-clock it is not the machine's.
WallTime shown_time(const Site& site, Instant now);
// For tokens and sessions.
std::string random_id();

}  // namespace isletime::syncweb
