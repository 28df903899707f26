// SPDX-License-Identifier: MIT
// NTP timestamps: the dates of RFC 868 and of RFC 5905 (figure 4), a captured timestamp, and arithmetic by
// hand: 1 ns is 4.294967296 units of 2^-32 s, 1 unit is 0.2328 ns.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>

#include "libsync/core/ntp_timestamp.hpp"
#include "tests/core/vectors/table.hpp"

namespace isletime::vectors {

inline constexpr std::uint64_t kRaw1970 = 0x83aa'7e80'0000'0000;
inline constexpr std::uint64_t kRaw2024 = 0xe93c'7f00'0000'0000;  // 2024-01-01T00:00:00Z
inline constexpr seconds kUnix2024{1'704'067'200};
inline constexpr seconds kEra1{2'085'978'496};  // 2036-02-07T06:28:16Z
inline constexpr nanoseconds kEarliest{std::numeric_limits<std::int64_t>::min()};
inline constexpr nanoseconds kLatest{std::numeric_limits<std::int64_t>::max()};

// The expected value of a - b, and of b - a.
struct Difference {
  std::uint64_t a;
  std::uint64_t b;
  nanoseconds expected;

  constexpr bool holds() const {
    const auto first = NtpTimestamp::from_raw(a);
    const auto second = NtpTimestamp::from_raw(b);
    return first - second == expected && second - first == -expected;
  }
};

inline constexpr Difference kSmallDifferences[] = {
    {kRaw2024, kRaw2024, nanoseconds{0}},
    {kRaw2024 + 0x1'0000'0000, kRaw2024, seconds{1}},
    {kRaw2024 + 0x8000'0000, kRaw2024, nanoseconds{500'000'000}},
    {kRaw2024 + 0x1'4000'0000, kRaw2024, nanoseconds{1'250'000'000}},
};

inline constexpr Difference kDifferencesRoundToNearest[] = {
    {kRaw2024 + 1, kRaw2024, nanoseconds{0}},       {kRaw2024 + 2, kRaw2024, nanoseconds{0}},  // 0.47 ns
    {kRaw2024 + 3, kRaw2024, nanoseconds{1}},                                                  // 0.70 ns
    {kRaw2024 + 4, kRaw2024, nanoseconds{1}},                                                  // 0.93 ns
    {kRaw2024 + 6, kRaw2024, nanoseconds{1}},                                                  // 1.40 ns
    {kRaw2024 + 7, kRaw2024, nanoseconds{2}},                                                  // 1.63 ns
    {kRaw2024 + 0xffff'ffff, kRaw2024, seconds{1}},
};

// In units of 1/8388608 ns, the reduced ratio of 2^-32 s to 1 ns, 64 bits overflow at 2^63 units, 1099.5 s.
inline constexpr Difference kDifferencesAbove1099Seconds[] = {
    {kRaw2024 + (std::uint64_t{1'099} << 32), kRaw2024, seconds{1'099}},
    {kRaw2024 + (std::uint64_t{1'100} << 32), kRaw2024, seconds{1'100}},
    {kRaw2024 + (std::uint64_t{86'400} << 32) + 0x8000'0000, kRaw2024, nanoseconds{86'400'500'000'000}},
    {kRaw2024, kRaw1970, kUnix2024},
    {kRaw2024 + (std::uint64_t{0x7fff'ffff} << 32), kRaw2024, seconds{2'147'483'647}},
};

inline constexpr Difference kDifferencesAcrossEras[] = {
    {0x0000'0001'0000'0000, 0xffff'ffff'0000'0000, seconds{2}},
    {0x0000'0000'0000'0001, 0xffff'ffff'ffff'ffff, nanoseconds{0}},  // 0.47 ns
    {0x0000'0000'8000'0000, 0xffff'ffff'8000'0000, seconds{1}},
    {0x0000'f680'0000'0000, kRaw2024, seconds{2'086'041'600} - kUnix2024},  // 8 Feb 2036
};

struct Unset {
  std::uint64_t raw;
  bool is_unset;

  constexpr bool holds() const {
    const auto stamp = NtpTimestamp::from_raw(raw);
    return stamp.is_unset() == is_unset && unfold(stamp, WallTime{kEra1}).has_value() == !is_unset;
  }
};

inline constexpr Unset kUnset[] = {
    {0, true},
    {1, false},
    {0x1'0000'0000, false},
    {0xffff'ffff'ffff'ffff, false},
};

// Midnight of a Modified Julian Day is a timestamp without a fraction, which unfolds to that midnight.
struct Midnight {
  std::int64_t modified_julian_day;
  std::uint32_t ntp_seconds;

  constexpr bool holds() const {
    constexpr std::int64_t kMjd1970 = 40'587;
    const WallTime midnight{seconds{(modified_julian_day - kMjd1970) * 86'400}};
    const auto stamp = NtpTimestamp::from_raw(std::uint64_t{ntp_seconds} << 32);
    return to_ntp(midnight) == stamp && unfold(stamp, midnight + seconds{1'000'000'000}) == midnight &&
           unfold(stamp, midnight - seconds{1'000'000'000}) == midnight;
  }
};

inline constexpr Midnight kDatesOfRfc868[] = {
    {40'587, 2'208'988'800},             // 1 Jan 1970
    {42'778, 2'398'291'200},             // 1 Jan 1976
    {44'239, 2'524'521'600},             // 1 Jan 1980
    {45'455, 2'629'584'000},             // 1 May 1983
    {0, 4'294'967'296 - 1'297'728'000},  // 17 Nov 1858, "-1,297,728,000"
};

inline constexpr Midnight kDatesOfRfc5905[] = {
    {15'019, 4'294'880'896},  // 31 Dec 1899, last day of era -1
    {40'587, 2'208'988'800},  // 1 Jan 1970, first day Unix
    {41'317, 2'272'060'800},  // 1 Jan 1972, first day UTC
    {51'543, 3'155'587'200},  // 31 Dec 1999
    {64'731, 63'104},         // 8 Feb 2036, first day of era 1
};

struct Conversion {
  nanoseconds since_1970;
  std::uint64_t raw;

  constexpr bool holds() const {
    const WallTime time{since_1970};
    return to_ntp(time).raw() == raw && unfold(NtpTimestamp::from_raw(raw), time) == time;
  }
};

inline constexpr Conversion kConversionsRoundToNearest[] = {
    {nanoseconds{1}, kRaw1970 + 4},                      // 4.29
    {nanoseconds{2}, kRaw1970 + 9},                      // 8.59
    {nanoseconds{3}, kRaw1970 + 13},                     // 12.88
    {nanoseconds{123'456'789}, kRaw1970 + 530'242'871},  // 530'242'871.22
    {nanoseconds{500'000'000}, kRaw1970 + 0x8000'0000},
    {nanoseconds{999'999'999}, kRaw1970 + 0xffff'fffc},  // 2^32 - 4.29
    {nanoseconds{-1}, kRaw1970 - 4},
    {nanoseconds{-2}, kRaw1970 - 9},
    {nanoseconds{-250'000'000}, kRaw1970 - 0x4000'0000},
    // This is the transmit timestamp of Wireshark's sample capture NTP_sync, packet 1:
    // 2004-09-27T03:18:04.9228963Z.
    {nanoseconds{1'096'255'084'922'896'300}, 0xc502'04ec'ec42'ee92},
};

// These are beyond one era in either direction. -2^63 ns is 0.145224192 s after second -9'223'372'037.
inline constexpr Conversion kConversionsAtTheEndsOfTheRange[] = {
    {kEarliest, 0x5de9'017b'252d'69a3},
    {kLatest, 0xa96b'fb84'dad2'9658},
};

// The timestamps of these instants would be all zeros, so they are one unit late.
inline constexpr Conversion kFirstInstantsOfEras[] = {
    {seconds{-2'208'988'800}, 1},
    {kEra1, 1},
};

struct Unfolding {
  std::uint64_t raw;
  nanoseconds near;
  std::optional<nanoseconds> expected;

  constexpr bool holds() const {
    const auto time = unfold(NtpTimestamp::from_raw(raw), WallTime{near});
    return time.has_value() == expected.has_value() && (!time || time->time_since_epoch() == *expected);
  }
};

// 2^31 s is 68 years and 18 days.
inline constexpr Unfolding kUnfoldingsNearAPivot[] = {
    {kRaw2024, kUnix2024, kUnix2024},
    {kRaw2024, kUnix2024 + seconds{0x7fff'ffff}, kUnix2024},
    {kRaw2024, kUnix2024 - seconds{0x7fff'ffff}, kUnix2024},
    {kRaw2024, kUnix2024 + seconds{0x8000'0001}, kUnix2024 + seconds{0x1'0000'0000}},
    {kRaw2024, kUnix2024 - seconds{0x8000'0001}, kUnix2024 - seconds{0x1'0000'0000}},
};

inline constexpr Unfolding kUnfoldingsOfEra1[] = {
    {1, kEra1 - seconds{1}, kEra1},
    {0x0000'0001'0000'0000, kUnix2024, kEra1 + seconds{1}},
    {0x0000'f680'0000'0000, kUnix2024, seconds{2'086'041'600}},               // 8 Feb 2036, seen from 2024
    {0x0000'f680'0000'0000, seconds{0}, seconds{2'086'041'600}},              // from 1970, 66 years before
    {0x0000'f680'0000'0000, seconds{-315'619'200}, seconds{-2'208'925'696}},  // from 1960 it is 1900
    {0xffff'ffff'0000'0000, kEra1, kEra1 - seconds{1}},
};

inline constexpr Unfolding kUnfoldingsOutOfRange[] = {
    {0xa96b'fb84'dad2'9658, kLatest, kLatest},
    {0xa96b'fb85'dad2'9658, kLatest, std::nullopt},
    {0x5de9'017b'252d'69a3, kEarliest, kEarliest},
    {0x5de9'017a'252d'69a3, kEarliest, std::nullopt},
};

inline constexpr Check kNtpTimestampChecks[] = {
    {"NtpTimestamp.SmallDifferences", first_failing<kSmallDifferences>},
    {"NtpTimestamp.DifferencesRoundToNearest", first_failing<kDifferencesRoundToNearest>},
    {"NtpTimestamp.DifferencesAbove1099Seconds", first_failing<kDifferencesAbove1099Seconds>},
    {"NtpTimestamp.DifferencesAcrossEras", first_failing<kDifferencesAcrossEras>},
    {"NtpTimestamp.Unset", first_failing<kUnset>},
    {"NtpTimestamp.DatesOfRfc868", first_failing<kDatesOfRfc868>},
    {"NtpTimestamp.DatesOfRfc5905", first_failing<kDatesOfRfc5905>},
    {"NtpTimestamp.ConversionsRoundToNearest", first_failing<kConversionsRoundToNearest>},
    {"NtpTimestamp.ConversionsAtTheEndsOfTheRange", first_failing<kConversionsAtTheEndsOfTheRange>},
    {"NtpTimestamp.FirstInstantsOfEras", first_failing<kFirstInstantsOfEras>},
    {"NtpTimestamp.UnfoldingsNearAPivot", first_failing<kUnfoldingsNearAPivot>},
    {"NtpTimestamp.UnfoldingsOfEra1", first_failing<kUnfoldingsOfEra1>},
    {"NtpTimestamp.UnfoldingsOutOfRange", first_failing<kUnfoldingsOutOfRange>},
};

}  // namespace isletime::vectors
