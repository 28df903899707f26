// SPDX-License-Identifier: MIT
// The books of a soak: every request that must be answered gets one reply, from the server, to the address it
// came from, and no longer than the request; nothing else gets any. No I/O.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "libsync/core/bytes.hpp"
#include "libsync/core/ip_address.hpp"
#include "libsync/core/time_types.hpp"
#include "libsync/posix/mac.hpp"
#include "tests/soak/requests.hpp"

namespace isletime::soak {

struct Figures {
  std::uint64_t plain = 0;  // sent
  std::uint64_t authenticated = 0;
  std::uint64_t malformed = 0;
  std::uint64_t strangers = 0;
  std::uint64_t spoofed = 0;
  std::uint64_t answered = 0;
  std::uint64_t verified = 0;  // requests with a correct signature
  std::uint64_t lost = 0;
  std::uint64_t wrong = 0;
  std::string first_wrong;  // description of the first fault
  nanoseconds longest_wait{};
};

class Ledger {
 public:
  // Replies to signed requests must be signed with `key`; without it they need not be signed.
  Ledger(const Endpoint& server, std::optional<Key> key) : server_(server), key_(key) {}

  void on_sent(const Tag& tag, IpAddress from, std::size_t size, MonoTime now);
  void on_reply(Bytes reply, const Endpoint& from, IpAddress to, MonoTime now);
  // Requests sent before this count as lost unless their replies still arrive.
  void give_up(MonoTime before);

  std::size_t awaited() const { return awaited_.size(); }
  Figures& figures() { return figures_; }

 private:
  struct Sent {
    Kind kind;
    IpAddress from;
    std::size_t size;
    MonoTime at;
  };

  const Sent* find(std::uint64_t number) const;
  // Returns null if the reply is correct.
  const char* find_fault(Bytes reply, const Endpoint& from, IpAddress to) const;
  void note_wrong(const char* what, Bytes reply);

  Endpoint server_;
  std::optional<Key> key_;
  std::map<std::uint64_t, Sent> awaited_;  // by number, which is also the order of sending
  std::map<std::uint64_t, Sent> lost_;
  Figures figures_;
};

}  // namespace isletime::soak
