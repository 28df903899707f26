// SPDX-License-Identifier: MIT
// The server's decisions (RFC 5905, section 9.2; RFC 4330, section 6): whether a request may be answered, and
// the contents of the reply. A reply has 48 bytes, which is never more than the request, and a packet that
// could itself be a reply gets none. Signatures and rate limits are checked elsewhere, between the two.
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
  Endpoint to;  // the destination address, with our port
  WallTime received;
};

enum class RequestRefusal : std::uint8_t {
  kDenied,
  kFromPortZero,
  kFromOurselves,
  kTooShort,
  kUnsupportedVersion,
  kBadMacLength,
  kBadExtensionField,
  kNotARequest,
  kCryptoNak,
  kUnsigned,
  kUnknownKey,
  kKeyOfOthers,
  kWrongMac,
  kLimited,
};
inline constexpr std::size_t kRequestRefusals = static_cast<std::size_t>(RequestRefusal::kLimited) + 1;

const char* to_string(RequestRefusal refusal);

// A request that may be answered if its MAC is correct.
struct ParsedRequest {
  std::uint8_t version;
  Mode mode_of_reply;
  std::int8_t poll;
  NtpTimestamp origin;
  NtpTimestamp receive;
  NtpTimestamp transmit;
  std::optional<Mac> mac;
};

Result<ParsedRequest, RequestRefusal> parse_request(const Request& request,
                                                    std::span<const AccessRule> rules);

using Reply = std::array<std::uint8_t, kHeaderSize>;

// The server's system variables at an instant, for the replies of that moment.
class Account {
 public:
  Account(const ServerState& state, WallTime now);

  // The transmit timestamp is still unset: see stamp_transmit.
  Reply answer(const ParsedRequest& request, WallTime received) const;
  // RFC 9769, section 2: returns the reply to a request whose origin names an earlier reply, which left at
  // `transmit`.
  Reply interleaved_answer(const ParsedRequest& request, WallTime received, NtpTimestamp transmit) const;

 private:
  Reply common_{};
};

// RFC 5905, section 7.4: asks the client to poll no faster than every 2^poll s.
Reply kiss_rate(const ParsedRequest& request, WallTime received, std::int8_t poll);

// Call this just before the reply is sent.
constexpr void stamp_transmit(Reply& reply, WallTime now) {
  store_be64(reply, field::kTransmit, to_ntp(now).raw());
}

}  // namespace isletime
