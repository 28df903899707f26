// SPDX-License-Identifier: MIT
// Writes JSON (RFC 8259) that was read back as text on one line. Characters that a page should not get
// (control characters, bytes that are no UTF-8) become "?".
#pragma once

#include <string>

#include "libsync/record/json_value.hpp"

namespace isletime::syncweb {

std::string json_text(const JsonValue& value);

}  // namespace isletime::syncweb
