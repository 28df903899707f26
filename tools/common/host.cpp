// SPDX-License-Identifier: MIT
#include "tools/common/host.hpp"

#include <algorithm>
#include <charconv>

namespace isletime {
namespace {

std::optional<std::uint16_t> parse_port(const std::string& text) {
  std::uint16_t port = 0;
  const char* end = text.data() + text.size();
  const auto [stop, failure] = std::from_chars(text.data(), end, port);
  if (failure != std::errc{} || stop != end || port == 0) return std::nullopt;
  return port;
}

}  // namespace

std::optional<Host> parse_host(const std::string& text, std::uint16_t default_port) {
  Host host{text, text, default_port};
  std::string port;
  if (text.starts_with('[')) {
    const auto close = text.find(']');
    if (close == std::string::npos) return std::nullopt;
    host.name = text.substr(1, close - 1);
    const std::string rest = text.substr(close + 1);
    if (!rest.empty() && (rest[0] != ':' || rest.size() == 1)) return std::nullopt;
    if (!rest.empty()) port = rest.substr(1);
  } else if (std::count(text.begin(), text.end(), ':') == 1) {
    const auto colon = text.find(':');
    host.name = text.substr(0, colon);
    port = text.substr(colon + 1);
    if (port.empty()) return std::nullopt;
  }
  if (host.name.empty()) return std::nullopt;
  if (port.empty()) return host;
  const auto number = parse_port(port);
  if (!number) return std::nullopt;
  host.port = *number;
  return host;
}

}  // namespace isletime
