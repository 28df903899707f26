// SPDX-License-Identifier: MIT
// The input is three lines and a rest: the Host field, the Origin field, the Cookie field, and a form. What
// is read of them is what was written; no Host lets another site's page in, and no form leads elsewhere.
#include <string>
#include <string_view>

#include "libsync/record/plain_text.hpp"
#include "tests/fuzz/harness.hpp"
#include "tools/syncweb/access/authority.hpp"
#include "tools/syncweb/access/called_host.hpp"
#include "tools/syncweb/access/cookie.hpp"
#include "tools/syncweb/access/form.hpp"
#include "tools/syncweb/access/login.hpp"
#include "tools/syncweb/access/requester.hpp"
#include "tools/syncweb/access/rights.hpp"
#include "tools/syncweb/access/small_page.hpp"

using namespace isletime;
using namespace isletime::syncweb;
using isletime::fuzz::require;

namespace {

constexpr std::string_view kNameCharacters = "abcdefghijklmnopqrstuvwxyz0123456789-._:";

std::string take_line(std::string_view& rest) {
  const std::string_view line = rest.substr(0, rest.find('\n'));
  rest.remove_prefix(std::min(line.size() + 1, rest.size()));
  return std::string{line};
}

std::string text_of(const Authority& authority) {
  const bool is_v6 = authority.name.find(':') != std::string::npos;
  return (is_v6 ? '[' + authority.name + ']' : authority.name) +
         (authority.port ? ':' + std::to_string(*authority.port) : "");
}

void check_authority(const std::string& text) {
  const auto authority = parse_authority(text);
  if (!authority) return;
  require(!authority->name.empty() && authority->name.size() <= 253, "a name is there and not too long");
  require(authority->name.find_first_not_of(kNameCharacters) == std::string::npos, "a name is plain");
  require(parse_authority(text_of(*authority)) == authority, "what was read can be written and read");
}

void check_form(std::string_view body) {
  const auto form = parse_form(body);
  if (!form) return;
  require(form->size() <= kMostFormFields, "a form has few fields");
  for (const Field& field : *form) {
    require(is_plain(field.name) && is_plain(field.value), "fields are plain text");
    require(form_field(*form, field.name) == &field.value, "no name comes twice");
    const std::string path = safe_path(&field.value);
    require(path[0] == '/' && (path.size() == 1 || (path[1] != '/' && path[1] != '\\')),
            "a path leads to this site");
    require(path.find_first_of(std::string_view{"\r\n\t \0", 5}) == std::string::npos,
            "a path is one word of a header");
    require(html_escaped(field.value).find_first_of("<>\"'") == std::string::npos,
            "a text closes no attribute");
  }
}

Request request_of(std::string host, std::string origin, std::string cookie) {
  Request request;
  request.method = Method::kPost;
  request.path = "/logout";
  request.headers = {{"host", std::move(host)},
                     {"origin", std::move(origin)},
                     {"cookie", std::move(cookie)},
                     {"content-type", "application/x-www-form-urlencoded"}};
  request.from.address = IpAddress::v4(0xc0a8'0411);
  request.to = IpAddress::v4(0xc0a8'0401);
  return request;
}

void check_answer(const Request& request) {
  static const Options options = [] {
    Options made;
    made.is_portal = true;
    made.access_rules = {{Prefix::v4(0, 0), Access::kAllow}};
    made.permitted = made.automatic = {Place{Prefix::v4(0xc0a8'0400, 24)}};
    return made;
  }();
  Site site(options);
  const Outcome outcome = respond(site, request, {});
  const auto* response = std::get_if<Response>(&outcome);
  require(response != nullptr, "every request here has a response");
  const auto called = parse_authority(request.headers[0].value);
  const auto origin = parse_origin(request.headers[1].value);
  if (response->status != Status::kSeeOther) return;
  require(called && names_this_hub(site, request, *called), "only who calls this hub gets to its routes");
  require(origin && origin->authority.name == called->name && !origin->is_secure,
          "and only from its own pages");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view rest{reinterpret_cast<const char*>(data), size};
  std::string host = take_line(rest);
  std::string origin = take_line(rest);
  std::string cookie = take_line(rest);
  check_authority(host);
  check_form(rest);
  const Request request = request_of(std::move(host), std::move(origin), std::move(cookie));
  if (const auto id = session_in(request)) {
    require(parse_session_id(to_text(*id)) == id, "a session is read as it was written");
  }
  check_answer(request);
  return 0;
}
