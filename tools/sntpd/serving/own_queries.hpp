// SPDX-License-Identifier: MIT
// Whether one of our own queries has come to our own service: then the server that was asked is this very
// one, by whatever name, forwarder or address. A query is known by its transmit stamp, 64 random bits.
// Queries are noted by the thread that asks, requests by any that serves.
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
  // To be asked when the answer has come.
  bool came_to_us(NtpTimestamp transmit) const {
    return !transmit.is_unset() && came_[slot_of(transmit)].load(std::memory_order_acquire) == transmit.raw();
  }

 private:
  // More than are ever under way, so that hardly one takes another's place.
  static constexpr std::size_t kSlots = 256;
  using Slots = std::array<std::atomic<std::uint64_t>, kSlots>;

  static std::size_t slot_of(NtpTimestamp transmit) { return transmit.raw() % kSlots; }

  Slots asked_{};
  Slots came_{};
};

}  // namespace isletime::sntpd
