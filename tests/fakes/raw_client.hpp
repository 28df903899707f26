// SPDX-License-Identifier: MIT
// Sends arbitrary bytes to a server on loopback and returns the bytes that come back.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "libsync/core/ip_address.hpp"
#include "libsync/core/ntp_packet.hpp"
#include "libsync/posix/fd.hpp"

namespace isletime::fakes {

inline constexpr IpAddress kLoopbackV4 = IpAddress::v4(0x7f00'0001);
inline constexpr IpAddress kLoopbackV6{0, 1};

// Returns a client's query whose transmit timestamp identifies its reply.
Header query(std::uint8_t version = 4, Mode mode = Mode::kClient,
             std::uint64_t nonce = 0x1234'5678'9abc'def0);

struct Answered {
  std::vector<std::uint8_t> bytes;
  Endpoint from;

  Header header() const { return parse_header(bytes); }
};

class RawClient {
 public:
  // `source` is one of this machine's addresses; by default the kernel chooses.
  RawClient(IpAddress server, std::uint16_t port, std::optional<IpAddress> source = {});

  void send(Bytes bytes) const;
  void send(const Header& header) const;
  // Returns the next datagram, or nothing after a timeout that only a dead server reaches.
  std::optional<Answered> receive() const;
  std::optional<Answered> ask(const Header& header) const;
  // Returns whether a datagram is waiting.
  bool has_answer() const;
  // Returns whether `bytes` get no reply: a valid query sent after them is answered first.
  bool is_ignored(Bytes bytes) const;

 private:
  Endpoint server_;
  Fd socket_;
};

}  // namespace isletime::fakes
