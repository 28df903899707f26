// SPDX-License-Identifier: MIT
// A battery clock by way of the kernel's driver, /dev/rtcN (rtc(4)). Its time is whole seconds of whatever
// scale it was set to. Only one program at a time can have it open.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "libsync/core/civil_time.hpp"
#include "libsync/core/rtc/rtc_reading.hpp"
#include "libsync/posix/fd.hpp"
#include "libsync/posix/sys_error.hpp"

struct rtc_time;

namespace isletime {

class DevRtc {
 public:
  // Error: ENOTTY if it is no RTC, EBUSY if another program has it.
  static Result<DevRtc, SysError> open(const std::string& path);

  // Its integrity is kUntold where the driver has no flag to show. What the driver knows for wrong, it does
  // not show: such a time was lost.
  Result<RtcReading, SysError> read() const;
  Result<std::optional<std::uint8_t>, SysError> read_second() const;
  std::optional<SysError> set(const CivilTime& time) const;

  // By how much the clock is made to run faster, in parts per 10^9. Error: ENOTTY or EINVAL where the driver
  // has no such adjustment.
  Result<std::int64_t, SysError> correction() const;
  std::optional<SysError> set_correction(std::int64_t ppb) const;

 private:
  // Error: EINVAL if the registers hold no time, or the driver knows that it was lost.
  Result<CivilTime, SysError> read_time() const;
  Integrity integrity() const;
  explicit DevRtc(Fd device) : device_(std::move(device)) {}

  Fd device_;
};

// Absent: there is no such time.
std::optional<CivilTime> to_civil_time(const rtc_time& time);
rtc_time to_rtc_time(const CivilTime& time);

}  // namespace isletime
