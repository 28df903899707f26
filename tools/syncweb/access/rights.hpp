// SPDX-License-Identifier: MIT
// Decides who may change something: from where, from which page, and with which PIN.
#pragma once

#include <optional>

#include "libsync/policy/instant.hpp"
#include "tools/syncweb/message.hpp"
#include "tools/syncweb/site.hpp"

namespace isletime::syncweb {

// Returns the response that refuses a change, or nothing if the request may make it. What phones at an
// automatic place do by themselves needs no PIN; see may_sync_unasked().
std::optional<Response> refuse_change(const Site& site, const Request& request, Instant now);

// Returns whether a phone there may set the hub without being asked to, and without the PIN.
bool may_sync_unasked(const Site& site, const Request& request);

// Returns the response that refuses a request that another site's page made in a browser (cross-site request
// forgery), or nothing. Devices, which send no Origin, pass.
std::optional<Response> refuse_foreign_page(const Request& request);

// Returns whether the request comes from a browser that has given the PIN.
bool has_session(const Site& site, const Request& request, Instant now);

}  // namespace isletime::syncweb
