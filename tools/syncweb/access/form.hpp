// SPDX-License-Identifier: MIT
// Parses the body of a form that a browser sends (application/x-www-form-urlencoded, URL Standard, section
// 5), strictly: a broken escape, a control character or a field that comes twice makes the whole form void.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tools/syncweb/message.hpp"

namespace isletime::syncweb {

inline constexpr std::size_t kMostFormFields = 16;

// Returns the fields in order, decoded to UTF-8 text without control characters.
std::optional<std::vector<Field>> parse_form(std::string_view body);

// Returns null if there is none.
const std::string* form_field(const std::vector<Field>& form, std::string_view name);

}  // namespace isletime::syncweb
