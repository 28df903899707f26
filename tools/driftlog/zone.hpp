// SPDX-License-Identifier: MIT
// The zone of times that name none is UTC, an offset from it, or a time zone of the system.
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "libsync/core/result.hpp"
#include "libsync/core/time_types.hpp"

namespace isletime::driftlog {

class Zone {
 public:
  // Parses "Z", "UTC", "+02:00", "-0530" or "Europe/Berlin". The error is a clause.
  static Result<Zone, std::string> parse(std::string_view text);

  // Converts a local time, given as if it were UTC. A local time that occurs twice, or never, because clocks
  // were put back, or forward, is an error: a clause.
  Result<WallTime, const char*> utc(WallTime local) const;

 private:
  explicit Zone(seconds offset) : zone_(offset) {}
  explicit Zone(std::string name) : zone_(std::move(name)) {}

  std::variant<seconds, std::string> zone_;  // ahead of UTC, or a name
};

}  // namespace isletime::driftlog
