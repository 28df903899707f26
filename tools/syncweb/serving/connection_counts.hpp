// SPDX-License-Identifier: MIT
// Counts the connections of each client, so that no client takes all that there may be. A client is an IPv4
// address or the /64 of an IPv6 address, since a host has a whole /64 of addresses to choose from.
#pragma once

#include <algorithm>
#include <cstddef>
#include <map>
#include <optional>

#include "libsync/core/ip_address.hpp"

namespace isletime::syncweb {

class ConnectionCounts {
 public:
  static constexpr std::size_t kMostInAll = 1200;
  static constexpr std::size_t kMostOfOneClient = 100;

  static constexpr IpAddress client_of(IpAddress address) {
    return address.is_v4() ? address : IpAddress{address.high, 0};
  }

  static constexpr bool is_this_machine(IpAddress address) {
    return address == IpAddress::v4(0x7f00'0001) || address == IpAddress{0, 1};
  }

  // This machine has no limit of its own: behind a proxy on it are many clients.
  bool is_refused(IpAddress address) const {
    return !is_this_machine(address) && count(client_of(address)) >= kMostOfOneClient;
  }
  bool is_full() const { return total_ >= kMostInAll; }
  // Returns the client that has the most connections, if it has more than `newcomer` or is this machine: it
  // is to lose one.
  std::optional<IpAddress> greediest_besides(IpAddress newcomer) const {
    const auto most = std::max_element(counts_.begin(), counts_.end(),
                                       [](const auto& a, const auto& b) { return a.second < b.second; });
    if (most == counts_.end()) return std::nullopt;
    const bool is_greedier = most->second > count(client_of(newcomer)) + 1;
    const bool is_same_machine = is_this_machine(newcomer) && most->first == client_of(newcomer);
    return is_greedier || is_same_machine ? std::optional{most->first} : std::nullopt;
  }

  void add(IpAddress address) {
    ++counts_[client_of(address)];
    ++total_;
  }
  void remove(IpAddress address) {
    const auto found = counts_.find(client_of(address));
    if (found == counts_.end()) return;
    --total_;
    if (--found->second == 0) counts_.erase(found);
  }

 private:
  std::size_t count(IpAddress client) const {
    const auto found = counts_.find(client);
    return found == counts_.end() ? 0 : found->second;
  }

  std::map<IpAddress, std::size_t> counts_;
  std::size_t total_ = 0;
};

}  // namespace isletime::syncweb
