// SPDX-License-Identifier: MIT
// ShortTime is the unsigned 16.16 seconds format of root delay and root dispersion (RFC 5905, section 6).
// Both are bounds, so both conversions round up.
#pragma once

#include <cstdint>

#include "libsync/core/time_types.hpp"

namespace isletime {

class ShortTime {
 public:
  constexpr ShortTime() = default;
  static constexpr ShortTime from_raw(std::uint32_t raw) { return ShortTime{raw}; }

  // Returns whether round_up() returns no less.
  static constexpr bool fits(nanoseconds duration) {
    return duration <= from_raw(0xffff'ffff).to_nanoseconds();
  }

  // Negative values become zero, and 65536 s and more the largest value.
  static constexpr ShortTime round_up(nanoseconds duration) {
    if (duration <= nanoseconds::zero()) return ShortTime{};
    const auto whole = std::chrono::floor<seconds>(duration);
    if (whole.count() > 0xffff) return ShortTime{0xffff'ffff};
    const auto fraction = (static_cast<std::uint64_t>((duration - whole).count()) << 16) + 999'999'999;
    const auto raw = (static_cast<std::uint64_t>(whole.count()) << 16) + fraction / 1'000'000'000;
    return ShortTime{raw > 0xffff'ffff ? 0xffff'ffff : static_cast<std::uint32_t>(raw)};
  }

  constexpr std::uint32_t raw() const { return raw_; }
  // time_types.hpp says why it is marked as not inline.
  [[gnu::noinline]] constexpr nanoseconds to_nanoseconds() const {
    return nanoseconds{static_cast<std::int64_t>((std::uint64_t{raw_} * 1'000'000'000 + 0xffff) >> 16)};
  }
  constexpr bool operator==(const ShortTime&) const = default;

 private:
  constexpr explicit ShortTime(std::uint32_t raw) : raw_(raw) {}
  std::uint32_t raw_ = 0;
};

}  // namespace isletime
