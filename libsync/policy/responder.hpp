// SPDX-License-Identifier: MIT
// The server's decision (RFC 5905, section 9.2; RFC 4330, section 6): a request, where it came from
// and when, and the state of the clock, to a reply or to the reason why there is none. The reply is
// 48 bytes, never more than the request, and nothing that could itself be a reply is answered.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "libsync/core/bytes.hpp"
#include "libsync/core/ip_address.hpp"
#include "libsync/core/ntp_packet.hpp"
#include "libsync/core/result.hpp"
#include "libsync/policy/access_rules.hpp"
#include "libsync/policy/server_state.hpp"

namespace isletime {

struct Request {
  Bytes bytes;
  Endpoint from;
  Endpoint to;  // the address asked, with our port
  WallTime received;
};

enum class Refusal : std::uint8_t {
  kDenied,
  kFromPortZero,
  kFromOurselves,
  kTooShort,
  kUnsupportedVersion,
  kBadMacLength,
  kBadExtensionField,
  kNotARequest,
  kCryptoNak,
  kUnknownKey,
};
inline constexpr std::size_t kRefusals = static_cast<std::size_t>(Refusal::kUnknownKey) + 1;

const char* to_string(Refusal refusal);

using Reply = std::array<std::uint8_t, kHeaderSize>;

// The transmit stamp is still unset: see stamp_transmit.
Result<Reply, Refusal> respond(const Request& request, std::span<const AccessRule> rules,
                               const ServerState& state);

// To be called just before the reply is sent.
constexpr void stamp_transmit(Reply& reply, WallTime now) {
  store_be64(reply, field::kTransmit, to_ntp(now).raw());
}

}  // namespace isletime
