// SPDX-License-Identifier: MIT
// The requests that syncweb answers: one row of one table each.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "libsync/policy/instant.hpp"
#include "tools/syncweb/message.hpp"
#include "tools/syncweb/site.hpp"

namespace isletime::syncweb {

enum class Right : std::uint8_t {
  kAnyone,  // whoever may read; nothing changes, or only what devices say of themselves
  kChange,  // from permitted places, with the PIN if there is one, and from our own pages
};

// The form that the body of a POST must have. No form of another site can send JSON.
enum class Body : std::uint8_t { kJson, kForm };

struct Route {
  Method method;
  std::string_view path;
  Right right;
  Outcome (*answer)(Site& site, const Request& request, Instant now);
  Body body = Body::kJson;
  bool answers_head = method == Method::kGet;
};

std::span<const Route> routes();

}  // namespace isletime::syncweb
