// SPDX-License-Identifier: MIT
// The hub's state for browsers without JavaScript, which load it again every 10 s.
#pragma once

#include <string>

#include "tools/syncweb/site.hpp"

namespace isletime::syncweb {

// GET /plain, and /plain?still, which does not load itself again.
Outcome answer_plain_page(Site& site, const Request& request, Instant now);

// "12 ms", "1.3 s" or "5 min", rounded up, so that it never promises more than the bound does.
std::string bound_words(nanoseconds bound);
// "just now" or "5 min ago"
std::string age_words(nanoseconds age);

}  // namespace isletime::syncweb
