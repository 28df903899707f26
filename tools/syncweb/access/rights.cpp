// SPDX-License-Identifier: MIT
#include "tools/syncweb/access/rights.hpp"

#include <algorithm>

#include "tools/syncweb/access/called_host.hpp"
#include "tools/syncweb/access/cookie.hpp"

namespace isletime::syncweb {
namespace {

bool has_header(const Request& request, std::string_view name) {
  return request.header(name) != nullptr;
}

// Returns whether an Origin names what the request has called: the same scheme, host and port.
bool is_own_origin(const Request& request) {
  const std::string* value = only_value(request, "origin");
  const auto origin = value == nullptr ? std::nullopt : parse_origin(*value);
  const auto called = called_host(request);
  if (!origin || !called) return false;
  const auto port = [&](const Authority& authority) {
    return authority.port.value_or(default_port(request.is_secure));
  };
  return origin->is_secure == request.is_secure && origin->authority.name == called->name &&
         port(origin->authority) == port(*called);
}

// Browsers send Sec-Fetch-Site (Fetch Metadata) over TLS and to loopback.
bool is_own_fetch(const Request& request) {
  const std::string* site = only_value(request, "sec-fetch-site");
  return site != nullptr && (*site == "same-origin" || *site == "none");
}

}  // namespace

std::optional<Response> refuse_change(const Site& site, const Request& request, Instant now) {
  if (auto refusal = refuse_foreign_page(request)) return refusal;
  if (!is_from(site.options.permitted, request.from.address, request.to, site.own_addresses))
    return error_response(Status::kForbidden, "not-permitted", "changes are not permitted from this address");
  if (site.options.pin_file && !has_session(site, request, now))
    return error_response(Status::kForbidden, "needs-pin", "changes need the PIN of this hub");
  return std::nullopt;
}

bool may_sync_unasked(const Site& site, const Request& request) {
  return is_from(site.options.automatic, request.from.address, request.to, site.own_addresses);
}

std::optional<Response> refuse_foreign_page(const Request& request) {
  const bool is_foreign = (has_header(request, "origin") && !is_own_origin(request)) ||
                          (has_header(request, "sec-fetch-site") && !is_own_fetch(request));
  if (!is_foreign) return std::nullopt;
  return error_response(Status::kForbidden, "foreign-page", "pages of other sites may change nothing here");
}

bool has_session(const Site& site, const Request& request, Instant now) {
  const auto id = session_in(request);
  return id && site.login.sessions.has(*id, now.mono);
}

}  // namespace isletime::syncweb
