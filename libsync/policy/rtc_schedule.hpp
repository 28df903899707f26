// SPDX-License-Identifier: MIT
// When a battery clock is read, its control registers are checked, and its time is written: its bus is
// shared, its host sleeps, and each write disturbs its phase. No I/O: it says what to do next and when; the
// caller does it and reports the result. A failing bus is left alone for longer and longer.
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

// The time as the host knows it without the chip.
struct RtcHost {
  bool is_verified;      // by a source that may set the chip: Timekeeper::may_write_rtc()
  Dispersion bound;      // of its clock
  Ppm rate_uncertainty;  // how much its clock may drift from the chip unnoticed
};

// A reading of the chip while the clock is verified.
struct RtcFinding {
  bool is_believable;  // its integrity flag is good, and its registers hold a time
  Offset offset;       // true - chip
  Dispersion bound;    // of the offset, from the errors of the reading and the clock
  // The prediction of the offset, once it is learned how the chip drifts.
  struct Prediction {
    Offset offset;
    Dispersion bound;
  };
  std::optional<Prediction> predicted = {};
};

class RtcSchedule {
 public:
  // The chip is written only if it is off by this much more than the known error.
  static constexpr nanoseconds kTolerated = std::chrono::milliseconds{5};
  // One whose drift is learned is written only if it is not where it was predicted, or is off by this much:
  // it must still be useful to a program that does not know its drift.
  static constexpr nanoseconds kMostPredicted = std::chrono::minutes{1};
  static constexpr nanoseconds kBetweenWrites = std::chrono::hours{1};
  static constexpr nanoseconds kAfterFailedWrite = std::chrono::minutes{5};
  // Some chips can never be written to the millisecond: the pause doubles each time, up to this.
  static constexpr nanoseconds kLongestAfterFailedWrite = std::chrono::hours{24};
  static constexpr nanoseconds kAfterMissedWrite = std::chrono::seconds{8};
  static constexpr nanoseconds kBetweenChecks = std::chrono::minutes{10};

  // `write_error` is the greatest error that a write may leave.
  RtcSchedule(MonoTime started, Dispersion write_error) : write_error_(write_error), next_check_(started) {}

  // The plan may change with each reading, and whenever the host gains or loses its time.
  RtcPlan next(const RtcHost& host) const;

  void on_read(MonoTime now, const RtcHost& host);
  // `repaired` says that a register was wrong; its cause may return soon.
  void on_checked(MonoTime now, bool repaired);
  // A transaction failed, whatever it was for.
  void on_failed(MonoTime now);

  bool wants_write(const RtcFinding& finding, const RtcHost& host, MonoTime now) const;
  void on_written(MonoTime now);
  // Call this instead of on_written(); if the bus failed, call on_failed() as well. The next reading follows
  // soon, because the chip's time is unknown.
  void on_write_failed(MonoTime now);
  // Call this instead of on_written() if the host was too busy and nothing was written. No task is due until
  // the next attempt.
  void on_write_missed(MonoTime now);

 private:
  MonoTime next_read(const RtcHost& host) const;
  bool is_where_predicted(const RtcFinding& finding) const;

  Dispersion write_error_;
  MonoTime next_check_;
  std::optional<MonoTime> last_read_;
  std::optional<MonoTime> next_write_;  // nothing means at any time
  std::optional<MonoTime> barred_until_;
  nanoseconds pause_{};  // after the next failure
  nanoseconds pause_of_writes_{};
  int compared_ = 0;  // comparisons with a verified clock, up to a small limit
  int repairs_ = 0;   // consecutive
};

}  // namespace isletime
