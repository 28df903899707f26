// SPDX-License-Identifier: MIT
// HTML that the server writes itself. Text from elsewhere is escaped where it becomes markup.
#pragma once

#include <string>
#include <string_view>

namespace isletime::syncweb {

// Escapes what would be markup in a text or in a quoted attribute (HTML Living Standard, section 13.3).
std::string html_escaped(std::string_view text);

}  // namespace isletime::syncweb
