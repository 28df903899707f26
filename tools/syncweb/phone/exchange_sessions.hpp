// SPDX-License-Identifier: MIT
// The hub's memory of the exchanges of each phone: its own stamps only, which no phone can claim. It is
// bounded in number, by address and in age; the oldest session makes room. A session belongs to the address
// that began it.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "libsync/core/ip_address.hpp"
#include "libsync/core/result.hpp"
#include "libsync/policy/instant.hpp"
#include "tools/syncweb/phone/exchange.hpp"
#include "tools/syncweb/phone/refusal.hpp"

namespace isletime::syncweb {

// The phone's stamps of an exchange.
struct PhoneStamps {
  std::uint32_t number;
  WallTime t1;
  WallTime t4;
};

class ExchangeSessions {
 public:
  static constexpr std::size_t kMostSessions = 256;
  static constexpr std::size_t kMostOfAnAddress = 4;
  static constexpr std::uint32_t kMostExchanges = 16;
  static constexpr nanoseconds kLongestSession = std::chrono::minutes{5};

  // Begins a session with an id that the caller has made, which must be unpredictable.
  void begin(const std::string& id, const IpAddress& of, MonoTime now);
  // Stamps an exchange of a session. Returns its number: 1, 2, ...
  Result<std::uint32_t, Refusal> stamp(std::string_view id, const IpAddress& of, Instant now);
  // Joins the phone's stamps with those of the hub. Refuses numbers that are unknown or given twice.
  Result<std::vector<PhoneExchange>, Refusal> join(std::string_view id, const IpAddress& of,
                                                   const std::vector<PhoneStamps>& stamps, MonoTime now);
  std::size_t size() const { return sessions_.size(); }

 private:
  struct Session {
    std::string id;
    IpAddress of;
    MonoTime begun;
    std::vector<Instant> stamps;  // of exchanges 1, 2, ...
  };
  Session* find(std::string_view id, const IpAddress& of, MonoTime now);
  void forget_old(MonoTime now);

  std::deque<Session> sessions_;  // the oldest first
};

}  // namespace isletime::syncweb
