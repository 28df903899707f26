// SPDX-License-Identifier: MIT
// Battery clocks behind drivers of the kernel: a file whose ioctl() calls are answered as the drivers in
// linux/drivers/rtc answer them. The program that links this has its own ioctl().
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "libsync/core/time_types.hpp"
#include "tests/fakes/scratch_folder.hpp"

namespace isletime::fakes {

// What differs between drivers.
struct KernelDriver {
  bool has_flags;          // it answers RTC_VL_READ
  bool refuses_lost_time;  // RTC_RD_TIME fails with EINVAL if the chip's flag is set
  bool clears_flag;        // it clears the chip's flag when it takes the chip over, and only logs it
  // From RTC_SET_TIME until the chip shows the next second. rtc_cmos resets the divider of an MC146818, and
  // rtc-pcf8523 and rtc-pcf85063 release the STOP bit, after which the first increment comes half a second
  // later (0.507 813 s to 0.507 935 s).
  nanoseconds first_second;
};

inline constexpr KernelDriver kRtcDs1307{false, false, true, std::chrono::seconds{1}};
inline constexpr KernelDriver kRtcCmos{false, false, false, std::chrono::milliseconds{500}};
inline constexpr KernelDriver kRtcPcf8523{true, true, false, std::chrono::microseconds{507'900}};
inline constexpr KernelDriver kRtcPcf85063{true, true, false, std::chrono::microseconds{507'900}};

class KernelRtc {
 public:
  // `now` returns true time, and is called once for each ioctl(). The chip shows true time.
  KernelRtc(const KernelDriver& driver, std::function<nanoseconds()> now);
  ~KernelRtc();
  KernelRtc(const KernelRtc&) = delete;
  KernelRtc& operator=(const KernelRtc&) = delete;

  const std::string& path() const { return path_; }
  // The battery failed and was changed: the chip's flag is set, and its time is behind by `by`.
  void lose(nanoseconds by);
  void shift(nanoseconds by) { ahead_ += by; }
  nanoseconds ahead() const { return ahead_; }
  int sets() const { return sets_; }

  unsigned flags = 0;  // RTC_VL_..., besides the flag of a lost time
  double rate = 0;     // of the chip's oscillator, a fraction

  // Answers as ioctl() does, with errno in place of -1.
  int answer(unsigned long request, void* argument);
  // Returns whether the descriptor is open on path().
  bool is_of(int descriptor) const;

 private:
  nanoseconds shown(nanoseconds now);

  KernelDriver driver_;
  std::function<nanoseconds()> now_;
  ScratchFolder folder_;
  std::string path_;
  nanoseconds ahead_{};
  std::optional<nanoseconds> seen_;  // when it was last asked
  bool is_lost_ = false;
  int sets_ = 0;
};

}  // namespace isletime::fakes
