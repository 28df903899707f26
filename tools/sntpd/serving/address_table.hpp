// SPDX-License-Identifier: MIT
// Stores a value for each of many addresses in a table of bounded size. If it is full, the entry that has
// been silent the longest makes room, among the eight that an unpredictable hash puts together: an attacker
// with forged addresses gets no more memory.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "libsync/core/ip_address.hpp"
#include "libsync/core/time_types.hpp"

namespace isletime::sntpd {

// Returns the words of a key to be hashed.
constexpr std::array<std::uint64_t, 2> words_of(IpAddress address) {
  return {address.high, address.low};
}

// words_of() must accept `Key`.
template <class Value, std::size_t kMost, class Key = IpAddress>
class AddressTable {
 public:
  // `secret` must be unpredictable.
  explicit AddressTable(std::uint64_t secret) : secret_(secret) {}

  // A new entry is Value{}. The reference is valid until the next call.
  Value& at(const Key& key, MonoTime now) {
    auto& set = sets_[index_of(key)];
    if (!set) set = std::make_unique<Set>();
    const std::size_t place = place_of(*set, key);
    set->seen[place] = now;
    return set->values[place];
  }

  // Returns null if there is no entry. The pointer is valid until the next at().
  Value* find(const Key& key) {
    auto& set = sets_[index_of(key)];
    if (!set) return nullptr;
    for (std::size_t i = 0; i < kSetSize; ++i) {
      if (set->keys[i] == key && set->seen[i] != kNever) return &set->values[i];
    }
    return nullptr;
  }

  template <class Visit>
  void for_each(Visit visit) const {
    for (const auto& set : sets_) {
      if (!set) continue;
      for (std::size_t i = 0; i < kSetSize; ++i) {
        if (set->seen[i] != kNever) visit(set->keys[i], set->values[i]);
      }
    }
  }

 private:
  static constexpr std::size_t kSetSize = 8;
  static constexpr std::size_t kSets = kMost / kSetSize;
  static_assert((kSets & (kSets - 1)) == 0 && kSets > 1);
  static constexpr MonoTime kNever = MonoTime::min();

  struct Set {
    std::array<Key, kSetSize> keys{};
    std::array<MonoTime, kSetSize> seen;
    std::array<Value, kSetSize> values{};

    Set() { seen.fill(kNever); }
  };

  // Multiplication by an irregular odd number carries each bit upwards; the top bits are used.
  std::size_t index_of(const Key& key) const {
    constexpr int kShift = 64 - __builtin_ctzll(kSets);
    const auto [high, low] = words_of(key);
    std::uint64_t mixed = (low ^ secret_) * 0x9e37'79b9'7f4a'7c15U;
    mixed = (mixed ^ mixed >> 32 ^ high) * 0xd6e8'feb8'6659'fd93U;
    mixed = (mixed ^ mixed >> 32) * 0x9e37'79b9'7f4a'7c15U;
    return static_cast<std::size_t>(mixed >> kShift);
  }

  static std::size_t place_of(Set& set, const Key& key) {
    // An unused entry has the unspecified address, which is harmless if that is the key.
    const auto& all = set.keys;
    if (const auto at = std::find(all.begin(), all.end(), key); at != all.end()) {
      return static_cast<std::size_t>(at - all.begin());
    }
    const auto oldest =
        static_cast<std::size_t>(std::min_element(set.seen.begin(), set.seen.end()) - set.seen.begin());
    set.keys[oldest] = key;
    set.values[oldest] = Value{};
    return oldest;
  }

  std::uint64_t secret_;
  // Sets are allocated when they are needed, since most islands are small.
  std::array<std::unique_ptr<Set>, kSets> sets_;
};

}  // namespace isletime::sntpd
