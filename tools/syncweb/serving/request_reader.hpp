// SPDX-License-Identifier: MIT
// Makes a Request of what libmicrohttpd has parsed. What is malformed gets its response here, so that
// handlers see only plain text.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "tools/syncweb/message.hpp"

namespace isletime::syncweb {

inline constexpr std::size_t kMostHeaders = 64;

// Returns the response if it refuses the request.
std::variant<Request, Response> read_request(std::string_view method, std::string_view target,
                                             std::vector<Field> headers);

// Returns whether the header announces a body of more than kLargestBody bytes.
bool announces_too_much(std::string_view content_length);
Response too_large_response();

// Refuses a body of which another reader of the same bytes, such as a proxy, could find another end (RFC
// 9112, section 6.3), before it is read.
std::optional<Response> refuse_unclear_end(std::vector<Field> headers);

}  // namespace isletime::syncweb
