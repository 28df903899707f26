// SPDX-License-Identifier: MIT
// Receives the broadcasts of one server, which is polled as well. A packet that its key has not signed counts
// as a forgery; BroadcastClient decides which of the others may be believed.
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
  // `key` must outlive the object.
  BroadcastListener(const BroadcastClient::Config& config, const Key& key)
      : server_(config.server), client_(config), key_(key) {}

  // `books` is HubClock::books() at the measurement's time.
  void on_exchange(const Measurement& m, Offset books) {
    client_.on_exchange(m);
    books_ = books;
  }
  void forget_exchange() { client_.forget_exchange(); }
  // Returns how the offset has changed since the last exchange. `gain` is Hub::Gain::value, and `books` is
  // HubClock::books() at `now`.
  Offset moved(WallTime now, Offset books, double gain) const;

  // Returns nothing if the broadcast is refused, which is counted.
  std::optional<Measurement> take(const HeardDatagram& heard, const SinceExchange& since);

  const Endpoint& server() const { return server_; }
  std::uint64_t taken() const { return taken_; }
  std::uint64_t refused() const { return refused_; }
  // Returns why the last broadcast was refused; empty if it was taken, or if there was none.
  const std::string& refusal() const { return refusal_; }

 private:
  Result<Measurement, std::string> validate(const HeardDatagram& heard, const SinceExchange& since);

  Endpoint server_;
  BroadcastClient client_;
  const Key& key_;
  Offset books_{};
  std::uint64_t taken_ = 0;
  std::uint64_t refused_ = 0;
  std::string refusal_;
};

}  // namespace isletime::sntpd
