// SPDX-License-Identifier: MIT
// Detects one of our own queries at our own service: then the upstream is this server itself, by whatever
// name, forwarder or address. A query is recognised by its transmit timestamp, 64 random bits. The querying
// thread records queries, and any serving thread requests.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "libsync/core/ntp_timestamp.hpp"

namespace isletime::sntpd {

class OwnQueries {
 public:
  void on_query(NtpTimestamp transmit) {
    came_[slot_of(transmit)].store(0, std::memory_order_relaxed);
    asked_[slot_of(transmit)].store(transmit.raw(), std::memory_order_release);
  }
  void on_request(NtpTimestamp transmit) {
    const std::size_t slot = slot_of(transmit);
    if (transmit.is_unset() || asked_[slot].load(std::memory_order_acquire) != transmit.raw()) return;
    came_[slot].store(transmit.raw(), std::memory_order_release);
  }
  // Call this when the reply has arrived.
  bool came_to_us(NtpTimestamp transmit) const {
    return !transmit.is_unset() && came_[slot_of(transmit)].load(std::memory_order_acquire) == transmit.raw();
  }

 private:
  // There are never so many outstanding queries, so they hardly ever share a slot.
  static constexpr std::size_t kSlots = 256;
  using Slots = std::array<std::atomic<std::uint64_t>, kSlots>;

  static std::size_t slot_of(NtpTimestamp transmit) { return transmit.raw() % kSlots; }

  Slots asked_{};
  Slots came_{};
};

}  // namespace isletime::sntpd
