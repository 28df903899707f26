// SPDX-License-Identifier: MIT
// The address of a chip on an I2C bus, as people write it.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace isletime {

// Parses "0x68" or "104". Returns nothing if it is no number, or outside the 7-bit addresses that are not
// reserved, 0x08 to 0x77 (I2C specification, section 3.1.12).
std::optional<std::uint8_t> parse_chip_address(std::string_view text);

}  // namespace isletime
