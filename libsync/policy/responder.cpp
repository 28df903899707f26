// SPDX-License-Identifier: MIT
#include "libsync/policy/responder.hpp"

#include <optional>

#include "libsync/policy/server_header.hpp"

namespace isletime {
namespace {

// Returns nothing if the packet gets no reply. Only client and symmetric active packets are requests; the
// others are replies or announcements, and answering one could start a loop between two servers.
std::optional<Mode> mode_of_reply(Mode asked, std::uint8_t version, std::uint16_t from_port) {
  switch (asked) {
    case Mode::kClient:
      return Mode::kServer;
    case Mode::kSymmetricActive:
      return Mode::kSymmetricPassive;
    case Mode::kUnspecified:
      // Version 1 had no mode field, so servers were recognised by their port (RFC 1059, appendix B).
      if (version == 1 && from_port != kNtpPort) return Mode::kServer;
      return std::nullopt;
    case Mode::kSymmetricPassive:
    case Mode::kServer:
    case Mode::kBroadcast:
    case Mode::kControl:
    case Mode::kPrivate:
      return std::nullopt;
  }
  return std::nullopt;
}

// A transmit timestamp is ahead of the clock by the expected time of sending, which is accurate to 2^-20 s.
constexpr std::int8_t kStampPrecision = -20;

// Fills in the fields that depend on the request.
void address_to(Reply& reply, const ParsedRequest& request, NtpTimestamp origin, WallTime received) {
  const unsigned first = reply[field::kLeapVersionMode] & 0xc0U;
  reply[field::kLeapVersionMode] = static_cast<std::uint8_t>(first | (request.version & 7U) << 3 |
                                                             static_cast<unsigned>(request.mode_of_reply));
  reply[field::kPoll] = static_cast<std::uint8_t>(request.poll);
  store_be64(reply, field::kOrigin, origin.raw());
  store_be64(reply, field::kReceive, to_ntp(received).raw());
}

}  // namespace

Result<ParsedRequest, RequestRefusal> parse_request(const Request& request,
                                                    std::span<const AccessRule> rules) {
  if (decide(rules, request.from.address) == Access::kDeny) return Unexpected{RequestRefusal::kDenied};
  if (request.from.port == 0) return Unexpected{RequestRefusal::kFromPortZero};
  if (request.from.address == request.to.address && request.from.port == request.to.port) {
    return Unexpected{RequestRefusal::kFromOurselves};
  }
  const auto packet = parse(request.bytes);
  if (!packet) return Unexpected{as<RequestRefusal>(packet.error())};
  const Header& asked = packet->header;
  const auto mode = mode_of_reply(asked.mode, asked.version, request.from.port);
  if (!mode) return Unexpected{RequestRefusal::kNotARequest};
  if (packet->mac && packet->mac->is_crypto_nak()) return Unexpected{RequestRefusal::kCryptoNak};
  return ParsedRequest{asked.version, *mode,          asked.poll, asked.origin,
                       asked.receive, asked.transmit, packet->mac};
}

Account::Account(const ServerState& state, WallTime now) {
  Header header = describe(state, now);
  header.precision = std::max(header.precision, kStampPrecision);
  emit_header(header, common_);
}

Reply Account::answer(const ParsedRequest& request, WallTime received) const {
  Reply reply = common_;
  address_to(reply, request, request.transmit, received);
  return reply;
}

Reply Account::interleaved_answer(const ParsedRequest& request, WallTime received,
                                  NtpTimestamp transmit) const {
  Reply reply = common_;
  address_to(reply, request, request.receive, received);
  store_be64(reply, field::kTransmit, transmit.raw());
  return reply;
}

Reply kiss_rate(const ParsedRequest& request, WallTime received, std::int8_t poll) {
  Header header;
  header.leap = Leap::kUnsynchronised;
  header.reference_id = kiss::kRate;
  Reply reply{};
  emit_header(header, reply);
  address_to(reply, request, request.transmit, received);
  reply[field::kPoll] = static_cast<std::uint8_t>(std::max(request.poll, poll));
  return reply;
}

}  // namespace isletime
