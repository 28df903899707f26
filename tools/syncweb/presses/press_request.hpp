// SPDX-License-Identifier: MIT
// Reads presses as devices send them: as a JSON object, or in the older form, whose parameters are those of a
// query. Both are from strangers; whatever is missing, unknown or out of range is refused by its name.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "libsync/core/result.hpp"
#include "tools/syncweb/message.hpp"
#include "tools/syncweb/presses/press.hpp"

namespace isletime::syncweb {

inline constexpr std::size_t kLongestSender = 64;  // bytes
inline constexpr std::size_t kLongestBoot = 32;    // bytes
// RFC 8259, section 6: larger whole numbers are not the same in every program.
inline constexpr std::uint64_t kLargestPressNumber = (std::uint64_t{1} << 53) - 1;

// Reads {"sender":"button-3f2a","boot":"8f3c","number":17,"time":RFC 3339,"uncertainty_s":0.0012,
// "reliable":true}, where "boot" and "uncertainty_s" may be absent. An error is a sentence for people.
Result<Press, std::string> parse_press(std::string_view body);

// Reads msec=1770091506789&sender=button-3f2a, with msec in milliseconds of Unix time. Other parameters, such
// as prevdur and ip, say nothing that is needed, and are ignored. An error is a sentence for people.
Result<Press, std::string> parse_older_press(std::span<const Field> query);

}  // namespace isletime::syncweb
