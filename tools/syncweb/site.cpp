// SPDX-License-Identifier: MIT
#include "tools/syncweb/site.hpp"

#include <algorithm>

#include "tools/syncweb/access/called_host.hpp"
#include "tools/syncweb/access/common_headers.hpp"
#include "tools/syncweb/access/cookie.hpp"
#include "tools/syncweb/access/media_type.hpp"
#include "tools/syncweb/access/rights.hpp"
#include "tools/syncweb/machine/time_fields.hpp"
#include "tools/syncweb/portal/portal.hpp"
#include "tools/syncweb/routes.hpp"

namespace isletime::syncweb {
namespace {

bool answers(const Route& route, Method method) {
  return route.method == method || (route.answers_head && method == Method::kHead);
}

std::string_view methods_of(const Route& route) {
  if (route.method == Method::kPost) return "POST";
  return route.answers_head ? "GET, HEAD" : "GET";
}

// Keeps the sessions of browsers that are in use.
void note_use(Site& site, const Request& request, Instant now) {
  if (const auto id = session_in(request)) site.login.sessions.use(*id, now.mono);
}

std::optional<Response> refuse_body(const Route& route, const Request& request) {
  const bool is_form = route.body == Body::kForm;
  if (has_media_type(request, is_form ? "application/x-www-form-urlencoded" : "application/json"))
    return std::nullopt;
  return error_response(
      Status::kUnsupportedMediaType, "bad-media-type",
      is_form ? "a form is needed here (Content-Type)" : "Content-Type: application/json is needed here");
}

std::optional<Response> refuse_route(const Site& site, const Route& route, const Request& request,
                                     Instant now) {
  if (request.method == Method::kPost) {
    if (auto refusal = refuse_foreign_page(request)) return refusal;
    if (auto refusal = refuse_body(route, request)) return refusal;
  }
  return route.right == Right::kChange ? refuse_change(site, request, now) : std::nullopt;
}

Outcome respond_by_route(Site& site, const Request& request, Instant now) {
  std::string allowed;
  for (const Route& route : routes()) {
    if (route.path != request.path) continue;
    if (!allowed.empty()) allowed += ", ";
    allowed += methods_of(route);
    if (!answers(route, request.method)) continue;
    if (auto refusal = refuse_route(site, route, request, now)) return *std::move(refusal);
    return route.answer(site, request, now);
  }
  if (allowed.empty()) return error_response(Status::kNotFound, "not-found", "there is no such page");
  Response response =
      error_response(Status::kMethodNotAllowed, "bad-method", "another method is needed here: " + allowed);
  response.headers.push_back({"Allow", allowed});
  return response;
}

// The address first, then the name that was called, then what the route needs.
Outcome respond_without_headers(Site& site, const Request& request, Instant now) {
  if (decide(site.options.access_rules, request.from.address) == Access::kDeny)
    return error_response(Status::kForbidden, "not-allowed", "this address may not read here");
  const auto called = called_host(request);
  if (!called && !is_without_host(request)) {
    const bool is_garbled = only_value(request, "host") != nullptr;
    return error_response(Status::kBadRequest, "bad-host",
                          is_garbled ? "the Host field is malformed" : "one Host field is needed");
  }
  if (called && !names_this_hub(site, request, *called)) {
    if (auto response = answer_as_portal(site, request, *called, now)) return *std::move(response);
    return error_response(Status::kMisdirectedRequest, "wrong-host",
                          "this hub is not called so: use its address, or start it with --name");
  }
  note_use(site, request, now);
  if (site.options.is_portal && request.path == "/") site.portal.on_real_page(request.from.address, now.mono);
  return respond_by_route(site, request, now);
}

Outcome with_common_headers(Outcome outcome) {
  if (auto* response = std::get_if<Response>(&outcome)) add_common_headers(*response);
  if (auto* first = std::get_if<FeedFirst>(&outcome)) {
    first->then = [then = std::move(first->then)](const std::optional<HubReply>& reply) {
      Response response = then(reply);
      add_common_headers(response);
      return response;
    };
  }
  return outcome;
}

}  // namespace

Outcome respond(Site& site, const Request& request, Instant now) {
  Outcome outcome = with_common_headers(respond_without_headers(site, request, now));
  if (auto* response = std::get_if<Response>(&outcome)) add_time_fields(*response, site.hub.at(now));
  return outcome;
}

}  // namespace isletime::syncweb
