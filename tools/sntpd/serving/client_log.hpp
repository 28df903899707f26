// SPDX-License-Identifier: MIT
// Who asked, how often and when last, and who asks too much: of bounded size, written by a thread that
// serves and read by any other.
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
  std::uint64_t requests = 0;  // the refused and limited ones too
  std::uint64_t refused = 0;
  std::uint64_t limited = 0;  // beyond the limit, whether or not they were answered
  WallTime last;
  std::optional<WallTime> previous;
  std::optional<std::uint8_t> version;  // as the last request has it, 0 to 7
  std::uint8_t versions = 0;            // of all requests, a bit each
};

class ClientLog {
 public:
  static constexpr std::size_t kMostClients = 4096;

  // `secret`: a number that nobody can predict.
  explicit ClientLog(std::uint64_t secret);
  ClientLog(ClientLog&&) noexcept;
  ClientLog& operator=(ClientLog&&) noexcept;
  ~ClientLog();

 private:
  struct Entry;
  struct Table;

 public:
  // Readers wait while one lives: one for the requests of a batch.
  class Batch {
   public:
    // Each request first; the others are about the one that was added last.
    void add(const Request& request);
    void refuse();
    // To be asked only of what would be answered, and of what is signed wrongly.
    Allowance limit();
    // The same of what was found to be signed rightly by this key. What others send in the name of its client
    // does not count, as they cannot sign it.
    Allowance limit_signed(std::uint32_t key_id);
    // Whether it may be looked at whether the MAC by this key is right.
    bool may_check_mac(std::uint32_t key_id);
    // That was done, and it is wrong.
    void on_wrong_mac(std::uint32_t key_id);

   private:
    friend class ClientLog;
    Batch(Table& table, MonoTime now);

    Allowance judge(RateLimit& limit);
    void count_limited();

    Table& table_;
    MonoTime now_;
    std::lock_guard<std::mutex> lock_;
    IpAddress address_;
    Entry* entry_ = nullptr;
  };
  Batch start_batch(MonoTime now) { return {*table_, now}; }

  // In no order.
  std::vector<ClientRecord> records() const;

  // Of all requests, also of clients that had to make room.
  struct Totals {
    std::uint64_t requests = 0;
    std::uint64_t refused = 0;  // and the limited ones that got nothing
    std::uint64_t limited = 0;
  };
  Totals totals() const;

 private:
  std::unique_ptr<Table> table_;
};

// The records of several logs as one, a client once; the busiest first.
std::vector<ClientRecord> merge(std::vector<ClientRecord> records);

}  // namespace isletime::sntpd
