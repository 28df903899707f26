// SPDX-License-Identifier: MIT
// A client under test and the server it queries. The server's clock is 10 s ahead; the query takes 2 ms, the
// server 5 ms and the reply 1 ms. By RFC 5905, section 8, the offset is 10.0005 s and the delay 3 ms.
#pragma once

#include <optional>
#include <ostream>

#include <gtest/gtest.h>

#include "libsync/policy/client.hpp"
#include "tests/fakes/reply_maker.hpp"

namespace isletime {

inline void PrintTo(Reject reject, std::ostream* out) {
  *out << describe(reject).name;
}

namespace fakes {

using namespace std::chrono_literals;

inline constexpr Endpoint kServer{IpAddress::v4(0xc000'0207), 123};
inline constexpr WallTime kT1{1'770'000'000s};
inline constexpr WallTime kT2 = kT1 + 10s + 2ms;
inline constexpr WallTime kT3 = kT2 + 5ms;
inline constexpr WallTime kT4 = kT1 + 8ms;

// Everything that a caller of Client can observe.
struct Observed {
  MonoTime next_wakeup;
  bool is_awaiting;
  bool is_stopped;
  nanoseconds interval;

  bool operator==(const Observed&) const = default;
};

class Conversation {
 public:
  explicit Conversation(const ClientConfig& config = {.server = kServer}) : client(config) {}

  std::optional<Query> poll() { return client.poll(now, ++nonce); }

  // Sends the query that is due.
  Header ask() {
    const auto query = poll();
    EXPECT_TRUE(query.has_value()) << "no query is due";
    if (!query) return {};
    client.on_sent(kT1);
    return parse_header(*query);
  }

  Header ask_when_due() {
    now = client.next_wakeup();
    return ask();
  }

  // Sends the query when it is due and lets it time out.
  void lose_a_query() {
    ask_when_due();
    now = client.next_wakeup();
    EXPECT_FALSE(poll().has_value());
  }

  Result<Measurement, Reject> hear(Bytes bytes, Endpoint from = kServer, WallTime received = kT4) {
    return client.on_datagram({bytes, from, received}, now);
  }
  Result<Measurement, Reject> hear(const Header& reply, Endpoint from = kServer, WallTime received = kT4) {
    return hear(bytes_of(reply), from, received);
  }

  // Returns nothing if the datagram was accepted.
  template <class... Args>
  std::optional<Reject> reject_of(const Args&... args) {
    const auto result = hear(args...);
    return result ? std::nullopt : std::optional{result.error()};
  }

  Observed observed() const {
    return {client.next_wakeup(), client.is_awaiting(), client.is_stopped(), client.interval()};
  }

  Client client;
  MonoTime now{1000s};
  std::uint64_t nonce = 0xfeed'5678'9abc'def0;
};

inline Header honest_reply(const Header& query) {
  return honest_reply(query, to_ntp(kT2), to_ntp(kT3));
}

}  // namespace fakes
}  // namespace isletime
