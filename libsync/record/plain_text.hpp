// SPDX-License-Identifier: MIT
// Text that may be shown on a terminal and quoted in JSON: UTF-8 (RFC 3629) without the control characters of
// ASCII and Unicode (C1).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace isletime {

// Returns the size in bytes of the plain character at the start of `text`, or 0 if there is none.
std::size_t plain_character(std::string_view text);

bool is_plain(std::string_view text);
// Returns the text with a "?" for each byte that is not part of a plain character.
std::string made_plain(std::string_view text);
// Returns the first 40 bytes of untrusted text, made plain, for a message.
std::string shortened(std::string_view text);

}  // namespace isletime
