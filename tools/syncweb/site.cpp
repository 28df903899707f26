// SPDX-License-Identifier: MIT
#include "tools/syncweb/site.hpp"

#include <algorithm>

#include "tools/syncweb/access/rights.hpp"
#include "tools/syncweb/machine/time_fields.hpp"
#include "tools/syncweb/routes.hpp"

namespace isletime::syncweb {
namespace {

bool answers(const Route& route, Method method) {
  return route.method == method || (route.method == Method::kGet && method == Method::kHead);
}

Outcome respond_without_time(Site& site, const Request& request, Instant now) {
  if (decide(site.options.access_rules, request.from.address) == Access::kDeny)
    return error_response(Status::kForbidden, "not-allowed", "this address may not read here");
  bool is_known = false;
  for (const Route& route : routes()) {
    if (route.path != request.path) continue;
    is_known = true;
    if (!answers(route, request.method)) continue;
    if (route.right == Right::kChange) {
      if (auto refusal = refuse_change(site, request, now)) return *std::move(refusal);
    }
    return route.answer(site, request, now);
  }
  if (is_known)
    return error_response(Status::kMethodNotAllowed, "bad-method", "another method is needed here");
  return error_response(Status::kNotFound, "not-found", "there is no such page");
}

}  // namespace

Outcome respond(Site& site, const Request& request, Instant now) {
  Outcome outcome = respond_without_time(site, request, now);
  if (auto* response = std::get_if<Response>(&outcome)) add_time_fields(*response, site.hub.at(now));
  return outcome;
}

}  // namespace isletime::syncweb
