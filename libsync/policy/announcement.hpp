// SPDX-License-Identifier: MIT
// The packet that a broadcast server sends (RFC 5905, section 3, mode 5): its system variables and a transmit
// timestamp, and nothing of any client. A clock that is not synchronised is not announced. In interleaved
// mode (RFC 9769, section 4) the origin timestamp says when the broadcast before this one really left.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "libsync/core/ip_address.hpp"
#include "libsync/core/ntp_packet.hpp"
#include "libsync/policy/server_state.hpp"

namespace isletime {

// The group that IANA assigned to NTP (RFC 5905, section 16), with link-local scope on IPv6.
inline constexpr IpAddress kNtpGroupV4 = IpAddress::v4(0xe000'0101);         // 224.0.1.1
inline constexpr IpAddress kNtpGroupV6{0xff02'0000'0000'0000, 0x0000'0101};  // ff02::101

using Announcement = std::array<std::uint8_t, kHeaderSize>;

// A broadcast that was sent, in the served time of that moment.
struct SentAnnouncement {
  WallTime transmit;  // its transmit timestamp
  MonoTime at;        // the instant at which it got that
  WallTime left;      // when it really left
};

// Returns the origin timestamp of the next broadcast to the same destination. It is unset if the served time
// has been stepped since, because then the receivers could not compare the two; RFC 9769 lets them drop a
// packet that left a second later than it says.
NtpTimestamp origin_after(const SentAnnouncement& last, WallTime now, MonoTime mono_now);

// `poll` is log2 of the seconds until the next broadcast; `origin` is unset in basic mode. The transmit
// timestamp is still unset: see stamp_transmit. Returns nothing while unsynchronised.
std::optional<Announcement> announce(const ServerState& state, std::int8_t poll, WallTime now,
                                     NtpTimestamp origin = {});

}  // namespace isletime
