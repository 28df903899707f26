// SPDX-License-Identifier: MIT
// The instants, aligned to the clock, at which a meter is read, as OCPP's ClockAlignedDataInterval says: at
// midnight UTC, and every so many seconds of the day from there. Whatever the clock does, no instant is
// stamped twice, and each stamp says how many were missed. Without a time nothing is aligned, so nothing is
// stamped.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "libsync/core/dialect.hpp"
#include "libsync/core/time_types.hpp"

namespace isletime {

class AlignedStamps {
 public:
  // A device that is later than this at an instant has missed it: its meter shows something else by now.
  static constexpr nanoseconds kMostLate = seconds{1};
  // A clock that is set back further was wrong before by more than sources of one rank may contradict each
  // other (kDefaultMaxOffset). Instants that were stamped in that time may then come again.
  static constexpr nanoseconds kFarBack = std::chrono::hours{24};

  // 1 to 86400 s; 0, and anything else, means never.
  explicit AlignedStamps(seconds interval);

  struct Stamp {
    WallTime at;            // the aligned instant, which was at most kMostLate ago
    std::uint32_t missed;   // instants before it, since the last stamp, for which there is no stamp
    bool is_after_restart;  // the clock was set far back, so that stamps may come again
  };
  // Call this often. `shown` is the clock's time now, or nothing while it is unset.
  std::optional<Stamp> poll(const std::optional<WallTime>& shown);

  // Returns how long nothing is due, if the clock is not set meanwhile.
  nanoseconds until_next(const std::optional<WallTime>& shown) const;

  seconds interval() const { return interval_; }

 private:
  WallTime aligned_before(WallTime shown) const;
  WallTime aligned_after(WallTime shown) const;
  std::uint32_t count_between(WallTime from, WallTime to) const;

  seconds interval_;
  std::optional<WallTime> passed_;  // the last instant that was stamped or missed
  std::uint32_t missed_ = 0;
  bool restarted_ = false;
};

}  // namespace isletime
