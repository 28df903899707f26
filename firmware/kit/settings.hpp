// SPDX-License-Identifier: MIT
// The settings of a device: pairs of a name and a value, as the board tells them.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace isletime::firmware {

// Returns the value of `name`, or an empty text if it is not set. The last of several counts.
std::string_view setting(std::string_view name);
// Returns the number, or `otherwise` if it is not set or no decimal number up to `most`.
std::uint32_t number_setting(std::string_view name, std::uint32_t otherwise, std::uint32_t most);

}  // namespace isletime::firmware
