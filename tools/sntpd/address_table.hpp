// SPDX-License-Identifier: MIT
// Something about each of many addresses, in a table of bounded size. Where it is full, the one that has
// been silent longest makes room, among the eight that an unpredictable hash puts together: strangers
// with made-up addresses cost no more.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "libsync/core/ip_address.hpp"
#include "libsync/core/time_types.hpp"

namespace isletime::sntpd {

template <class Value, std::size_t kMost>
class AddressTable {
 public:
  // `secret`: a number that nobody can predict.
  explicit AddressTable(std::uint64_t secret) : secret_(secret) {}

  // A new one is Value{}. Valid until the next call.
  Value& at(IpAddress address, MonoTime now) {
    auto& set = sets_[index_of(address)];
    if (!set) set = std::make_unique<Set>();
    const std::size_t place = place_of(*set, address);
    set->seen[place] = now;
    return set->values[place];
  }

  template <class Visit>
  void for_each(Visit visit) const {
    for (const auto& set : sets_) {
      if (!set) continue;
      for (std::size_t i = 0; i < kSetSize; ++i) {
        if (set->seen[i] != kNever) visit(set->addresses[i], set->values[i]);
      }
    }
  }

 private:
  static constexpr std::size_t kSetSize = 8;
  static constexpr std::size_t kSets = kMost / kSetSize;
  static_assert((kSets & (kSets - 1)) == 0 && kSets > 1);
  static constexpr MonoTime kNever = MonoTime::min();

  struct Set {
    std::array<IpAddress, kSetSize> addresses{};
    std::array<MonoTime, kSetSize> seen;
    std::array<Value, kSetSize> values{};

    Set() { seen.fill(kNever); }
  };

  // Multiplications by odd numbers without a pattern carry each bit upwards; the top ones are taken.
  std::size_t index_of(IpAddress address) const {
    constexpr int kShift = 64 - __builtin_ctzll(kSets);
    std::uint64_t mixed = (address.low ^ secret_) * 0x9e37'79b9'7f4a'7c15U;
    mixed = (mixed ^ mixed >> 32 ^ address.high) * 0xd6e8'feb8'6659'fd93U;
    mixed = (mixed ^ mixed >> 32) * 0x9e37'79b9'7f4a'7c15U;
    return static_cast<std::size_t>(mixed >> kShift);
  }

  static std::size_t place_of(Set& set, IpAddress address) {
    // An unused one bears the address of nobody, and may well become nobody's.
    const auto& all = set.addresses;
    if (const auto at = std::find(all.begin(), all.end(), address); at != all.end()) {
      return static_cast<std::size_t>(at - all.begin());
    }
    const auto oldest =
        static_cast<std::size_t>(std::min_element(set.seen.begin(), set.seen.end()) - set.seen.begin());
    set.addresses[oldest] = address;
    set.values[oldest] = Value{};
    return oldest;
  }

  std::uint64_t secret_;
  // Made as they are needed: most islands are small.
  std::array<std::unique_ptr<Set>, kSets> sets_;
};

}  // namespace isletime::sntpd
