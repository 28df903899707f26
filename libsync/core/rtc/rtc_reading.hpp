// SPDX-License-Identifier: MIT
// What a clock chip tells at one look: its time or why there is none and, beside it, whether that may be
// believed. A chip counts years from 00 to 99: which century is meant, a date near it tells.
#pragma once

#include <compare>
#include <cstdint>

#include "libsync/core/civil_time.hpp"
#include "libsync/core/result.hpp"

namespace isletime {

// Why the time registers hold no time.
enum class RtcFault : std::uint8_t {
  kNotBcd,      // a digit above 9
  kOutOfRange,  // a date or time that does not exist, or bits set that the chip does not have
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

// kLost: the oscillator stopped or the power failed since the time was set.
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
  bool is_running;  // false: it was told to stand still
};

// There is a time, the chip vouches for it, and the clock runs.
constexpr bool may_be_believed(const RtcReading& reading) {
  return reading.time.has_value() && reading.integrity == Integrity::kGood && reading.is_running;
}

struct MilliCelsius {
  std::int32_t value;
  constexpr auto operator<=>(const MilliCelsius&) const = default;
};

// In steps of the chip. Positive: the clock runs faster, whatever the sign in the chip's register.
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

// The year with these last two digits that is nearest to `near`: from 50 years before it to 49 after.
// `two_digits` is 0 to 99.
constexpr std::int32_t unfold_year(std::uint8_t two_digits, const CivilDate& near) {
  const std::int32_t earliest = near.year - 50;
  const std::int32_t beyond = ((two_digits - earliest) % 100 + 100) % 100;
  return earliest + beyond;
}

}  // namespace isletime
