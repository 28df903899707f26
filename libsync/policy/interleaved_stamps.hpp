// SPDX-License-Identifier: MIT
// What a server keeps for clients in interleaved mode (RFC 9769, section 2): when the reply to a request
// really left, found by the receive stamp that the reply had. A table of fixed size that new entries
// overwrite: a client whose entry is gone gets a basic reply, and its next an interleaved one.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "libsync/core/ip_address.hpp"
#include "libsync/core/ntp_timestamp.hpp"

namespace isletime {

// RFC 9769, section 2: a request that a client in interleaved mode may have sent. The stamps that a
// client of basic mode fills in, if any, are of another reply, and never found.
constexpr bool may_be_interleaved(NtpTimestamp origin, NtpTimestamp receive, NtpTimestamp transmit) {
  return !origin.is_unset() && receive != transmit;
}

class InterleavedStamps {
 public:
  // When the reply left that had this receive stamp, if it was this client's.
  constexpr std::optional<NtpTimestamp> find(NtpTimestamp receive, IpAddress client) const {
    const Entry& entry = entries_[index_of(receive)];
    if (receive.is_unset() || entry.receive != receive || entry.client != client) return std::nullopt;
    return entry.transmit;
  }

  constexpr void save(NtpTimestamp receive, IpAddress client, NtpTimestamp transmit) {
    entries_[index_of(receive)] = {client, receive, transmit};
  }

  // A better stamp of the same reply, if it is still there.
  constexpr void correct(NtpTimestamp receive, NtpTimestamp transmit) {
    Entry& entry = entries_[index_of(receive)];
    if (entry.receive == receive) entry.transmit = transmit;
  }

 private:
  struct Entry {
    IpAddress client;
    NtpTimestamp receive;
    NtpTimestamp transmit;
  };

  static constexpr std::size_t kEntries = 1024;

  // A multiplication by an odd number without a pattern carries each bit upwards.
  static constexpr std::size_t index_of(NtpTimestamp receive) {
    return static_cast<std::size_t>((receive.raw() * 0x9e37'79b9'7f4a'7c15U) >> 54);
  }

  std::array<Entry, kEntries> entries_{};
};

}  // namespace isletime
