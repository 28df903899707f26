// SPDX-License-Identifier: MIT
// A server that answers truthfully, for tests and fuzz targets, which then spoil the part that they are
// about. The values are those of a plausible stratum-2 server.
#pragma once

#include <array>
#include <vector>

#include "libsync/core/ntp_packet.hpp"

namespace isletime::fakes {

using HeaderBytes = std::array<std::uint8_t, kHeaderSize>;

inline HeaderBytes bytes_of(const Header& header) {
  HeaderBytes bytes{};
  emit_header(header, bytes);
  return bytes;
}

inline std::vector<std::uint8_t> with_trailer(const Header& header, std::vector<std::uint8_t> trailer) {
  const auto bytes = bytes_of(header);
  trailer.insert(trailer.begin(), bytes.begin(), bytes.end());
  return trailer;
}

inline Header honest_reply(const Header& query, NtpTimestamp receive, NtpTimestamp transmit) {
  return {
      .leap = Leap::kNone,
      .version = query.version,
      .mode = Mode::kServer,
      .stratum = 2,
      .poll = query.poll,
      .precision = -20,
      .root_delay = ShortTime::from_raw(0x0000'0200),       // 7.8 ms
      .root_dispersion = ShortTime::from_raw(0x0000'0400),  // 15.6 ms
      .reference_id = {0xc000'0201},                        // 192.0.2.1
      .reference = receive,
      .origin = query.transmit,
      .receive = receive,
      .transmit = transmit,
  };
}

// RFC 5905, section 7.4: a kiss-o'-death carries a code and no other useful data.
inline Header kiss_reply(const Header& query, ReferenceId code) {
  Header kiss = honest_reply(query, query.transmit, query.transmit);
  kiss.leap = Leap::kUnsynchronised;
  kiss.stratum = 0;
  kiss.reference_id = code;
  return kiss;
}

}  // namespace isletime::fakes
