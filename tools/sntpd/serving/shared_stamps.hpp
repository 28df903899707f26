// SPDX-License-Identifier: MIT
// The table shared by all serving threads, because each request of a client may go to another thread. It is
// created on the first request in interleaved mode: most servers never need its 40 kB.
#pragma once

#include <atomic>
#include <memory>

#include "tools/sntpd/serving/interleaved_stamps.hpp"

namespace isletime::sntpd {

class SharedStamps {
 public:
  SharedStamps() = default;
  ~SharedStamps() { delete table_.load(std::memory_order_acquire); }
  SharedStamps(const SharedStamps&) = delete;
  SharedStamps& operator=(const SharedStamps&) = delete;

  // Any thread may call this.
  InterleavedStamps& table() {
    if (InterleavedStamps* made = table_.load(std::memory_order_acquire)) return *made;
    auto fresh = std::make_unique<InterleavedStamps>();
    InterleavedStamps* made = nullptr;
    if (!table_.compare_exchange_strong(made, fresh.get(), std::memory_order_acq_rel)) return *made;
    return *fresh.release();
  }

 private:
  std::atomic<InterleavedStamps*> table_{nullptr};
};

}  // namespace isletime::sntpd
