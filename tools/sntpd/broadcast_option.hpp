// SPDX-License-Identifier: MIT
// The interfaces on which the time is broadcast, in the form of --broadcast: "IFACE[,WORD…]" or
// "auto[,WORD…]", as in "wlan0,key=7,poll=4".
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "libsync/core/result.hpp"

namespace isletime::sntpd {

struct BroadcastOption {
  std::optional<std::string> interface;  // without one, every suitable interface
  std::optional<std::uint32_t> key;      // number of the signing key; without one, unsigned
  std::uint8_t poll = 2;                 // log2 seconds; see sntpd(8)
};

// An error is one clause that names the wrong word.
Result<BroadcastOption, std::string> parse_broadcast_option(const std::string& text);

}  // namespace isletime::sntpd
