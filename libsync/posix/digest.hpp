// SPDX-License-Identifier: MIT
// A short BLAKE2b digest (RFC 7693) as text: it reveals truncated text, and replaces names that must not be
// disclosed.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace isletime {

inline constexpr std::size_t kDigestDigits = 32;

// Lower-case hexadecimal, kDigestDigits long.
std::string digest(std::string_view text);

}  // namespace isletime
