// SPDX-License-Identifier: MIT
// The battery clock in the form of --rtc: "DEVICE[,chip=MODEL][,address=N][,local-time][,trust]", as in
// "/dev/i2c-1,chip=ds3231", or "/dev/rtc0" for the kernel's driver.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "libsync/core/result.hpp"
#include "libsync/drivers/chip_model.hpp"

namespace isletime::sntpd {

struct RtcOption {
  std::string device;
  std::optional<ChipModel> chip;        // without it, detected by its registers
  std::optional<std::uint8_t> address;  // without it, the chip's own
  // The administrator vouches for a clock that cannot tell whether it kept its time.
  bool is_trusted = false;
  bool keeps_local_time = false;  // that of this machine's time zone, not UTC

  // Returns whether it is a chip behind a kernel driver, and not a bus.
  bool is_of_the_kernel() const;
  // Returns whether it is the chip that the kernel itself writes while its clock is synchronised.
  bool is_the_kernels_own() const;
};

// An error is one clause that names the wrong word.
Result<RtcOption, std::string> parse_rtc_option(const std::string& text);

}  // namespace isletime::sntpd
