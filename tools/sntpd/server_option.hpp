// SPDX-License-Identifier: MIT
// One upstream as --server takes it: "HOST[:PORT][,WORD…]", as in
// "ntp.example.org,prefer,minpoll=4".
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "libsync/core/ntp_packet.hpp"
#include "libsync/core/result.hpp"
#include "libsync/policy/source_select.hpp"
#include "tools/common/host.hpp"

namespace isletime::sntpd {

// Poll intervals are log2 seconds. 2 s is the least that strangers' servers put up with.
inline constexpr std::uint8_t kLeastPoll = 1;
inline constexpr std::uint8_t kMostPoll = 17;  // RFC 5905, section 7.2 (MAXPOLL)

struct ServerOption {
  Host host;
  Tier tier = Tier::kNormal;
  std::uint8_t version = kNewestVersion;
  std::optional<std::uint8_t> minpoll;  // absent: as for all
  std::optional<std::uint8_t> maxpoll;
  std::optional<std::uint32_t> key;  // the number of that which signs; absent: unsigned
  bool interleaved = false;
  bool takes_broadcasts = false;  // signed by that key
};

// Error: one clause that names the word that is wrong.
Result<ServerOption, std::string> parse_server_option(const std::string& text);

}  // namespace isletime::sntpd
