// SPDX-License-Identifier: MIT
// The last time of a phone that sntpd accepted, and the last that it refused. A refused one is no sync. Ages
// are monotonic, since a sync may step the clock.
#pragma once

#include <optional>
#include <string>

#include "libsync/core/ip_address.hpp"
#include "libsync/core/time_types.hpp"
#include "tools/syncweb/phone/client_report.hpp"

namespace isletime::syncweb {

struct PhoneSync {
  std::string source;  // "phone:192.168.4.17"
  IpAddress of;        // the phone's, whether it counted as a phone or as a person
  SyncBy by = SyncBy::kPage;
  std::string verdict;  // sntpd's word: "adopt", "outranked"
  Offset offset;        // phone - hub, before the hub was set
  Dispersion bound;
  std::optional<Delay> delay;  // none without an exchange
  MonoTime at;
};

struct LastSyncs {
  std::optional<PhoneSync> accepted;
  std::optional<PhoneSync> refused;
};

// {"source":"phone:192.168.4.17","by":"page","verdict":"adopt","age_s":12.000000000,"offset_s":...,
//  "bound_s":...,"delay_s":...}
std::string to_json(const PhoneSync& sync, MonoTime now);

}  // namespace isletime::syncweb
