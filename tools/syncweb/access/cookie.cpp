// SPDX-License-Identifier: MIT
#include "tools/syncweb/access/cookie.hpp"

#include <algorithm>

namespace isletime::syncweb {
namespace {

constexpr std::string_view cookie_name(bool is_secure) {
  return is_secure ? "__Host-isletime" : "isletime";
}

std::string_view trimmed_cookie(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

Field set_cookie(std::string_view value, seconds age, bool is_secure) {
  return {"Set-Cookie", std::string{cookie_name(is_secure)} + '=' + std::string{value} +
                            "; Path=/; Max-Age=" + std::to_string(age.count()) +
                            "; HttpOnly; SameSite=Strict" + (is_secure ? "; Secure" : "")};
}

}  // namespace

std::optional<std::string_view> cookie_value(const Request& request, std::string_view name) {
  std::optional<std::string_view> found;
  for (const Field& field : request.headers) {
    if (field.name != "cookie") continue;
    std::string_view rest = field.value;
    while (!rest.empty()) {
      const std::string_view pair = rest.substr(0, rest.find(';'));
      rest.remove_prefix(std::min(pair.size() + 1, rest.size()));
      const std::size_t equals = pair.find('=');
      if (equals == std::string_view::npos || trimmed_cookie(pair.substr(0, equals)) != name) continue;
      if (found) return std::nullopt;
      found = trimmed_cookie(pair.substr(equals + 1));
    }
  }
  return found;
}

std::optional<SessionId> session_in(const Request& request) {
  const auto value = cookie_value(request, cookie_name(request.is_secure));
  return value ? parse_session_id(*value) : std::nullopt;
}

Field session_cookie(const SessionId& id, bool is_secure) {
  return set_cookie(to_text(id), Sessions::kLongestAge, is_secure);
}

Field no_session_cookie(bool is_secure) {
  return set_cookie("", seconds{0}, is_secure);
}

}  // namespace isletime::syncweb
