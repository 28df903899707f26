// SPDX-License-Identifier: MIT
// The body of POST /api/timesync/client: the phone's stamps of a session's exchanges, its zone, and who wants
// the hub to be set.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "libsync/core/result.hpp"
#include "libsync/record/json_value.hpp"
#include "tools/syncweb/phone/exchange_sessions.hpp"
#include "tools/syncweb/phone/refusal.hpp"
#include "tools/syncweb/phone/zone.hpp"

namespace isletime::syncweb {

enum class SyncBy : std::uint8_t {
  kLook,  // nobody: the phone is only compared
  kPage,  // the page by itself
  kHand,  // a person
};
const char* to_string(SyncBy by);

struct ClientReport {
  std::string session;
  std::vector<PhoneStamps> stamps;
  nanoseconds resolution{};  // of the phone's clock, as it claims
  std::optional<ZoneClaim> zone;
  SyncBy by = SyncBy::kLook;
  std::optional<std::string> confirm;
};

Result<ClientReport, Refusal> parse_client_report(const JsonValue& body);

// Reads "zone", "utc_offset_s" and "dst". Absent if there is no "zone".
Result<std::optional<ZoneClaim>, Refusal> parse_zone_claim(const JsonValue& body);
// Reads "confirm", which may be absent.
Result<std::optional<std::string>, Refusal> parse_confirm(const JsonValue& body);

}  // namespace isletime::syncweb
