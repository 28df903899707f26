// SPDX-License-Identifier: MIT
// A device's knowledge of the time: a counter that is not steered, the estimate of how far a server is ahead
// of it, other sources ranked by Timekeeper, and a clock that is shown. The shown clock is slewed for small
// corrections and set for large ones; between two settings it never goes back. Every reading states how far
// it may be off, and whether a source vouches for it. No I/O: counter readings, measurements and reports come
// in.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "libsync/core/time_types.hpp"
#include "libsync/policy/common_view.hpp"
#include "libsync/policy/device_estimator.hpp"
#include "libsync/policy/measurement.hpp"
#include "libsync/policy/software_clock.hpp"
#include "libsync/policy/timekeeper.hpp"

namespace isletime {

struct DeviceTime {
  WallTime time;
  Dispersion bound;   // the true time is no farther from it
  bool is_reliable;   // a source vouches for it, recently enough, and the bound is within what was asked for
  SourceKind source;  // what last set or confirmed it
};

enum class MeasurementUse : std::uint8_t {
  kFollowed,    // the estimate took it, and the clock follows the estimate
  kDoubted,     // it contradicts the estimate; more of its kind are needed
  kStepped,     // the third such measurement in agreement: the estimate restarted there
  kBelowFloor,  // the server's time is before the build; nothing changes
  kOutranked,   // only the rate was learned, because a better source has set the clock
};

class DeviceClock {
 public:
  struct Config {
    WallTime built{};                   // no earlier time is believed; also the pivot of NTP's eras
    WallTime latest = WallTime::max();  // no later time is believed
    std::uint16_t wander = DeviceEstimator::kUnknownCrystal;
    Dispersion resolution{std::chrono::microseconds{1}};  // of the counter, and of its reading
    Dispersion reliable_within{seconds{1}};
    // Without this a server on a local clock (an island's) counts as NTP, because the devices have to agree
    // with each other. It is a function, so that an app without it is linked without the judgement of ranks.
    bool (*may_follow_island)(const DeviceClock&, const Measurement&, MonoTime) = judge_island;
    // From storage: the counter's rate, if it was ever learned.
    std::optional<Ppm> saved_rate{};
    Ppm saved_rate_error = Ppm::whole(20);
  };

  // A server on a local clock ranks below an RTC and makes nothing reliable. Returns true if the clock may
  // follow it nevertheless.
  static bool judge_island(const DeviceClock& clock, const Measurement& m, MonoTime at);

  explicit DeviceClock(const Config& config);

  // Returns the reading of the free-running clock that stamps NTP packets: the counter from the build time
  // on. It tells nothing of the served time, and is less than 68 years from any server's.
  WallTime free_time(MonoTime at) const;
  WallTime built() const { return config_.built; }

  // A server was asked; the exchange is stamped by free_time().
  MeasurementUse on_measurement(const Measurement& m, MonoTime at);
  // The next measurement comes from another server: its offset and path are new, the counter's rate remains.
  void on_server_changed(MonoTime at);
  // Another source claims a time for the instant `at`. By its rank and rule it sets the clock, confirms it,
  // or changes nothing. See Report for `vouched`.
  Judgement on_report(SourceKind kind, WallTime claimed, Dispersion bound, bool is_reliable, MonoTime at,
                      bool vouched = true);

  // While a server is followed: what the clock shows is taken from the broadcasts that all devices hear, or
  // again from the estimate. The bound is the estimate's plus the distance from it.
  void follow_broadcasts(const std::optional<CommonOffset>& common, MonoTime at);

  // Returns nothing while the clock is unset. `at` may be before the last correction, also long before (a
  // press before the first measurement): such instants are computed backwards from now.
  std::optional<DeviceTime> at(MonoTime at) const;
  std::optional<WallTime> wall(MonoTime at) const;
  // True if the RTC may be set by this clock.
  bool may_write_rtc(MonoTime at) const { return keeper_.may_write_rtc(at); }

  // The counter's rate for storage; positive if the counter is slow.
  bool is_rate_known(MonoTime at) const;
  Ppm rate(MonoTime at) const;
  Ppm rate_error(MonoTime at) const;  // at most this far from the rate

  // Returns how often the clock was set: between two settings at() never goes back.
  std::uint32_t settings() const { return settings_; }
  bool is_following_server() const { return is_following_; }
  const DeviceEstimator& estimator() const { return estimator_; }
  const Timekeeper& timekeeper() const { return keeper_; }

 private:
  // An exchange's offset, and its greatest error.
  struct Known {
    MonoTime at{};
    Offset offset{};
    Dispersion bound{};
  };
  // The time that the clock should show without a server; it continues at the rate.
  struct Aim {
    MonoTime at{};
    WallTime time{};
  };
  // The time that the clock should show at an instant. The bound is that of a followed server; without one
  // the Timekeeper knows it.
  struct Target {
    WallTime time;
    Dispersion bound;
  };

  // It has 32 bits, because it is passed beside two instants of 64.
  using SlewTime = std::chrono::duration<std::int32_t, std::milli>;

  DeviceEstimator new_estimator() const;
  void restart_estimate();
  void learn_rate(MonoTime at);
  Target target(MonoTime at) const;
  nanoseconds corrected(nanoseconds counted) const;
  nanoseconds root_distance_at(MonoTime at) const;
  Ppm possible_rate_error(Ppm rate) const;
  void approach(SlewTime within, WallTime aimed, MonoTime at);
  void stop_following(MonoTime at);

  // Small members come first, because code for those that are far from the start is longer.
  bool is_following_ = false;
  std::uint8_t samples_ = 0;
  std::uint32_t settings_ = 0;
  MonoTime adjusted_{};  // when clock_ was last changed or confirmed
  MonoTime root_at_{};
  nanoseconds root_distance_{};
  Known first_{};
  Known latest_{};
  Aim aim_{};
  std::optional<CommonOffset> common_{};
  SoftwareClock clock_;
  Config config_;
  Timekeeper keeper_;
  DeviceEstimator estimator_;
};

}  // namespace isletime
