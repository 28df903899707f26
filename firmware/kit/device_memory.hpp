// SPDX-License-Identifier: MIT
// An app's memory of what it has learned, which outlives a loss of power: it is loaded at the start, gives
// the clock its first rate, and is stored when something new was learned.
#pragma once

#include <optional>

#include "firmware/kit/rate_keeper.hpp"
#include "firmware/kit/rtc_runner.hpp"
#include "firmware/kit/saved_record.hpp"
#include "libsync/policy/device_clock.hpp"

namespace isletime::firmware {

class DeviceMemory {
 public:
  DeviceMemory() : saved_(load_record()), rate_keeper_(saved_.rate) {}

  // For a clock that believes no time from before the build or after any use of it, and goes on at the rate
  // that was learned; the rest is as the app gives it. With the setting "island=yes", it trusts a hub that
  // serves its own clock.
  DeviceClock::Config clock_config(DeviceClock::Config config = {}) const;
  const std::optional<SavedRtc>& rtc() const { return saved_.rtc; }

  // Call these in every turn of the main loop. They write no more often than RateKeeper and RtcRunner find
  // worth it.
  void keep(const DeviceClock& clock, MonoTime now);
  void keep(const DeviceClock& clock, RtcRunner& rtc, MonoTime now);

 private:
  bool take_rate(const DeviceClock& clock, MonoTime now);
  bool store() const;

  SavedRecord saved_;
  RateKeeper rate_keeper_;
  MonoTime next_look_{};  // at the rate
};

}  // namespace isletime::firmware
