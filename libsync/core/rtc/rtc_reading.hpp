// SPDX-License-Identifier: MIT
// One reading of a clock chip: its time or the reason for its absence, and whether it may be believed. A chip
// counts years from 00 to 99; a date near it tells the century.
#pragma once

#include <compare>
#include <cstdint>

#include "libsync/core/civil_time.hpp"
#include "libsync/core/result.hpp"

namespace isletime {

// Why the time registers hold no valid time.
enum class RtcFault : std::uint8_t {
  kNotBcd,      // a digit above 9
  kOutOfRange,  // a date or time that does not exist, or set bits that the chip does not have
};

constexpr const char* describe(RtcFault fault) {
  switch (fault) {
    case RtcFault::kNotBcd:
      return "its registers hold no decimal digits";
    case RtcFault::kOutOfRange:
      return "its registers hold a date or time that does not exist";
  }
  return "";
}

// kLost means that the oscillator stopped or the power failed after the time was set.
enum class Integrity : std::uint8_t { kGood, kLost, kUntold };

constexpr const char* to_string(Integrity integrity) {
  switch (integrity) {
    case Integrity::kGood:
      return "good";
    case Integrity::kLost:
      return "lost";
    case Integrity::kUntold:
      return "untold";
  }
  return "";
}

struct RtcReading {
  Result<CivilTime, RtcFault> time;
  Integrity integrity;
  bool is_running;  // false if it was told to stop
};

// Returns true if there is a time, the chip vouches for it, and the clock runs.
constexpr bool may_be_believed(const RtcReading& reading) {
  return reading.time.has_value() && reading.integrity == Integrity::kGood && reading.is_running;
}

struct MilliCelsius {
  std::int32_t value;
  constexpr auto operator<=>(const MilliCelsius&) const = default;
};

// In steps of the chip. Positive steps make the clock run faster, whatever the sign in the register.
struct TrimSteps {
  std::int32_t value;
  constexpr auto operator<=>(const TrimSteps&) const = default;
};

struct TrimRange {
  TrimSteps least;
  TrimSteps most;
  std::int32_t step_ppb;

  constexpr bool contains(TrimSteps trim) const { return trim >= least && trim <= most; }
};

// Returns the year with these last two digits that is nearest to `near`, from 50 years before it to 49 after.
// `two_digits` is 0 to 99.
constexpr std::int32_t unfold_year(std::uint8_t two_digits, const CivilDate& near) {
  const std::int32_t earliest = near.year - 50;
  const std::int32_t beyond = ((two_digits - earliest) % 100 + 100) % 100;
  return earliest + beyond;
}

}  // namespace isletime
