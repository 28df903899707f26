// SPDX-License-Identifier: MIT
// Where the time is broadcast, as --broadcast takes it: "IFACE[,WORD…]" or "auto[,WORD…]", as in
// "wlan0,key=7,poll=4".
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "libsync/core/result.hpp"

namespace isletime::sntpd {

struct BroadcastOption {
  std::optional<std::string> interface;  // absent: every one that others can be on
  std::optional<std::uint32_t> key;      // the number of that which signs; absent: unsigned
  std::uint8_t poll = 6;                 // log2 seconds; as in ntpd
};

// Error: one clause that names the word that is wrong.
Result<BroadcastOption, std::string> parse_broadcast_option(const std::string& text);

}  // namespace isletime::sntpd
