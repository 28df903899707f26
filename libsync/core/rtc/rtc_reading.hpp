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

// The state of the chip's supply as the chip or its driver tells it, besides the integrity of its time.
enum class RtcSupply : std::uint8_t { kGood, kWeak, kBackupLow, kBackupEmpty };

constexpr const char* to_string(RtcSupply supply) {
  switch (supply) {
    case RtcSupply::kGood:
      return "good";
    case RtcSupply::kWeak:
      return "weak";
    case RtcSupply::kBackupLow:
      return "backup-low";
    case RtcSupply::kBackupEmpty:
      return "backup-empty";
  }
  return "";
}

// Returns a clause for people, or nothing if it is good.
constexpr const char* describe(RtcSupply supply) {
  switch (supply) {
    case RtcSupply::kGood:
      return "";
    case RtcSupply::kWeak:
      return "its supply is low, and its time less accurate for it: check its supply and its battery";
    case RtcSupply::kBackupLow:
      return "its battery is low: change it, and then set the clock";
    case RtcSupply::kBackupEmpty:
      return "its battery is empty or not there: put one in, and then set the clock";
  }
  return "";
}

struct RtcReading {
  Result<CivilTime, RtcFault> time;
  Integrity integrity;
  bool is_running;  // false if it was told to stop
  RtcSupply supply = RtcSupply::kGood;
};

// Returns true if there is a time, the chip vouches for it, and the clock runs.
constexpr bool may_be_believed(const RtcReading& reading) {
  return reading.time.has_value() && reading.integrity == Integrity::kGood && reading.is_running;
}

struct MilliCelsius {
  std::int32_t value;
  constexpr auto operator<=>(const MilliCelsius&) const = default;
};

// A trim in steps of the chip. Positive steps make the clock run faster, whatever the sign in the register.
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
