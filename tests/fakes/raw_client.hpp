// SPDX-License-Identifier: MIT
// Sends any bytes to a server on loopback and shows the bytes that come back.
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

// A client's query whose transmit stamp identifies its answer.
Header query(std::uint8_t version = 4, Mode mode = Mode::kClient,
             std::uint64_t nonce = 0x1234'5678'9abc'def0);

struct Answered {
  std::vector<std::uint8_t> bytes;
  Endpoint from;

  Header header() const { return parse_header(bytes); }
};

class RawClient {
 public:
  // `source`: one of this machine's addresses; any by default.
  RawClient(IpAddress server, std::uint16_t port, std::optional<IpAddress> source = {});

  void send(Bytes bytes) const;
  void send(const Header& header) const;
  // The next datagram; absent after a patience that only a dead server exhausts.
  std::optional<Answered> receive() const;
  std::optional<Answered> ask(const Header& header) const;
  // Whether a datagram is there now.
  bool has_answer() const;
  // True if `bytes` got no reply: a good query sent behind them is answered first.
  bool is_ignored(Bytes bytes) const;

 private:
  Endpoint server_;
  Fd socket_;
};

}  // namespace isletime::fakes
