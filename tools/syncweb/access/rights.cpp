// SPDX-License-Identifier: MIT
#include "tools/syncweb/access/rights.hpp"

namespace isletime::syncweb {

std::optional<Response> refuse_change(const Site& site, const Request& request, Instant) {
  if (auto refusal = refuse_foreign_page(request)) return refusal;
  if (is_from(site.options.permitted, request.from.address, request.to, site.own_addresses))
    return std::nullopt;
  return error_response(Status::kForbidden, "not-permitted", "changes are not permitted from this address");
}

bool may_sync_unasked(const Site& site, const Request& request) {
  return is_from(site.options.automatic, request.from.address, request.to, site.own_addresses);
}

std::optional<Response> refuse_foreign_page(const Request&) {
  return std::nullopt;
}

}  // namespace isletime::syncweb
