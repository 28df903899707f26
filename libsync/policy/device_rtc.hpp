// SPDX-License-Identifier: MIT
// Decides when a device reads, checks or writes its battery clock, and which time it tells while no better
// source is known. Its bound is that of the last comparison with a verified clock, grown by the drift since,
// also across losses of power. No bus and no clock: sightings of the chip come in, jobs and times go out.
#pragma once

#include <cstdint>
#include <optional>

#include "libsync/core/time_types.hpp"
#include "libsync/policy/device_rtc_rate.hpp"
#include "libsync/policy/rtc_schedule.hpp"

namespace isletime {

enum class DeviceRtcJob : std::uint8_t { kRead, kCheck, kWrite };

// The device's clock at one instant.
struct RtcTruth {
  WallTime time;
  Dispersion bound;
  bool is_verified;  // reliable, and by another source than the chip: such a time may be written to it
};

// A second of the chip and when it began.
struct RtcSighting {
  WallTime chip;
  MonoTime at;
  Dispersion bound;
};

// The greatest errors of the chip, from the datasheet of its oscillator.
struct RtcTraits {
  RtcRateLimits rate;
  Dispersion uncompared;  // its greatest error if it was never compared
  // Its comparison and its rate are stored, so its time can be told from them after a loss of power.
  bool is_stored = false;
};

class DeviceRtc {
 public:
  // The greatest error that a write may leave: that of a reading at 100 kHz before and after the edge, and a
  // late start.
  static constexpr Dispersion kWriteError{std::chrono::milliseconds{3}};
  // A chip that is further off after a write did not take the time.
  static constexpr nanoseconds kWriteFailed = std::chrono::milliseconds{20};

  explicit DeviceRtc(MonoTime started, const std::optional<RtcComparison>& saved = {},
                     const std::optional<RtcRate>& saved_rate = {})
      : schedule_(started, kWriteError), compared_(saved), rate_(saved_rate) {}

  // Returns a job that is due; report its outcome by one of the functions below before asking again.
  std::optional<DeviceRtcJob> next_job(const std::optional<RtcTruth>& truth, MonoTime now);
  // Returns when to ask again, unless the truth changes before.
  MonoTime next_wakeup(const std::optional<RtcTruth>& truth) const;

  // The time by the chip, as it is to be reported to the device's clock.
  struct ChipTime {
    WallTime time;  // at RtcSighting::at
    Dispersion bound;
  };
  // A read has found a time that may be believed; `truth` is that of the sighting's instant. Returns nothing
  // if a better source tells the time: the chip was compared with it.
  std::optional<ChipTime> on_read(const RtcSighting& sighting, const RtcTraits& traits,
                                  const std::optional<RtcTruth>& truth, MonoTime now);
  // A read has found that the chip's time is not to be believed. It may be a new chip.
  void on_read_in_vain(const std::optional<RtcTruth>& truth, MonoTime now);
  // Returns whether the chip holds what was written, as far as a reading of it shows.
  bool on_written(const RtcSighting& sighting, const RtcTraits& traits, const RtcTruth& truth, MonoTime now);
  void on_write_failed(MonoTime now) { schedule_.on_write_failed(now); }
  // The device was too busy, or lost its verified time: nothing was written.
  void on_write_missed(MonoTime now) { schedule_.on_write_missed(now); }
  void on_checked(MonoTime now, bool repaired) { schedule_.on_checked(now, repaired); }
  // A transaction failed, whatever it was for. After a write, call on_write_failed() too.
  void on_failed(MonoTime now) { schedule_.on_failed(now); }
  // It is another chip, or another trim: nothing that was known holds.
  void forget();

  const std::optional<RtcComparison>& comparison() const { return compared_; }
  const std::optional<RtcRate>& rate() const { return rate_.learned(); }

 private:
  static RtcHost host_of(const std::optional<RtcTruth>& truth);
  ChipTime chip_time(const RtcSighting& sighting, const RtcTraits& traits) const;
  std::optional<RtcComparison> predict(WallTime chip, const RtcRateLimits& limits) const;
  std::optional<RtcFinding::Prediction> predicted_of(WallTime chip, const RtcTraits& traits) const;
  RtcComparison compare(const RtcSighting& sighting, const RtcTraits& traits, const RtcTruth& truth);
  void forget_phase();
  void notice_set(const RtcSighting& sighting);

  RtcSchedule schedule_;
  std::optional<RtcComparison> compared_;
  DeviceRtcRate rate_;
  std::optional<RtcSighting> seen_;  // last, since it was written
  bool wants_write_ = false;
};

}  // namespace isletime
