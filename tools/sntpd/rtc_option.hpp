// SPDX-License-Identifier: MIT
// The battery clock as --rtc takes it: "DEVICE[,chip=MODEL][,address=N]", as in
// "/dev/i2c-1,chip=ds3231", or "/dev/rtc0" by way of the kernel's driver.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "libsync/core/result.hpp"
#include "libsync/drivers/chip_model.hpp"

namespace isletime::sntpd {

struct RtcOption {
  std::string device;
  std::optional<ChipModel> chip;        // absent: what its registers say
  std::optional<std::uint8_t> address;  // absent: the chip's own

  // Not a bus, but a chip that a driver of the kernel holds.
  bool is_of_the_kernel() const;
  // The one that the kernel itself writes while its clock is synchronised.
  bool is_the_kernels_own() const;
};

// Error: one clause that names the word that is wrong.
Result<RtcOption, std::string> parse_rtc_option(const std::string& text);

}  // namespace isletime::sntpd
