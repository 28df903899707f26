// SPDX-License-Identifier: MIT
// RFC 3339 texts: the examples of its section 5.8, its leap seconds (appendix D), and its grammar (section
// 5.6) broken at each place. The Unix times are those of date(1).
#pragma once

#include <string_view>

#include "libsync/core/rfc3339.hpp"
#include "tests/core/vectors/table.hpp"

namespace isletime::vectors {

struct Reading {
  std::string_view text;
  nanoseconds since_1970;

  constexpr bool holds() const {
    const auto time = parse_rfc3339(text);
    return time && *time == WallTime{since_1970};
  }
};

inline constexpr Reading kExamplesOfRfc3339[] = {
    {"1985-04-12T23:20:50.52Z", nanoseconds{482'196'050'520'000'000}},
    {"1996-12-19T16:39:57-08:00", seconds{851'042'397}},
    {"1996-12-20T00:39:57Z", seconds{851'042'397}},
    {"1990-12-31T23:59:60Z", seconds{662'688'000}},
    {"1990-12-31T15:59:60-08:00", seconds{662'688'000}},
    {"1937-01-01T12:00:27.87+00:20", nanoseconds{-1'041'337'172'130'000'000}},
};

// A leap second is read as the instant that follows it. Positive ones have come at the ends of June and
// December so far.
inline constexpr Reading kLeapSeconds[] = {
    {"1972-06-30T23:59:60Z", seconds{78'796'800}},
    {"2016-12-31T23:59:60Z", seconds{1'483'228'800}},
    {"2016-12-31T23:59:60.5Z", nanoseconds{1'483'228'800'500'000'000}},
    {"2017-01-01T08:59:60+09:00", seconds{1'483'228'800}},
};

// Offsets, small letters and a space for "T" (section 5.6), and "-00:00" (section 4.3).
inline constexpr Reading kVariants[] = {
    {"2026-02-03t04:05:06z", seconds{1'770'091'506}},
    {"2026-02-03 04:05:06Z", seconds{1'770'091'506}},
    {"2026-02-03T04:05:06-00:00", seconds{1'770'091'506}},
    {"2026-02-03T04:05:06+00:00", seconds{1'770'091'506}},
    {"2026-02-04T04:04:06+23:59", seconds{1'770'091'506}},
    {"2026-02-02T04:06:06-23:59", seconds{1'770'091'506}},
    {"2024-02-29T00:00:00Z", seconds{1'709'164'800}},
};

inline constexpr Reading kFractions[] = {
    {"1970-01-01T00:00:00.1Z", nanoseconds{100'000'000}},
    {"1970-01-01T00:00:00.000000001Z", nanoseconds{1}},
    {"1970-01-01T00:00:00.123456789Z", nanoseconds{123'456'789}},
    {"1970-01-01T00:00:00.1234567899Z", nanoseconds{123'456'789}},
    {"1970-01-01T00:00:00.99999999999999999999Z", nanoseconds{999'999'999}},
    {"1969-12-31T23:59:59.9999999999Z", nanoseconds{-1}},
};

inline constexpr Reading kReadableEnds[] = {
    {"1677-09-21T00:12:43.145224192Z", nanoseconds::min()},
    {"2262-04-11T23:47:16.854775807Z", nanoseconds::max()},
    // Local times out of range may name instants that are in range.
    {"2262-04-12T00:47:16+01:00", seconds{9'223'372'036}},
    {"1677-09-20T23:12:44-01:00", seconds{-9'223'372'036}},
};

struct Failure {
  std::string_view text;
  Rfc3339Error error;

  constexpr bool holds() const {
    const auto time = parse_rfc3339(text);
    return !time && time.error() == error;
  }
};

inline constexpr Failure kBadSyntax[] = {
    {"", Rfc3339Error::kBadSyntax},
    {"now", Rfc3339Error::kBadSyntax},
    {"2026-02-03", Rfc3339Error::kBadSyntax},
    {"2026-02-03T04:05:06", Rfc3339Error::kBadSyntax},  // without an offset
    {"2026-02-03T04:05Z", Rfc3339Error::kBadSyntax},
    {"26-02-03T04:05:06Z", Rfc3339Error::kBadSyntax},
    {"12026-02-03T04:05:06Z", Rfc3339Error::kBadSyntax},
    {"-026-02-03T04:05:06Z", Rfc3339Error::kBadSyntax},
    {"2026-2-03T04:05:06Z", Rfc3339Error::kBadSyntax},
    {"2026/02/03T04:05:06Z", Rfc3339Error::kBadSyntax},
    {"2026-02-03_04:05:06Z", Rfc3339Error::kBadSyntax},
    {"2026-02-03T04.05.06Z", Rfc3339Error::kBadSyntax},
    {"2026-02-03T04:05:06.Z", Rfc3339Error::kBadSyntax},
    {"2026-02-03T04:05:06,5Z", Rfc3339Error::kBadSyntax},
    {"2026-02-03T04:05:06.", Rfc3339Error::kBadSyntax},
    {"2026-02-03T04:05:06.5", Rfc3339Error::kBadSyntax},
    {"2026-02-03T04:05:06X", Rfc3339Error::kBadSyntax},
    {"2026-02-03T04:05:06+0100", Rfc3339Error::kBadSyntax},
    {"2026-02-03T04:05:06+01", Rfc3339Error::kBadSyntax},
    {"2026-02-03T04:05:06+1:00", Rfc3339Error::kBadSyntax},
    {"2026-02-03T04:05:06+01:0", Rfc3339Error::kBadSyntax},
    {"2026-02-03T04:05:06Z ", Rfc3339Error::kBadSyntax},
    {" 2026-02-03T04:05:06Z", Rfc3339Error::kBadSyntax},
    {"2026-02-03T04:05:06ZZ", Rfc3339Error::kBadSyntax},
    {"2026-02-03T04:05:06Z+01:00", Rfc3339Error::kBadSyntax},
    {"2026-0x-03T04:05:06.5Z", Rfc3339Error::kBadSyntax},
};

inline constexpr Failure kNoSuchTimes[] = {
    {"2026-00-03T04:05:06Z", Rfc3339Error::kNoSuchTime},
    {"2026-13-03T04:05:06Z", Rfc3339Error::kNoSuchTime},
    {"2026-02-00T04:05:06Z", Rfc3339Error::kNoSuchTime},
    {"2026-02-29T04:05:06Z", Rfc3339Error::kNoSuchTime},
    {"1900-02-29T04:05:06Z", Rfc3339Error::kNoSuchTime},
    {"2026-04-31T04:05:06Z", Rfc3339Error::kNoSuchTime},
    {"2026-02-03T24:00:00Z", Rfc3339Error::kNoSuchTime},
    {"2026-02-03T04:60:06Z", Rfc3339Error::kNoSuchTime},
    {"2026-02-03T04:05:61Z", Rfc3339Error::kNoSuchTime},
    {"2026-02-03T04:05:06+24:00", Rfc3339Error::kNoSuchTime},
    {"2026-02-03T04:05:06-01:60", Rfc3339Error::kNoSuchTime},
};

inline constexpr Failure kMisplacedLeapSeconds[] = {
    {"2026-02-03T04:05:60Z", Rfc3339Error::kNoSuchTime},
    {"2016-12-30T23:59:60Z", Rfc3339Error::kNoSuchTime},
    {"2016-12-31T22:59:60Z", Rfc3339Error::kNoSuchTime},
    {"2016-12-31T23:59:60+01:00", Rfc3339Error::kNoSuchTime},
    {"2016-12-31T23:58:60Z", Rfc3339Error::kNoSuchTime},
};

inline constexpr Failure kOutOfRange[] = {
    {"0000-01-01T00:00:00Z", Rfc3339Error::kOutOfRange},
    {"1677-09-21T00:12:43.145224191Z", Rfc3339Error::kOutOfRange},
    {"2262-04-11T23:47:16.854775808Z", Rfc3339Error::kOutOfRange},
    {"2262-04-11T23:47:16-00:01", Rfc3339Error::kOutOfRange},
    {"9999-12-31T23:59:59-23:59", Rfc3339Error::kOutOfRange},
    {"9999-12-31T23:59:60Z", Rfc3339Error::kOutOfRange},
};

struct Writing {
  nanoseconds since_1970;
  std::string_view expected;

  constexpr bool holds() const {
    const auto written = format_rfc3339(WallTime{since_1970});
    return std::string_view{written.data(), written.size()} == expected;
  }
};

inline constexpr Writing kWritings[] = {
    {nanoseconds{0}, "1970-01-01T00:00:00.000000000Z"},
    {nanoseconds{-1}, "1969-12-31T23:59:59.999999999Z"},
    {nanoseconds{482'196'050'520'000'000}, "1985-04-12T23:20:50.520000000Z"},
    {nanoseconds{1'770'091'506'123'456'789}, "2026-02-03T04:05:06.123456789Z"},
    {nanoseconds::min(), "1677-09-21T00:12:43.145224192Z"},
    {nanoseconds::max(), "2262-04-11T23:47:16.854775807Z"},
};

inline constexpr Check kRfc3339Checks[] = {
    {"Rfc3339.Examples", first_failing<kExamplesOfRfc3339>},
    {"Rfc3339.LeapSeconds", first_failing<kLeapSeconds>},
    {"Rfc3339.Variants", first_failing<kVariants>},
    {"Rfc3339.Fractions", first_failing<kFractions>},
    {"Rfc3339.ReadableEnds", first_failing<kReadableEnds>},
    {"Rfc3339.BadSyntax", first_failing<kBadSyntax>},
    {"Rfc3339.NoSuchTimes", first_failing<kNoSuchTimes>},
    {"Rfc3339.MisplacedLeapSeconds", first_failing<kMisplacedLeapSeconds>},
    {"Rfc3339.OutOfRange", first_failing<kOutOfRange>},
    {"Rfc3339.Writings", first_failing<kWritings>},
};

}  // namespace isletime::vectors
