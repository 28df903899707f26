// SPDX-License-Identifier: MIT
// One policy for all programs that use a battery clock: how often a read that fails is repeated before it
// counts as a failure, and which times cannot be right.
#pragma once

#include <cstdint>
#include <optional>

#include "libsync/core/time_types.hpp"
#include "libsync/ports/i2c_bus.hpp"

namespace isletime {

// What a spike on the wires made of a transfer is not there any more.
inline constexpr nanoseconds kRtcPause = std::chrono::milliseconds{10};

// Repeats what failed, until it has failed so often in a row.
class RtcRetries {
 public:
  static constexpr int kMost = 3;

  // Not before that time. Absent: it is a failure.
  constexpr std::optional<MonoTime> after_failure(MonoTime now) {
    if (++failures_ >= kMost) return std::nullopt;
    return now + kRtcPause;
  }
  constexpr void succeed() { failures_ = 0; }

 private:
  int failures_ = 0;
};

// What `read` answers once it succeeds, or is a failure. The host has mono(), and sleep_until(), which is
// false where nobody waits for it any more.
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

// It may go better the next time.
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
      return false;
  }
  return false;
}

enum class ImplausibleTime : std::uint8_t {
  kTooEarly,  // before the program was made
  kTooLate,   // after any use of it: chips count years from 00 to 99, and a corrupted one may read any
};

// No source sets a clock further past the build either.
inline constexpr int kYearsOfUse = 20;
inline constexpr seconds kLongestUse = kYearsOfUse * seconds{31'556'952};

// `made`: when the program was.
constexpr std::optional<ImplausibleTime> find_implausible(WallTime time, WallTime made) {
  if (time < made) return ImplausibleTime::kTooEarly;
  if (elapsed(made, time) > kLongestUse) return ImplausibleTime::kTooLate;
  return std::nullopt;
}

}  // namespace isletime
