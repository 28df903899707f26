// SPDX-License-Identifier: MIT
// NtpTimestamp is the 64-bit wire format of RFC 5905, section 6: seconds modulo 2^32 since 1900 and a
// fraction in 2^-32 s. Timestamps have no order, only differences, which are right across eras if they are
// less than 68 years apart. Zero means "unset", never 1900 or 2036.
#pragma once

#include <cstdint>
#include <optional>

#include "libsync/core/time_types.hpp"

namespace isletime {

inline constexpr seconds kNtpToUnix{2'208'988'800};

class NtpTimestamp {
 public:
  constexpr NtpTimestamp() = default;
  static constexpr NtpTimestamp from_raw(std::uint64_t raw) { return NtpTimestamp{raw}; }

  constexpr std::uint64_t raw() const { return raw_; }
  constexpr bool is_unset() const { return raw_ == 0; }
  constexpr bool operator==(const NtpTimestamp&) const = default;

  // Rounds to the nearest nanosecond; the whole seconds are split off first, because units of 2^-32 s would
  // overflow.
  [[gnu::noinline]] friend constexpr nanoseconds operator-(NtpTimestamp a, NtpTimestamp b) {
    const auto difference = static_cast<std::int64_t>(a.raw_ - b.raw_);
    const auto fraction = static_cast<std::uint64_t>(difference) & 0xffff'ffff;
    const auto rounded = (fraction * 1'000'000'000 + (1U << 31)) >> 32;
    return seconds{difference >> 32} + nanoseconds{static_cast<std::int64_t>(rounded)};
  }

 private:
  constexpr explicit NtpTimestamp(std::uint64_t raw) : raw_(raw) {}
  std::uint64_t raw_ = 0;
};

// Rounds to the nearest 2^-32 s. The one instant per era whose timestamp would mean "unset" is sent 0.2 ns
// late.
[[gnu::noinline]] constexpr NtpTimestamp to_ntp(WallTime time) {
  const auto [whole, nanosecond] = split(time.time_since_epoch());
  const auto fraction = ((std::uint64_t{nanosecond} << 32) + 500'000'000) / 1'000'000'000;
  const auto raw = static_cast<std::uint64_t>((whole + kNtpToUnix).count()) << 32 | fraction;
  return NtpTimestamp::from_raw(raw == 0 ? 1 : raw);
}

// Returns the instant nearest to `near` that the timestamp may mean, or nothing if it is unset or beyond
// WallTime's range.
[[gnu::noinline]] constexpr std::optional<WallTime> unfold(NtpTimestamp stamp, WallTime near) {
  if (stamp.is_unset()) return std::nullopt;
  std::int64_t sum = 0;
  const auto distance = stamp - to_ntp(near);
  if (__builtin_add_overflow(near.time_since_epoch().count(), distance.count(), &sum)) return std::nullopt;
  return WallTime{nanoseconds{sum}};
}

}  // namespace isletime
