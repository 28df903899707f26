// SPDX-License-Identifier: MIT
// The status of sntpd, as far as it is computed with: from the object that it sends on its control socket
// (see sntpctl(8), --json). Durations and rates are those of the moment at which it was made.
#pragma once

#include <optional>
#include <string>

#include "libsync/core/result.hpp"
#include "libsync/core/time_types.hpp"
#include "libsync/record/json_value.hpp"

namespace isletime::syncweb {

struct HubStatus {
  WallTime time;                            // that is served
  nanoseconds ahead{};                      // of the machine's clock
  double ahead_rate_ppm = 0;                // how fast that grows
  bool is_synchronised = false;             // otherwise the time means nothing
  bool is_reliable = false;                 // off by no more than the hub was told to allow
  std::optional<nanoseconds> reliable_for;  // if no source is heard again
  std::optional<Dispersion> bound;          // the time is off by at most this
  std::optional<double> rate_error_ppm;     // by which the bound grows
  std::optional<nanoseconds> age;           // since the clock was last set or checked
  std::optional<Offset> offset;             // that is still to be slewed
  std::string source;
  std::string kind;
};

// The error is a clause.
Result<HubStatus, std::string> parse_hub_status(const JsonValue& object);

// These return nothing if an object has no such member, or one of another kind.
std::optional<nanoseconds> seconds_of(const JsonValue& object, std::string_view name);
std::optional<double> number_of(const JsonValue& object, std::string_view name);
std::string plain_text_in(const JsonValue& object, std::string_view name);  // plain; empty if there is none

}  // namespace isletime::syncweb
