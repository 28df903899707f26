// SPDX-License-Identifier: MIT
// A client of the daemon, as sntpctl shows it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "libsync/core/time_types.hpp"

namespace isletime::sntpd {

struct ClientView {
  std::string address;
  std::uint64_t requests = 0;
  std::uint64_t refused = 0;              // of these
  std::uint64_t limited = 0;              // of these: beyond the limit, whether or not they were answered
  nanoseconds last_seen{};                // ago
  std::optional<nanoseconds> interval{};  // between the last two requests
  std::optional<std::uint8_t> version{};  // of NTP, in the last request
  std::uint8_t versions = 0;              // in all of them, a bit each
};

}  // namespace isletime::sntpd
