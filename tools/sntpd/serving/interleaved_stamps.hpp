// SPDX-License-Identifier: MIT
// What a server keeps for clients in interleaved mode (RFC 9769, section 2): when the reply to a request
// really left, found by the receive stamp that the reply had. A table of fixed size that new entries
// overwrite: a client whose entry is gone gets a basic reply, and its next an interleaved one. All threads
// that serve share it, and none ever waits for another: who meets an entry that is being written does
// without.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "libsync/core/ip_address.hpp"
#include "libsync/core/ntp_timestamp.hpp"

namespace isletime::sntpd {

// RFC 9769, section 2: a request that a client in interleaved mode may have sent. The stamps that a
// client of basic mode fills in, if any, are of another reply, and never found.
constexpr bool may_be_interleaved(NtpTimestamp origin, NtpTimestamp receive, NtpTimestamp transmit) {
  return !origin.is_unset() && receive != transmit;
}

class InterleavedStamps {
 public:
  // When the reply left that had this receive stamp, if it was this client's.
  std::optional<NtpTimestamp> find(NtpTimestamp receive, IpAddress client) const {
    if (receive.is_unset()) return std::nullopt;
    const Entry& entry = entries_[index_of(receive)];
    const std::uint64_t before = entry.sequence.load(std::memory_order_acquire);
    const bool is_it = entry.is_of(receive) &&
                       entry.client_high.load(std::memory_order_acquire) == client.high &&
                       entry.client_low.load(std::memory_order_acquire) == client.low;
    const auto transmit = NtpTimestamp::from_raw(entry.transmit.load(std::memory_order_acquire));
    const bool is_whole = before % 2 == 0 && entry.sequence.load(std::memory_order_relaxed) == before;
    return is_it && is_whole ? std::optional{transmit} : std::nullopt;
  }

  void save(NtpTimestamp receive, IpAddress client, NtpTimestamp transmit) {
    Entry& entry = entries_[index_of(receive)];
    if (!entry.begin_writing()) return;
    entry.client_high.store(client.high, std::memory_order_release);
    entry.client_low.store(client.low, std::memory_order_release);
    entry.receive.store(receive.raw(), std::memory_order_release);
    entry.transmit.store(transmit.raw(), std::memory_order_release);
    entry.end_writing();
  }

  // A better stamp of the same reply, if it is still there.
  void correct(NtpTimestamp receive, NtpTimestamp transmit) {
    Entry& entry = entries_[index_of(receive)];
    if (!entry.is_of(receive) || !entry.begin_writing()) return;
    // Another thread may have come between.
    if (entry.is_of(receive)) entry.transmit.store(transmit.raw(), std::memory_order_release);
    entry.end_writing();
  }

 private:
  // A sequence lock over atomic words: a torn copy is seen, and taken for none.
  struct Entry {
    std::atomic<std::uint64_t> sequence{0};  // odd: being written
    std::atomic<std::uint64_t> client_high{0};
    std::atomic<std::uint64_t> client_low{0};
    std::atomic<std::uint64_t> receive{0};
    std::atomic<std::uint64_t> transmit{0};

    bool is_of(NtpTimestamp stamp) const { return receive.load(std::memory_order_acquire) == stamp.raw(); }
    bool begin_writing() {
      std::uint64_t before = sequence.load(std::memory_order_relaxed);
      return before % 2 == 0 && sequence.compare_exchange_strong(
                                    before, before + 1, std::memory_order_acquire, std::memory_order_relaxed);
    }
    void end_writing() {
      sequence.store(sequence.load(std::memory_order_relaxed) + 1, std::memory_order_release);
    }
  };

  static constexpr std::size_t kEntries = 1024;

  // A multiplication by an odd number without a pattern carries each bit upwards.
  static constexpr std::size_t index_of(NtpTimestamp receive) {
    return static_cast<std::size_t>((receive.raw() * 0x9e37'79b9'7f4a'7c15U) >> 54);
  }

  std::array<Entry, kEntries> entries_{};
};

}  // namespace isletime::sntpd
