// SPDX-License-Identifier: MIT
#include "tools/syncweb/access/authority.hpp"

#include <algorithm>
#include <charconv>

#include "libsync/posix/socket_address.hpp"

namespace isletime::syncweb {
namespace {

constexpr std::size_t kLongestName = 253;  // RFC 1035, section 2.3.4, as text

bool is_of_a_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
}

std::string in_lower_case(std::string_view text) {
  std::string lower{text};
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

std::optional<std::uint16_t> parse_port(std::string_view digits) {
  std::uint16_t port = 0;
  const auto [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (failure != std::errc{} || end != digits.data() + digits.size() || port == 0) return std::nullopt;
  return port;
}

std::optional<IpAddress> address_of(const std::string& text) {
  const auto endpoint = parse_address(text);
  return endpoint ? std::optional{endpoint->address} : std::nullopt;
}

// Between brackets only an IPv6 address may stand, without a zone (RFC 3986, section 3.2.2).
std::optional<Authority> parse_bracketed(std::string_view text) {
  const std::string name = in_lower_case(text);
  if (name.find(':') == std::string::npos || name.find('%') != std::string::npos) return std::nullopt;
  const auto address = address_of(name);
  if (!address) return std::nullopt;
  return Authority{name, address, std::nullopt};
}

// RFC 1035, section 2.3.1. The name has lost its final dot.
bool has_empty_label(const std::string& name) {
  return name.front() == '.' || name.back() == '.' || name.find("..") != std::string::npos;
}

std::optional<Authority> parse_name(std::string_view text) {
  std::string name = in_lower_case(text);
  if (!name.empty() && name.back() == '.') name.pop_back();
  if (name.empty() || name.size() > kLongestName || !std::all_of(name.begin(), name.end(), is_of_a_name))
    return std::nullopt;
  if (has_empty_label(name)) return std::nullopt;
  const auto address = address_of(name);
  // "2130706433" and "127.1" are addresses to some programs, and names to none.
  if (!address && name.find_first_not_of("0123456789.") == std::string::npos) return std::nullopt;
  return Authority{std::move(name), address, std::nullopt};
}

}  // namespace

std::optional<Authority> parse_authority(std::string_view text) {
  const bool is_bracketed = !text.empty() && text[0] == '[';
  const std::size_t end = is_bracketed ? text.find(']') : std::min(text.find(':'), text.size());
  if (end == std::string_view::npos) return std::nullopt;
  auto authority = is_bracketed ? parse_bracketed(text.substr(1, end - 1)) : parse_name(text.substr(0, end));
  if (!authority) return std::nullopt;
  const std::string_view rest = text.substr(is_bracketed ? end + 1 : end);
  if (rest.empty()) return authority;
  if (rest[0] != ':') return std::nullopt;
  authority->port = parse_port(rest.substr(1));
  return authority->port ? authority : std::nullopt;
}

std::optional<Origin> parse_origin(std::string_view text) {
  constexpr std::string_view kPlain = "http://";
  constexpr std::string_view kSecure = "https://";
  const bool is_secure = text.substr(0, kSecure.size()) == kSecure;
  if (!is_secure && text.substr(0, kPlain.size()) != kPlain) return std::nullopt;
  auto authority = parse_authority(text.substr(is_secure ? kSecure.size() : kPlain.size()));
  if (!authority) return std::nullopt;
  return Origin{is_secure, *std::move(authority)};
}

}  // namespace isletime::syncweb
