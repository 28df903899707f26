// SPDX-License-Identifier: MIT
#include "tools/syncweb/access/login.hpp"

#include <algorithm>

#include "tools/syncweb/access/cookie.hpp"
#include "tools/syncweb/access/form.hpp"
#include "tools/syncweb/access/pin.hpp"
#include "tools/syncweb/access/rights.hpp"
#include "tools/syncweb/access/small_page.hpp"

namespace isletime::syncweb {
namespace {

Response lead_to(std::string path) {
  return {Status::kSeeOther, "", "", {{"Location", std::move(path)}, {"Cache-Control", "no-store"}}};
}

Response login_page(Status status, std::string_view message, const std::string& next) {
  std::string body = "<h1>PIN</h1>\n";
  if (!message.empty()) body += "<p role=\"alert\">" + html_escaped(message) + "</p>\n";
  body +=
      "<form method=\"post\" action=\"/login\">\n<input type=\"hidden\" name=\"next\" value=\"" +
      html_escaped(next) +
      "\">\n<p><label for=\"pin\">The PIN of this hub</label>\n"
      "<input id=\"pin\" name=\"pin\" type=\"password\" autocomplete=\"current-password\" maxlength=\"64\" "
      "required autofocus></p>\n<p><button type=\"submit\">Go on</button></p>\n</form>\n"
      "<p><a href=\"/\">Back to the hub</a></p>\n";
  return small_page(status, "PIN", body);
}

Response too_many_tries(seconds wait, const std::string& next) {
  const std::string whole = std::to_string(wait.count());
  Response response = login_page(Status::kTooManyRequests,
                                 "Too many tries. Please wait " + whole + " s and try again.", next);
  response.headers.push_back({"Retry-After", whole});
  return response;
}

Response let_in(LoginState& login, const Request& request, std::string next, Instant now) {
  if (const auto old = session_in(request)) login.sessions.end(*old);
  const SessionId id = random_session_id();
  login.sessions.start(id, now.mono);
  Response response = lead_to(std::move(next));
  response.headers.push_back(session_cookie(id, request.is_secure));
  return response;
}

}  // namespace

std::string safe_path(const std::string* next) {
  constexpr std::size_t kLongest = 200;
  if (next == nullptr || next->size() > kLongest || next->empty() || (*next)[0] != '/') return "/";
  // "//host" and "/\host" lead to another host.
  const bool is_of_another = next->size() > 1 && ((*next)[1] == '/' || (*next)[1] == '\\');
  const bool is_graphic = std::all_of(next->begin(), next->end(), [](char c) { return c > ' ' && c <= '~'; });
  return is_of_another || !is_graphic ? "/" : *next;
}

Outcome answer_login_page(Site& site, const Request& request, Instant) {
  std::string next = safe_path(request.parameter("next"));
  if (!site.options.pin_file) return lead_to(std::move(next));
  return login_page(Status::kOk, "", next);
}

Outcome answer_login(Site& site, const Request& request, Instant now) {
  const auto form = parse_form(request.body);
  if (!form) return error_response(Status::kBadRequest, "bad-form", "the form is garbled");
  std::string next = safe_path(form_field(*form, "next"));
  if (!site.options.pin_file) return lead_to(std::move(next));
  if (!is_from(site.options.permitted, request.from.address, request.to, site.own_addresses))
    return login_page(Status::kForbidden, "Nothing can be changed from this network.", next);
  const std::string* pin = form_field(*form, "pin");
  if (pin == nullptr || fault_of_pin(*pin) || !site.login.pin_hash)
    return login_page(Status::kForbidden, "This is not the PIN.", next);
  if (const auto wait = site.login.tries.take(request.from.address, now.mono))
    return too_many_tries(*wait, next);
  if (!is_hash_of(*site.login.pin_hash, *pin))
    return login_page(Status::kForbidden, "This is not the PIN.", next);
  site.login.tries.forgive(request.from.address);
  return let_in(site.login, request, std::move(next), now);
}

Outcome answer_logout(Site& site, const Request& request, Instant) {
  if (const auto id = session_in(request)) site.login.sessions.end(*id);
  Response response = lead_to("/");
  response.headers.push_back(no_session_cookie(request.is_secure));
  return response;
}

}  // namespace isletime::syncweb
