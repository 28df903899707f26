// SPDX-License-Identifier: MIT
// Records which clients have sent requests, how many and when last, and which exceed their limit. Its size is
// bounded; one serving thread writes it, and any other may read it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "libsync/core/ip_address.hpp"
#include "libsync/core/time_types.hpp"
#include "libsync/policy/rate_limit.hpp"
#include "libsync/policy/responder.hpp"

namespace isletime::sntpd {

struct ClientRecord {
  IpAddress address;
  std::uint64_t requests = 0;  // including refused and limited ones
  std::uint64_t refused = 0;
  std::uint64_t limited = 0;  // beyond the limit, answered or not
  WallTime last;
  std::optional<WallTime> previous;
  std::optional<std::uint8_t> version;  // of the last request, 0 to 7
  std::uint8_t versions = 0;            // of all requests, one bit each
};

class ClientLog {
 public:
  static constexpr std::size_t kMostClients = 4096;

  // `secret` must be unpredictable.
  explicit ClientLog(std::uint64_t secret);
  ClientLog(ClientLog&&) noexcept;
  ClientLog& operator=(ClientLog&&) noexcept;
  ~ClientLog();

 private:
  struct Entry;
  struct Table;

 public:
  // Readers wait while a Batch exists; use one per batch of requests.
  class Batch {
   public:
    // Add each request first; the other functions refer to the last one added.
    void add(const Request& request);
    void refuse();
    // Call this only for requests that would get a reply, and for wrong signatures.
    Allowance limit();
    // The same for a request whose signature with this key was verified. Packets that others send in its
    // client's name do not count, as they cannot sign them.
    Allowance limit_signed(std::uint32_t key_id);
    // Returns whether the MAC with this key may be verified now.
    bool may_check_mac(std::uint32_t key_id);
    // The MAC was verified and is wrong.
    void on_wrong_mac(std::uint32_t key_id);

   private:
    friend class ClientLog;
    Batch(Table& table, MonoTime now);

    Allowance admit(RateLimit& limit);
    void count_limited();

    Table& table_;
    MonoTime now_;
    std::lock_guard<std::mutex> lock_;
    IpAddress address_;
    Entry* entry_ = nullptr;
  };
  Batch start_batch(MonoTime now) { return {*table_, now}; }

  // The order is arbitrary.
  std::vector<ClientRecord> records() const;

  // Counts all requests, including those of clients that had to make room.
  struct Totals {
    std::uint64_t requests = 0;
    std::uint64_t refused = 0;  // including limited ones without a reply
    std::uint64_t limited = 0;
  };
  Totals totals() const;

 private:
  std::unique_ptr<Table> table_;
};

// Merges the records of several logs, one per client, the busiest first.
std::vector<ClientRecord> merge(std::vector<ClientRecord> records);

}  // namespace isletime::sntpd
