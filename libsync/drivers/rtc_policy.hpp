// SPDX-License-Identifier: MIT
// The common rules for programs that use a battery clock: how often a read is repeated before it counts as a
// failure, and which times cannot be right.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "libsync/core/rtc/rtc_reading.hpp"
#include "libsync/core/time_types.hpp"
#include "libsync/ports/i2c_bus.hpp"

namespace isletime {

// After this pause an electrical spike is over.
inline constexpr nanoseconds kRtcPause = std::chrono::milliseconds{10};

// Allows repetitions until there have been too many failures in a row.
class RtcRetries {
 public:
  static constexpr int kMost = 3;

  // Returns when to repeat, or nothing if it counts as a failure.
  constexpr std::optional<MonoTime> after_failure(MonoTime now) {
    if (++failures_ >= kMost) return std::nullopt;
    return now + kRtcPause;
  }
  constexpr void succeed() { failures_ = 0; }

 private:
  int failures_ = 0;
};

// Repeats `read` until it succeeds or counts as a failure. The host has mono(), and sleep_until(), which
// returns false when the caller has given up.
template <class Host, class Read>
auto read_patiently(Host& host, Read read) {
  RtcRetries retries;
  for (;;) {
    auto result = read();
    if (result) return result;
    const auto again = retries.after_failure(host.mono());
    if (!again || !host.sleep_until(*again)) return result;
  }
}

// Whether a chip's time is believed, by what is told of its integrity. This is the one rule of all programs.
enum class RtcBelief : std::uint8_t {
  kNone,       // it lost its time
  kUnvouched,  // nothing tells: it may set a clock that nothing else sets, which is then not reliable
  kFull,
};
// `is_trusted` says that the administrator vouches for a chip of which nothing is told. He cannot do that for
// one whose battery is known to be empty.
constexpr RtcBelief belief_in(const RtcReading& reading, bool is_trusted) {
  switch (reading.integrity) {
    case Integrity::kGood:
      return RtcBelief::kFull;
    case Integrity::kLost:
      return RtcBelief::kNone;
    case Integrity::kUntold:
      return is_trusted && reading.supply != RtcSupply::kBackupEmpty ? RtcBelief::kFull
                                                                     : RtcBelief::kUnvouched;
  }
  return RtcBelief::kNone;
}

// Returns whether the next attempt may succeed.
constexpr bool may_pass(BusError error) {
  switch (error) {
    case BusError::kNoAcknowledge:
    case BusError::kStuck:
    case BusError::kShort:
    case BusError::kFailed:
      return true;
    case BusError::kClaimed:
    case BusError::kNotPermitted:
    case BusError::kAbsent:
    case BusError::kNotKept:
      return false;
  }
  return false;
}

// Returns the time zone whose local time a chip seems to keep that should keep UTC: its offset from UTC is a
// multiple of a quarter of an hour, to a minute, and not zero.
constexpr std::optional<std::chrono::minutes> find_zone(Offset chip_less_utc) {
  using std::chrono::minutes;
  constexpr minutes kQuarter{15};
  constexpr minutes kFarthestZone{14 * 60};
  constexpr minutes kNearness{1};
  const nanoseconds offset = chip_less_utc.value;
  if (offset > kFarthestZone + kNearness || offset < -kFarthestZone - kNearness) return std::nullopt;
  const nanoseconds rounding = offset < nanoseconds::zero() ? -(kQuarter / 2) : nanoseconds{kQuarter / 2};
  const minutes zone = (offset + rounding) / nanoseconds{kQuarter} * kQuarter;
  const nanoseconds beside = offset - zone;
  if (zone == minutes::zero() || beside > kNearness || beside < -kNearness) return std::nullopt;
  return zone;
}

enum class ImplausibleTime : std::uint8_t {
  kTooEarly,  // before the program's build
  kTooLate,   // after any use of it: chips count years from 00 to 99, and a corrupted one may read any
};

// No source sets a clock further past the build.
inline constexpr int kYearsOfUse = 20;
inline constexpr seconds kLongestUse = kYearsOfUse * seconds{31'556'952};

// `made` is the program's build time.
constexpr std::optional<ImplausibleTime> find_implausible(WallTime time, WallTime made) {
  if (time < made) return ImplausibleTime::kTooEarly;
  if (elapsed(made, time) > kLongestUse) return ImplausibleTime::kTooLate;
  return std::nullopt;
}

}  // namespace isletime
