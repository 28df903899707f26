// SPDX-License-Identifier: MIT
// When a battery clock is read, its control registers checked, and its time written: its bus is shared,
// its host asleep, and each write costs it its phase. Pure: says what to do next and when; the caller
// does it and says how it went. Of a failing bus nothing is asked for ever longer.
#pragma once

#include <cstdint>
#include <optional>

#include "libsync/core/time_types.hpp"

namespace isletime {

enum class RtcTask : std::uint8_t { kRead, kCheck };

struct RtcPlan {
  RtcTask task;
  MonoTime at;
};

// What the host knows of the time without the chip.
struct RtcHost {
  bool is_verified;      // by somebody who may set the chip: Timekeeper::may_write_rtc()
  Dispersion bound;      // of its clock
  Ppm rate_uncertainty;  // by which its clock may drift from the chip unseen
};

// A reading of the chip, beside a clock that is verified.
struct RtcFinding {
  bool is_believable;  // its integrity flag is good, and its registers hold a time
  Offset offset;       // true - chip
  Dispersion bound;    // of the offset: the reading's and the clock's
};

class RtcSchedule {
 public:
  // It may be off by this much more than is known of it before it is written.
  static constexpr nanoseconds kTolerated = std::chrono::milliseconds{5};
  static constexpr nanoseconds kBetweenWrites = std::chrono::hours{1};
  static constexpr nanoseconds kAfterFailedWrite = std::chrono::minutes{5};
  // Some take no write to the millisecond, however often: twice as long each time, up to this.
  static constexpr nanoseconds kLongestAfterFailedWrite = std::chrono::hours{24};
  static constexpr nanoseconds kAfterMissedWrite = std::chrono::seconds{8};
  static constexpr nanoseconds kBetweenChecks = std::chrono::minutes{10};

  // `write_error`: how far off a write may leave the chip.
  RtcSchedule(MonoTime started, Dispersion write_error) : write_error_(write_error), next_check_(started) {}

  // May change with each reading, and whenever the host gains or loses its time.
  RtcPlan next(const RtcHost& host) const;

  void on_read(MonoTime now, const RtcHost& host);
  // `repaired`: a register was wrong. What corrupted it once may do so again soon.
  void on_checked(MonoTime now, bool repaired);
  // No transaction came through, whatever it was for.
  void on_failed(MonoTime now);

  bool wants_write(const RtcFinding& finding, const RtcHost& host, MonoTime now) const;
  void on_written(MonoTime now);
  // Instead; a failure of the bus is on_failed() as well. What the chip holds now, the next reading has to
  // tell soon.
  void on_write_failed(MonoTime now);
  // Instead; the host was too busy, and nothing was written. Until the next attempt, nothing is asked for.
  void on_write_missed(MonoTime now);

 private:
  MonoTime next_read(const RtcHost& host) const;

  Dispersion write_error_;
  MonoTime next_check_;
  std::optional<MonoTime> last_read_;
  std::optional<MonoTime> next_write_;  // absent: at any time
  std::optional<MonoTime> barred_until_;
  nanoseconds pause_{};  // after the next failure
  nanoseconds pause_of_writes_{};
  int compared_ = 0;  // with a verified clock; few are counted
  int repairs_ = 0;   // one after the other
};

}  // namespace isletime
