// SPDX-License-Identifier: MIT
// Requests from a client at 192.0.2.9 to a server that answers everybody and follows 192.0.2.1.
#pragma once

#include <array>
#include <ostream>

#include "libsync/policy/responder.hpp"
#include "tests/fakes/reply_maker.hpp"

namespace isletime {

inline void PrintTo(RequestRefusal refusal, std::ostream* out) {
  *out << to_string(refusal);
}

namespace fakes {

using namespace std::chrono_literals;

inline constexpr std::array kAnyone{AccessRule{Prefix{{0, 0}, 0}, Access::kAllow}};
inline constexpr Endpoint kAsker{IpAddress::v4(0xc000'0209), 50'000};
inline constexpr Endpoint kUs{IpAddress::v4(0xc000'0202), 123};
inline constexpr WallTime kArrival{1'770'000'000s + 250ms};

inline constexpr ServerState kState{
    .leap = Leap::kNone,
    .stratum = 3,
    .precision = -20,
    .reference_id = {0xc000'0201},
    .reference_time = kArrival - 100s,
    .root_delay = {30ms},
    .root_dispersion = {20ms},
};

inline Header request_of(Mode mode, std::uint8_t version = 4) {
  Header request;
  request.version = version;
  request.mode = mode;
  request.transmit = NtpTimestamp::from_raw(0x0123'4567'89ab'cdef);
  return request;
}

inline Result<Reply, RequestRefusal> respond_to(Bytes request, const ServerState& state = kState,
                                                Endpoint from = kAsker, WallTime received = kArrival) {
  const auto parsed = parse_request({request, from, kUs, received}, kAnyone);
  if (!parsed) return Unexpected{parsed.error()};
  return Account(state, received).answer(*parsed, received);
}

inline Result<Reply, RequestRefusal> respond_to(const Header& request, const ServerState& state = kState,
                                                Endpoint from = kAsker, WallTime received = kArrival) {
  return respond_to(bytes_of(request), state, from, received);
}

// Returns nothing if there is a reply.
template <class... Args>
std::optional<RequestRefusal> refusal_of(const Args&... args) {
  const auto result = respond_to(args...);
  return result ? std::nullopt : std::optional{result.error()};
}

// Returns the reply to an honest client. There must be one.
template <class... Args>
Header reply_to_client(const Args&... args) {
  const auto reply = respond_to(request_of(Mode::kClient), args...);
  return parse_header(*reply);
}

}  // namespace fakes
}  // namespace isletime
