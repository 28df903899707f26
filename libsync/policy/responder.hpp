// SPDX-License-Identifier: MIT
// The server's decisions (RFC 5905, section 9.2; RFC 4330, section 6): whether a request may be answered, and
// the contents of the reply. A reply has 48 bytes, never more than the request, and nothing that could itself
// be a reply is answered. Signing and limits are for others, between the two.
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
  kUnsigned,
  kUnknownKey,
  kKeyOfOthers,
  kWrongMac,
  kLimited,
};
inline constexpr std::size_t kRefusals = static_cast<std::size_t>(Refusal::kLimited) + 1;

const char* to_string(Refusal refusal);

// A request that may be answered, if its MAC is right.
struct Question {
  std::uint8_t version;
  Mode mode_of_reply;
  std::int8_t poll;
  NtpTimestamp origin;
  NtpTimestamp receive;
  NtpTimestamp transmit;
  std::optional<Mac> mac;
};

Result<Question, Refusal> judge(const Request& request, std::span<const AccessRule> rules);

using Reply = std::array<std::uint8_t, kHeaderSize>;

// The server's account of its clock at an instant, in the replies of that moment.
class Account {
 public:
  Account(const ServerState& state, WallTime now);

  // The transmit stamp is still unset: see stamp_transmit.
  Reply answer(const Question& question, WallTime received) const;
  // RFC 9769, section 2: the reply to a request whose origin names an earlier reply, which left at
  // `transmit`.
  Reply interleaved_answer(const Question& question, WallTime received, NtpTimestamp transmit) const;

 private:
  Reply common_{};
};

// RFC 5905, section 7.4: asks for fewer requests, at least 2^poll s apart.
Reply kiss_rate(const Question& question, WallTime received, std::int8_t poll);

// Must be called just before the reply is sent.
constexpr void stamp_transmit(Reply& reply, WallTime now) {
  store_be64(reply, field::kTransmit, to_ntp(now).raw());
}

}  // namespace isletime
