// SPDX-License-Identifier: MIT
// The kinds of source that may tell the time, and the word by which records and devices name each.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "libsync/core/dialect.hpp"

namespace isletime {

enum class SourceKind : std::uint8_t {
  kNtp,                 // selected and disciplined upstreams
  kFedNtp,              // a server's time that another program has measured and fed
  kPhoneOnAccessPoint,  // one hop away, with the clock of the mobile network
  kManual,              // a person's decision, also if made on a phone elsewhere
  kPhone,               // a phone that reports on its own over another path
  kOcpp,                // a charger's back end, accurate to its round trip
  kRtc,                 // keeps time between syncs, but is only as good as the source that set it
  kIsland,              // a server whose root is an undisciplined clock: gives agreement, not the time of day
  kCamera,              // somebody set it long ago; used for lack of anything better
  kFreeRun,             // nothing has set the clock
};
inline constexpr std::size_t kSourceKinds = 10;

// The names, in the order of the kinds.
inline constexpr std::array<const char*, kSourceKinds> kSourceKindNames{
    "ntp",    "fed-ntp",  "phone-on-access-point", "manual", "phone", "ocpp", "rtc", "island",
    "camera", "free-run",
};

constexpr const char* name_of(SourceKind kind) {
  return kSourceKindNames[static_cast<std::size_t>(kind)];
}

}  // namespace isletime
