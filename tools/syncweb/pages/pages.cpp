// SPDX-License-Identifier: MIT
#include "tools/syncweb/pages/pages.hpp"

#include <algorithm>
#include <array>

#include "tools/syncweb/machine/time_api.hpp"

namespace isletime::syncweb {
namespace {

// Inline scripts and styles are not allowed either. The page connects to this server only, sends its forms
// only here, and nobody may put it into a frame.
constexpr const char* kContentSecurityPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

struct PageType {
  std::string_view ending;
  std::string_view type;
};

constexpr std::array kPageTypes{
    PageType{".html", "text/html; charset=utf-8"},
    PageType{".css", "text/css; charset=utf-8"},
    PageType{".js", "text/javascript; charset=utf-8"},
    PageType{".svg", "image/svg+xml"},
};

std::string_view type_of(std::string_view name) {
  const auto* const found = std::find_if(kPageTypes.begin(), kPageTypes.end(),
                                         [&](const PageType& type) { return name.ends_with(type.ending); });
  return found == kPageTypes.end() ? "application/octet-stream" : found->type;
}

void protect(std::vector<Field>& headers) {
  headers.push_back({"Content-Security-Policy", kContentSecurityPolicy});
  headers.push_back({"Permissions-Policy", "geolocation=(self), camera=(), microphone=()"});
}

// RFC 9110, section 13.1.2: the field is "*" or a list of tags, any of which may be weak.
bool names(const std::string& if_none_match, std::string_view etag) {
  return if_none_match == "*" || if_none_match.find(etag) != std::string::npos;
}

Response file_response(const Request& request, const PageFile& file) {
  Response response{.type = std::string{type_of(file.name)}, .body = {}};
  response.headers = {{"ETag", std::string{file.etag}}, {"Cache-Control", "no-cache"}};
  protect(response.headers);
  const std::string* known = request.header("if-none-match");
  if (known != nullptr && names(*known, file.etag)) {
    response.status = Status::kNotModified;
    response.type.clear();
  } else {
    response.body = file.text;
  }
  return response;
}

Response answer_file(const Request& request, std::string_view name) {
  const auto files = page_files();
  const auto file =
      std::find_if(files.begin(), files.end(), [&](const PageFile& one) { return one.name == name; });
  if (file == files.end()) return error_response(Status::kNotFound, "not-found", "there is no such page");
  return file_response(request, *file);
}

}  // namespace

Response page_response(std::string html, std::vector<Field> headers) {
  protect(headers);
  headers.push_back({"Cache-Control", "no-store"});
  return {Status::kOk, "text/html; charset=utf-8", std::move(html), std::move(headers)};
}

Outcome answer_main_page(Site& site, const Request& request, Instant now) {
  if (auto response = answer_time_and_date(site.hub.at(now), request, zone_of(site)))
    return *std::move(response);
  return answer_file(request, "index.html");
}

Outcome answer_presses_page(Site&, const Request& request, Instant) {
  return answer_file(request, "presses.html");
}

Outcome answer_page_file(Site&, const Request& request, Instant) {
  return answer_file(request, std::string_view{request.path}.substr(1));
}

}  // namespace isletime::syncweb
