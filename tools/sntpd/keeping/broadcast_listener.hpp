// SPDX-License-Identifier: MIT
// The broadcasts of one server that is asked too: what its key has not signed is a forgery, whatever
// it says; of the rest, policy's BroadcastClient says what may be believed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "libsync/policy/broadcast_client.hpp"
#include "libsync/posix/group_socket.hpp"
#include "libsync/posix/mac.hpp"

namespace isletime::sntpd {

class BroadcastListener {
 public:
  // `key`: outlives the object.
  BroadcastListener(const BroadcastClient::Config& config, const Key& key)
      : server_(config.server), client_(config), key_(key) {}

  // `books`: hub time - free-running at that instant, of a clock that is steered.
  void on_exchange(const Measurement& m, Offset books) {
    client_.on_exchange(m);
    books_ = books;
  }
  void forget_exchange() { client_.forget_exchange(); }
  // What the offset changed by since the last exchange; `gain` is the free-running clock's, of a second.
  Offset moved(WallTime now, Offset books, double gain) const;

  // Absent: refused, and counted.
  std::optional<Measurement> take(const HeardDatagram& heard, const SinceExchange& since);

  const Endpoint& server() const { return server_; }
  std::uint64_t taken() const { return taken_; }
  std::uint64_t refused() const { return refused_; }
  // Why the last one was; empty: since then one was taken, or none ever was refused.
  const std::string& refusal() const { return refusal_; }

 private:
  Result<Measurement, std::string> judge(const HeardDatagram& heard, const SinceExchange& since);

  Endpoint server_;
  BroadcastClient client_;
  const Key& key_;
  Offset books_{};
  std::uint64_t taken_ = 0;
  std::uint64_t refused_ = 0;
  std::string refusal_;
};

}  // namespace isletime::sntpd
