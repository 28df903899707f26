// SPDX-License-Identifier: MIT
// A page of a few lines that the server writes, which needs no JavaScript.
#pragma once

#include <string>
#include <string_view>

#include "tools/syncweb/message.hpp"

namespace isletime::syncweb {

// Escapes a text for HTML, between tags and in quoted attributes.
std::string html_escaped(std::string_view text);

// `title` is text, `body` is HTML.
Response small_page(Status status, std::string_view title, std::string_view body);

}  // namespace isletime::syncweb
