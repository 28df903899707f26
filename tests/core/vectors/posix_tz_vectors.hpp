// SPDX-License-Identifier: MIT
// POSIX time zones: the seconds around each change of 2026, as date(1) tells them from tzdata's transitions;
// the forms of rules in POSIX.1-2017 (section 8.3) and RFC 8536 (section 3.3.1); and that grammar broken at
// each place.
#pragma once

#include <string_view>

#include "libsync/core/posix_tz.hpp"
#include "tests/core/vectors/table.hpp"

namespace isletime::vectors {

struct ZonedInstant {
  std::string_view zone;
  nanoseconds since_1970;
  CivilTime civil;
  std::int32_t offset;
  std::string_view abbreviation;

  constexpr bool holds() const {
    const auto parsed = parse_posix_tz(zone);
    if (!parsed) return false;
    const LocalTime local = local_time(*parsed, WallTime{since_1970});
    return local.civil == civil && local.offset == offset && local.abbreviation == abbreviation;
  }
};

inline constexpr ZonedInstant kChangesOf2026[] = {
    // Europe/Berlin
    {"CET-1CEST,M3.5.0,M10.5.0/3", seconds{1'774'745'999}, {{2026, 3, 29}, 1, 59, 59, 0}, 3600, "CET"},
    {"CET-1CEST,M3.5.0,M10.5.0/3", seconds{1'774'746'000}, {{2026, 3, 29}, 3, 0, 0, 0}, 7200, "CEST"},
    {"CET-1CEST,M3.5.0,M10.5.0/3", seconds{1'792'889'999}, {{2026, 10, 25}, 2, 59, 59, 0}, 7200, "CEST"},
    {"CET-1CEST,M3.5.0,M10.5.0/3", seconds{1'792'890'000}, {{2026, 10, 25}, 2, 0, 0, 0}, 3600, "CET"},
    // America/New_York
    {"EST5EDT,M3.2.0,M11.1.0", seconds{1'772'953'199}, {{2026, 3, 8}, 1, 59, 59, 0}, -18000, "EST"},
    {"EST5EDT,M3.2.0,M11.1.0", seconds{1'772'953'200}, {{2026, 3, 8}, 3, 0, 0, 0}, -14400, "EDT"},
    {"EST5EDT,M3.2.0,M11.1.0", seconds{1'793'512'799}, {{2026, 11, 1}, 1, 59, 59, 0}, -14400, "EDT"},
    {"EST5EDT,M3.2.0,M11.1.0", seconds{1'793'512'800}, {{2026, 11, 1}, 1, 0, 0, 0}, -18000, "EST"},
    // Australia/Lord_Howe
    {"<+1030>-10:30<+11>-11,M10.1.0,M4.1.0",
     seconds{1'775'314'799},
     {{2026, 4, 5}, 1, 59, 59, 0},
     39600,
     "+11"},
    {"<+1030>-10:30<+11>-11,M10.1.0,M4.1.0",
     seconds{1'775'314'800},
     {{2026, 4, 5}, 1, 30, 0, 0},
     37800,
     "+1030"},
    {"<+1030>-10:30<+11>-11,M10.1.0,M4.1.0",
     seconds{1'791'041'399},
     {{2026, 10, 4}, 1, 59, 59, 0},
     37800,
     "+1030"},
    {"<+1030>-10:30<+11>-11,M10.1.0,M4.1.0",
     seconds{1'791'041'400},
     {{2026, 10, 4}, 2, 30, 0, 0},
     39600,
     "+11"},
    // Europe/Dublin
    {"IST-1GMT0,M10.5.0,M3.5.0/1", seconds{1'774'745'999}, {{2026, 3, 29}, 0, 59, 59, 0}, 0, "GMT"},
    {"IST-1GMT0,M10.5.0,M3.5.0/1", seconds{1'774'746'000}, {{2026, 3, 29}, 2, 0, 0, 0}, 3600, "IST"},
    {"IST-1GMT0,M10.5.0,M3.5.0/1", seconds{1'792'889'999}, {{2026, 10, 25}, 1, 59, 59, 0}, 3600, "IST"},
    {"IST-1GMT0,M10.5.0,M3.5.0/1", seconds{1'792'890'000}, {{2026, 10, 25}, 1, 0, 0, 0}, 0, "GMT"},
    // Antarctica/Troll
    {"<+00>0<+02>-2,M3.5.0/1,M10.5.0/3", seconds{1'774'745'999}, {{2026, 3, 29}, 0, 59, 59, 0}, 0, "+00"},
    {"<+00>0<+02>-2,M3.5.0/1,M10.5.0/3", seconds{1'774'746'000}, {{2026, 3, 29}, 3, 0, 0, 0}, 7200, "+02"},
    {"<+00>0<+02>-2,M3.5.0/1,M10.5.0/3", seconds{1'792'889'999}, {{2026, 10, 25}, 2, 59, 59, 0}, 7200, "+02"},
    {"<+00>0<+02>-2,M3.5.0/1,M10.5.0/3", seconds{1'792'890'000}, {{2026, 10, 25}, 1, 0, 0, 0}, 0, "+00"},
    // America/Nuuk
    {"<-02>2<-01>,M3.5.0/-1,M10.5.0/0", seconds{1'774'745'999}, {{2026, 3, 28}, 22, 59, 59, 0}, -7200, "-02"},
    {"<-02>2<-01>,M3.5.0/-1,M10.5.0/0", seconds{1'774'746'000}, {{2026, 3, 29}, 0, 0, 0, 0}, -3600, "-01"},
    {"<-02>2<-01>,M3.5.0/-1,M10.5.0/0",
     seconds{1'792'889'999},
     {{2026, 10, 24}, 23, 59, 59, 0},
     -3600,
     "-01"},
    {"<-02>2<-01>,M3.5.0/-1,M10.5.0/0", seconds{1'792'890'000}, {{2026, 10, 24}, 23, 0, 0, 0}, -7200, "-02"},
    // America/Santiago
    {"<-04>4<-03>,M9.1.6/24,M4.1.6/24", seconds{1'775'357'999}, {{2026, 4, 4}, 23, 59, 59, 0}, -10800, "-03"},
    {"<-04>4<-03>,M9.1.6/24,M4.1.6/24", seconds{1'775'358'000}, {{2026, 4, 4}, 23, 0, 0, 0}, -14400, "-04"},
    {"<-04>4<-03>,M9.1.6/24,M4.1.6/24", seconds{1'788'667'199}, {{2026, 9, 5}, 23, 59, 59, 0}, -14400, "-04"},
    {"<-04>4<-03>,M9.1.6/24,M4.1.6/24", seconds{1'788'667'200}, {{2026, 9, 6}, 1, 0, 0, 0}, -10800, "-03"},
    // Asia/Gaza
    {"EET-2EEST,M3.4.4/50,M10.4.4/50", seconds{1'774'655'999}, {{2026, 3, 28}, 1, 59, 59, 0}, 7200, "EET"},
    {"EET-2EEST,M3.4.4/50,M10.4.4/50", seconds{1'774'656'000}, {{2026, 3, 28}, 3, 0, 0, 0}, 10800, "EEST"},
    {"EET-2EEST,M3.4.4/50,M10.4.4/50", seconds{1'792'796'399}, {{2026, 10, 24}, 1, 59, 59, 0}, 10800, "EEST"},
    {"EET-2EEST,M3.4.4/50,M10.4.4/50", seconds{1'792'796'400}, {{2026, 10, 24}, 1, 0, 0, 0}, 7200, "EET"},
    // Asia/Jerusalem
    {"IST-2IDT,M3.4.4/26,M10.5.0", seconds{1'774'569'599}, {{2026, 3, 27}, 1, 59, 59, 0}, 7200, "IST"},
    {"IST-2IDT,M3.4.4/26,M10.5.0", seconds{1'774'569'600}, {{2026, 3, 27}, 3, 0, 0, 0}, 10800, "IDT"},
    {"IST-2IDT,M3.4.4/26,M10.5.0", seconds{1'792'882'799}, {{2026, 10, 25}, 1, 59, 59, 0}, 10800, "IDT"},
    {"IST-2IDT,M3.4.4/26,M10.5.0", seconds{1'792'882'800}, {{2026, 10, 25}, 1, 0, 0, 0}, 7200, "IST"},
    // Pacific/Chatham
    {"<+1245>-12:45<+1345>,M9.5.0/2:45,M4.1.0/3:45",
     seconds{1'775'311'199},
     {{2026, 4, 5}, 3, 44, 59, 0},
     49500,
     "+1345"},
    {"<+1245>-12:45<+1345>,M9.5.0/2:45,M4.1.0/3:45",
     seconds{1'775'311'200},
     {{2026, 4, 5}, 2, 45, 0, 0},
     45900,
     "+1245"},
    {"<+1245>-12:45<+1345>,M9.5.0/2:45,M4.1.0/3:45",
     seconds{1'790'431'199},
     {{2026, 9, 27}, 2, 44, 59, 0},
     45900,
     "+1245"},
    {"<+1245>-12:45<+1345>,M9.5.0/2:45,M4.1.0/3:45",
     seconds{1'790'431'200},
     {{2026, 9, 27}, 3, 45, 0, 0},
     49500,
     "+1345"},
    // Pacific/Auckland
    {"NZST-12NZDT,M9.5.0,M4.1.0/3", seconds{1'775'311'199}, {{2026, 4, 5}, 2, 59, 59, 0}, 46800, "NZDT"},
    {"NZST-12NZDT,M9.5.0,M4.1.0/3", seconds{1'775'311'200}, {{2026, 4, 5}, 2, 0, 0, 0}, 43200, "NZST"},
    {"NZST-12NZDT,M9.5.0,M4.1.0/3", seconds{1'790'431'199}, {{2026, 9, 27}, 1, 59, 59, 0}, 43200, "NZST"},
    {"NZST-12NZDT,M9.5.0,M4.1.0/3", seconds{1'790'431'200}, {{2026, 9, 27}, 3, 0, 0, 0}, 46800, "NZDT"},
};

// The days of year of RFC 8536's and POSIX's other forms; permanent daylight saving is the RFC's own example.
// 2028 is a leap year.
inline constexpr ZonedInstant kFormsOfRules[] = {
    {"XYZ0", seconds{0}, {{1970, 1, 1}, 0, 0, 0, 0}, 0, "XYZ"},
    {"<-0330>+3:30:15", seconds{12'615}, {{1970, 1, 1}, 0, 0, 0, 0}, -12'615, "-0330"},
    {"ABC-24", seconds{0}, {{1970, 1, 2}, 0, 0, 0, 0}, 86'400, "ABC"},
    {"XYZ0", nanoseconds{-1}, {{1969, 12, 31}, 23, 59, 59, 999'999'999}, 0, "XYZ"},
    // J60 is March 1 of all years, day 60 only of leap years.
    {"AAA0BBB,J60/0,J300", seconds{1'772'323'199}, {{2026, 2, 28}, 23, 59, 59, 0}, 0, "AAA"},
    {"AAA0BBB,J60/0,J300", seconds{1'772'323'200}, {{2026, 3, 1}, 1, 0, 0, 0}, 3600, "BBB"},
    {"AAA0BBB,J60/0,J300", seconds{1'835'481'599}, {{2028, 2, 29}, 23, 59, 59, 0}, 0, "AAA"},
    {"AAA0BBB,J60/0,J300", seconds{1'835'481'600}, {{2028, 3, 1}, 1, 0, 0, 0}, 3600, "BBB"},
    {"AAA0BBB,60/0,300", seconds{1'772'409'599}, {{2026, 3, 1}, 23, 59, 59, 0}, 0, "AAA"},
    {"AAA0BBB,60/0,300", seconds{1'772'409'600}, {{2026, 3, 2}, 1, 0, 0, 0}, 3600, "BBB"},
    {"AAA0BBB,59/0,300", seconds{1'835'395'199}, {{2028, 2, 28}, 23, 59, 59, 0}, 0, "AAA"},
    {"AAA0BBB,59/0,300", seconds{1'835'395'200}, {{2028, 2, 29}, 1, 0, 0, 0}, 3600, "BBB"},
    // Permanent daylight saving, at the turn of a year and within it.
    {"XXX3EDT4,0/0,J365/23", seconds{1'767'239'999}, {{2025, 12, 31}, 23, 59, 59, 0}, -14'400, "EDT"},
    {"XXX3EDT4,0/0,J365/23", seconds{1'767'240'000}, {{2026, 1, 1}, 0, 0, 0, 0}, -14'400, "EDT"},
    {"XXX3EDT4,0/0,J365/23", seconds{1'782'921'600}, {{2026, 7, 1}, 12, 0, 0, 0}, -14'400, "EDT"},
    // A week before January 1, and a week after December 31.
    {"AAA0BBB,J1/-167,J100", seconds{1'766'624'399}, {{2025, 12, 25}, 0, 59, 59, 0}, 0, "AAA"},
    {"AAA0BBB,J1/-167,J100", seconds{1'766'624'400}, {{2025, 12, 25}, 2, 0, 0, 0}, 3600, "BBB"},
    {"AAA0BBB,J300/0,J365/167", seconds{1'767'736'799}, {{2026, 1, 6}, 22, 59, 59, 0}, 3600, "BBB"},
    {"AAA0BBB,J300/0,J365/167", seconds{1'767'736'800}, {{2026, 1, 6}, 22, 0, 0, 0}, 0, "AAA"},
    // The ends of WallTime.
    {"ABC24", nanoseconds::min(), {{1677, 9, 20}, 0, 12, 43, 145'224'192}, -86'400, "ABC"},
    {"ABC-24", nanoseconds::max(), {{2262, 4, 12}, 23, 47, 16, 854'775'807}, 86'400, "ABC"},
};

struct UnreadableZone {
  std::string_view zone;
  PosixTzError error;

  constexpr bool holds() const {
    const auto parsed = parse_posix_tz(zone);
    return !parsed && parsed.error() == error;
  }
};

inline constexpr UnreadableZone kBadZoneNames[] = {
    {"", PosixTzError::kBadName},
    {":Europe/Berlin", PosixTzError::kBadName},
    {" CET-1", PosixTzError::kBadName},
    {"CE-1", PosixTzError::kBadName},
    {"<CE>-1", PosixTzError::kBadName},
    {"<>-1", PosixTzError::kBadName},
    {"<CET-1", PosixTzError::kBadName},
    {"<C T>-1", PosixTzError::kBadName},
    {"<C\xc3\xa9T>-1", PosixTzError::kBadName},
    {"<", PosixTzError::kBadName},
    {"ABCDEFGHIJKLMNOP0", PosixTzError::kBadName},
    {"CET-1 ", PosixTzError::kBadName},
    {"CET-1CE", PosixTzError::kBadName},
    {"CET-1,M3.5.0,M10.5.0/3", PosixTzError::kBadName},  // a rule without daylight saving
};

inline constexpr UnreadableZone kBadZoneOffsets[] = {
    {"CET", PosixTzError::kBadOffset},
    {"Europe/Berlin", PosixTzError::kBadOffset},
    {"CET-", PosixTzError::kBadOffset},
    {"CET--1", PosixTzError::kBadOffset},
    {"CET25", PosixTzError::kBadOffset},
    {"CET-1:", PosixTzError::kBadOffset},
    {"CET-1:5", PosixTzError::kBadOffset},
    {"CET-1:60", PosixTzError::kBadOffset},
    {"CET-1:00:60", PosixTzError::kBadOffset},
    {"CET-1CEST25,M3.5.0,M10.5.0/3", PosixTzError::kBadOffset},
    {"CET-1CEST M3.5.0,M10.5.0/3", PosixTzError::kBadOffset},
};

inline constexpr UnreadableZone kBadZoneRules[] = {
    {"CET-1CEST", PosixTzError::kNoRule},
    {"CET-1CEST-2", PosixTzError::kNoRule},
    {"CET-1CEST,", PosixTzError::kBadRule},
    {"CET-1CEST,M3.5.0", PosixTzError::kBadRule},
    {"CET-1CEST,M3.5.0,", PosixTzError::kBadRule},
    {"CET-1CEST,M0.5.0,M10.5.0", PosixTzError::kBadRule},
    {"CET-1CEST,M13.5.0,M10.5.0", PosixTzError::kBadRule},
    {"CET-1CEST,M3.0.0,M10.5.0", PosixTzError::kBadRule},
    {"CET-1CEST,M3.6.0,M10.5.0", PosixTzError::kBadRule},
    {"CET-1CEST,M3.5.7,M10.5.0", PosixTzError::kBadRule},
    {"CET-1CEST,M3.5,M10.5.0", PosixTzError::kBadRule},
    {"CET-1CEST,M3.5.0.0,M10.5.0", PosixTzError::kBadRule},
    {"CET-1CEST,J0,J300", PosixTzError::kBadRule},
    {"CET-1CEST,J366,J300", PosixTzError::kBadRule},
    {"CET-1CEST,366,J300", PosixTzError::kBadRule},
    {"CET-1CEST,J,J300", PosixTzError::kBadRule},
    {"CET-1CEST,J0001,J300", PosixTzError::kBadRule},
    {"CET-1CEST,-1,J300", PosixTzError::kBadRule},
    {"CET-1CEST,M3.5.0/,M10.5.0", PosixTzError::kBadRule},
    {"CET-1CEST,M3.5.0/168,M10.5.0", PosixTzError::kBadRule},
    {"CET-1CEST,M3.5.0/-168,M10.5.0", PosixTzError::kBadRule},
    {"CET-1CEST,M3.5.0/2:60,M10.5.0", PosixTzError::kBadRule},
    {"CET-1CEST,M3.5.0,M10.5.0/3 ", PosixTzError::kBadRule},
    {"CET-1CEST,M3.5.0,M10.5.0,M10.5.0", PosixTzError::kBadRule},
};

struct NextChange {
  std::string_view zone;
  nanoseconds since_1970;
  std::optional<seconds> next;

  constexpr bool holds() const {
    const auto parsed = parse_posix_tz(zone);
    if (!parsed) return false;
    const auto change = next_zone_change(*parsed, WallTime{since_1970});
    if (!next) return !change;
    return change && change->time_since_epoch() == *next;
  }
};

inline constexpr NextChange kNextChanges[] = {
    {"CET-1CEST,M3.5.0,M10.5.0/3", seconds{1'767'225'600}, seconds{1'774'746'000}},
    {"CET-1CEST,M3.5.0,M10.5.0/3", nanoseconds{1'774'745'999'999'999'999}, seconds{1'774'746'000}},
    {"CET-1CEST,M3.5.0,M10.5.0/3", seconds{1'774'746'000}, seconds{1'792'890'000}},
    {"NZST-12NZDT,M9.5.0,M4.1.0/3", seconds{1'767'225'600}, seconds{1'775'311'200}},
    {"NZST-12NZDT,M9.5.0,M4.1.0/3", seconds{1'775'311'200}, seconds{1'790'431'200}},
    {"AAA0BBB,J1/-167,J100", seconds{1'766'624'399}, seconds{1'766'624'400}},
    {"UTC0", seconds{1'767'225'600}, std::nullopt},
    {"XXX3EDT4,0/0,J365/23", seconds{1'767'239'999}, std::nullopt},
    {"CET-1CEST,M3.5.0,M10.5.0/3", nanoseconds::max(), std::nullopt},
};

inline constexpr Check kPosixTzChecks[] = {
    {"PosixTz.ChangesOf2026", first_failing<kChangesOf2026>},
    {"PosixTz.FormsOfRules", first_failing<kFormsOfRules>},
    {"PosixTz.BadZoneNames", first_failing<kBadZoneNames>},
    {"PosixTz.BadZoneOffsets", first_failing<kBadZoneOffsets>},
    {"PosixTz.BadZoneRules", first_failing<kBadZoneRules>},
    {"PosixTz.NextChanges", first_failing<kNextChanges>},
};

}  // namespace isletime::vectors
