// SPDX-License-Identifier: MIT
// The line by which a device tells people on its console how it is: its name, its hub, its time, its battery
// clock, and what the app adds. It is due once a minute, and at any change that a person would ask about.
#pragma once

#include <cstddef>

#include "firmware/kit/device_name.hpp"
#include "firmware/kit/ntp_following.hpp"
#include "firmware/kit/rtc_runner.hpp"
#include "libsync/core/text_writer.hpp"
#include "libsync/core/time_types.hpp"
#include "libsync/policy/device_clock.hpp"

namespace isletime::firmware {

inline constexpr std::size_t kStatusReportSize = 288;

class StatusReport {
 public:
  // Returns true if a report is due, which must follow. `rtc` is kNone without a battery clock.
  bool is_due(const DeviceClock& clock, RtcState rtc, MonoTime now);
  MonoTime next() const { return next_; }

 private:
  struct Reported {
    RtcState rtc = RtcState::kSought;
    bool is_set = false;
    bool is_reliable = false;
    SourceKind source = SourceKind::kFreeRun;
    constexpr bool operator==(const Reported&) const = default;
  };

  Reported reported_;
  MonoTime next_{};
};

// "clock-3f2a01: hub 192.0.2.1, 2026-11-21T16:05:09.123456789Z +/- 0.001 s, by ntp, reliable"
TextWriter& write_status(TextWriter& out, const DeviceName& name, const NtpFollowing& following,
                         const DeviceClock& clock, MonoTime now);
// "; RTC: good, 3 writes"
TextWriter& write_status(TextWriter& out, const RtcRunner& rtc);

}  // namespace isletime::firmware
