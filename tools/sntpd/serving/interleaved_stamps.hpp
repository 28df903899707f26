// SPDX-License-Identifier: MIT
// The timestamps that a server saves for clients in interleaved mode (RFC 9769, section 2): when the reply to
// a request really left, by the receive timestamp in that reply. It is a table of fixed size whose entries
// are overwritten: a client whose entry is gone gets a basic reply, and next an interleaved one. All serving
// threads share it without waiting for each other: a thread ignores an entry that is being written.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "libsync/core/ip_address.hpp"
#include "libsync/core/ntp_timestamp.hpp"

namespace isletime::sntpd {

// RFC 9769, section 2: returns whether a client in interleaved mode may have sent the request. The timestamps
// that a client in basic mode fills in, if any, belong to another reply and are never found.
constexpr bool may_be_interleaved(NtpTimestamp origin, NtpTimestamp receive, NtpTimestamp transmit) {
  return !origin.is_unset() && receive != transmit;
}

class InterleavedStamps {
 public:
  // Returns when the reply with this receive timestamp left, if it went to this client.
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

  // Takes a better timestamp of the same reply, if the entry is still there.
  void correct(NtpTimestamp receive, NtpTimestamp transmit) {
    Entry& entry = entries_[index_of(receive)];
    if (!entry.is_of(receive) || !entry.begin_writing()) return;
    // Another thread may have replaced the entry.
    if (entry.is_of(receive)) entry.transmit.store(transmit.raw(), std::memory_order_release);
    entry.end_writing();
  }

 private:
  // A sequence lock over atomic words: a torn copy is detected and ignored.
  struct Entry {
    std::atomic<std::uint64_t> sequence{0};  // odd while it is being written
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

  // Multiplication by an irregular odd number carries each bit upwards.
  static constexpr std::size_t index_of(NtpTimestamp receive) {
    return static_cast<std::size_t>((receive.raw() * 0x9e37'79b9'7f4a'7c15U) >> 54);
  }

  std::array<Entry, kEntries> entries_{};
};

}  // namespace isletime::sntpd
