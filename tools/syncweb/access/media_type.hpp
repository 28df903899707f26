// SPDX-License-Identifier: MIT
// The media type of a request's body (RFC 9110, section 8.3). A form of another site cannot send JSON, so
// insisting on it stops such forms in any browser.
#pragma once

#include <string_view>

#include "tools/syncweb/message.hpp"

namespace isletime::syncweb {

// Returns whether Content-Type is there once and names that type, whatever its parameters are.
bool has_media_type(const Request& request, std::string_view lower_case_type);

}  // namespace isletime::syncweb
