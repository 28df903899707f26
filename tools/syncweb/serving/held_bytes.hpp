// SPDX-License-Identifier: MIT
// Counts the bytes of the responses that clients have not taken yet, so that those who ask for much and do
// not read cannot use up the memory. Clients are those of ConnectionCounts.
#pragma once

#include <cstddef>
#include <map>

#include "libsync/core/ip_address.hpp"
#include "tools/syncweb/serving/connection_counts.hpp"

namespace isletime::syncweb {

class HeldBytes {
 public:
  static constexpr std::size_t kMostInAll = std::size_t{48} * 1024 * 1024;
  static constexpr std::size_t kMostOfOneClient = std::size_t{4} * 1024 * 1024;
  // The time, the page and the acknowledgement of a press are smaller: others cannot keep them from anybody.
  static constexpr std::size_t kSmall = std::size_t{64} * 1024;

  // Whether the client is to take first what it has asked for. This machine has no limit of its own.
  bool is_behind(IpAddress address) const {
    const auto found = bytes_.find(ConnectionCounts::client_of(address));
    return found != bytes_.end() && found->second >= kMostOfOneClient &&
           !ConnectionCounts::is_this_machine(address);
  }
  bool has_room_for(std::size_t size) const { return size <= kSmall || total_ + size <= kMostInAll; }

  void add(IpAddress address, std::size_t size) {
    bytes_[ConnectionCounts::client_of(address)] += size;
    total_ += size;
  }
  void remove(IpAddress address, std::size_t size) {
    const auto found = bytes_.find(ConnectionCounts::client_of(address));
    if (found == bytes_.end()) return;
    total_ -= size;
    found->second -= size;
    if (found->second == 0) bytes_.erase(found);
  }

 private:
  std::map<IpAddress, std::size_t> bytes_;
  std::size_t total_ = 0;
};

}  // namespace isletime::syncweb
