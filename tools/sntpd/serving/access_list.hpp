// SPDX-License-Identifier: MIT
// The access rules, which a reload replaces while threads use them. A reader keeps its own reference and
// checks for a newer version with a single atomic load.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <utility>
#include <vector>

#include "libsync/policy/access_rules.hpp"

namespace isletime::sntpd {

class AccessList {
 public:
  using Rules = std::vector<AccessRule>;  // in order of precedence

  explicit AccessList(Rules rules) : rules_(std::make_shared<const Rules>(std::move(rules))) {}

  void replace(Rules rules) {
    auto fresh = std::make_shared<const Rules>(std::move(rules));
    const std::lock_guard lock(mutex_);
    rules_ = std::move(fresh);
    version_.fetch_add(1, std::memory_order_release);
  }

  // Each thread needs its own.
  class Reader {
   public:
    explicit Reader(const AccessList& list) : list_(&list) {}

    // Valid until the next call.
    std::span<const AccessRule> current() {
      const auto newest = list_->version_.load(std::memory_order_acquire);
      if (newest != version_) {
        const std::lock_guard lock(list_->mutex_);
        rules_ = list_->rules_;
        version_ = newest;
      }
      return *rules_;
    }

   private:
    const AccessList* list_;
    std::shared_ptr<const Rules> rules_;
    std::uint64_t version_ = 0;
  };

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const Rules> rules_;
  std::atomic<std::uint64_t> version_{1};
};

}  // namespace isletime::sntpd
