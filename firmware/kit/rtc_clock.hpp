// SPDX-License-Identifier: MIT
// A DeviceClock as RtcRunner needs it: what it knows may be written to the battery clock, whose time is one
// more source to it. The DeviceClock must outlive what is returned.
#pragma once

#include <optional>

#include "firmware/kit/rtc_runner.hpp"
#include "libsync/policy/device_clock.hpp"

namespace isletime::firmware {

inline RtcClock rtc_clock_of(DeviceClock& clock) {
  return {.context = &clock,
          .truth = [](void* context, MonoTime at) -> std::optional<RtcTruth> {
            const auto& known = *static_cast<const DeviceClock*>(context);
            const auto time = known.at(at);
            if (!time) return std::nullopt;
            return RtcTruth{time->time, time->bound, known.may_write_rtc(at)};
          },
          .on_chip_time =
              [](void* context, const DeviceRtc::ChipTime& chip_time, MonoTime at) {
                static_cast<DeviceClock*>(context)->on_report(SourceKind::kRtc, chip_time.time,
                                                              chip_time.bound, true, at);
              }};
}

}  // namespace isletime::firmware
