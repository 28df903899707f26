// SPDX-License-Identifier: MIT
// The fields that every response has, unless its handler has set them otherwise.
#pragma once

#include "tools/syncweb/message.hpp"

namespace isletime::syncweb {

// Adds those that are missing. There is no Strict-Transport-Security: with it, a browser would let nobody
// past the warning of our own certificate, and HTTP is served on purpose.
void add_common_headers(Response& response);

}  // namespace isletime::syncweb
