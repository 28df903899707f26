// SPDX-License-Identifier: MIT
// A battery clock behind the kernel's driver, /dev/rtcN (rtc(4)). Its time is in whole seconds of the time
// scale to which it was set. Only one program at a time can open it.
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
  // Fails with ENOTTY if it is no RTC, and with EBUSY if another program has it open.
  static Result<DevRtc, SysError> open(const std::string& path);

  // A driver refuses to show a time that it knows to be wrong; such a time counts as lost.
  Result<RtcReading, SysError> read() const;
  Result<std::optional<std::uint8_t>, SysError> read_second() const;
  std::optional<SysError> set(const CivilTime& time) const;
  // Returns the flags of RTC_VL_READ, or nothing if the driver has none: rtc-ds1307 clears the chip's flag
  // when it takes the chip over, and rtc_cmos never shows it.
  std::optional<unsigned> flags() const;

  // The frequency correction in parts per 10^9; positive values make the clock run faster. Fails with ENOTTY
  // or EINVAL if the driver has no such adjustment.
  Result<std::int64_t, SysError> correction() const;
  std::optional<SysError> set_correction(std::int64_t ppb) const;

 private:
  // Fails with EINVAL if the registers hold no valid time, or the driver knows that it was lost.
  Result<CivilTime, SysError> read_time() const;
  explicit DevRtc(Fd device) : device_(std::move(device)) {}

  Fd device_;
};

// Return the states that the flags of RTC_VL_READ stand for. A chip whose battery is empty has its time from
// now on only, so nothing vouches for it.
Integrity integrity_of(std::optional<unsigned> flags);
RtcSupply supply_of(std::optional<unsigned> flags);

// Returns nothing if there is no such time.
std::optional<CivilTime> to_civil_time(const rtc_time& time);
rtc_time to_rtc_time(const CivilTime& time);

}  // namespace isletime
