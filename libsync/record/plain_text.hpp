// SPDX-License-Identifier: MIT
// Text that may be shown on a terminal and quoted in JSON: UTF-8 (RFC 3629) without control
// characters, be they of ASCII or of Unicode (C1).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace isletime {

// The bytes of the character that `text` begins with; 0: it begins with no plain one.
std::size_t plain_character(std::string_view text);

bool is_plain(std::string_view text);
// The same text with a "?" for each byte that is part of no plain character.
std::string made_plain(std::string_view text);
// The first 40 bytes of a stranger's words, made plain, to be shown in a line.
std::string shortened(std::string_view text);

}  // namespace isletime
