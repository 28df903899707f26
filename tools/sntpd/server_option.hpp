// SPDX-License-Identifier: MIT
// One upstream in the form of --server: "HOST[:PORT][,WORD…]", as in "ntp.example.org,prefer,minpoll=4".
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "libsync/core/ntp_packet.hpp"
#include "libsync/core/result.hpp"
#include "libsync/policy/source_select.hpp"
#include "tools/common/host.hpp"

namespace isletime::sntpd {

// Poll intervals are log2 seconds. Public servers tolerate 2 s at the least.
inline constexpr std::uint8_t kLeastPoll = 1;
inline constexpr std::uint8_t kMostPoll = kMaxPoll;

struct ServerOption {
  Host host;
  Tier tier = Tier::kNormal;
  std::uint8_t version = kNewestVersion;
  std::optional<std::uint8_t> minpoll;  // without it, the common one
  std::optional<std::uint8_t> maxpoll;
  std::optional<std::uint32_t> key;  // number of the signing key; without it, unsigned
  bool interleaved = false;
  bool takes_broadcasts = false;  // if signed with that key
};

// An error is one clause that names the wrong word.
Result<ServerOption, std::string> parse_server_option(const std::string& text);

}  // namespace isletime::sntpd
