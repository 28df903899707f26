// SPDX-License-Identifier: MIT
// Who asked, how often and when last: a table of bounded size, written by a thread that serves and
// read by any other. Where it is full, the client that has been silent longest makes room, among the
// eight that an unpredictable hash puts together: strangers with made-up addresses cost no more.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "libsync/core/ip_address.hpp"
#include "libsync/core/time_types.hpp"
#include "libsync/posix/service_socket.hpp"

namespace isletime::sntpd {

struct ClientRecord {
  IpAddress address;
  std::uint64_t requests = 0;  // the refused ones too
  std::uint64_t refused = 0;
  WallTime last;
  std::optional<WallTime> previous;
  std::optional<std::uint8_t> version;  // as the last request has it, 0 to 7
};

class ClientLog {
 public:
  enum class Outcome : std::uint8_t { kAnswered, kRefused };

  static constexpr std::size_t kMostClients = 1024;

  // `secret`: a number that nobody can predict.
  explicit ClientLog(std::uint64_t secret);
  ClientLog(ClientLog&&) noexcept;
  ClientLog& operator=(ClientLog&&) noexcept;
  ~ClientLog();

 private:
  struct Table;

 public:
  // Readers wait while one lives: one for the requests of a batch.
  class Batch {
   public:
    void add(const Arrival& request, Outcome outcome);

   private:
    friend class ClientLog;
    explicit Batch(Table& table);

    Table& table_;
    std::lock_guard<std::mutex> lock_;
  };
  Batch start_batch() { return Batch{*table_}; }

  // In no order.
  std::vector<ClientRecord> records() const;

  // Of all requests, also of clients that had to make room.
  struct Totals {
    std::uint64_t answered = 0;
    std::uint64_t refused = 0;
  };
  Totals totals() const;

 private:
  std::unique_ptr<Table> table_;
};

// The records of several logs as one, a client once; the busiest first.
std::vector<ClientRecord> merge(std::vector<ClientRecord> records);

}  // namespace isletime::sntpd
