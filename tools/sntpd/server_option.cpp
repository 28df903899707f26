// SPDX-License-Identifier: MIT
#include "tools/sntpd/server_option.hpp"

#include <charconv>
#include <limits>
#include <string_view>

#include <fmt/format.h>

namespace isletime::sntpd {
namespace {

template <class Number>
std::optional<Number> parse_within(std::string_view text, Number least, Number most) {
  Number value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, failure] = std::from_chars(text.data(), end, value);
  if (failure != std::errc{} || stop != end || value < least || value > most) return std::nullopt;
  return value;
}

// Returns nothing if the word was accepted, otherwise what is wrong.
std::optional<std::string> apply(std::string_view word, ServerOption& server) {
  const auto equals = word.find('=');
  const std::string_view name = word.substr(0, equals);
  const std::string_view value = equals == std::string_view::npos ? "" : word.substr(equals + 1);
  const auto number = [&](auto least, auto most, auto& target) -> std::optional<std::string> {
    const auto parsed = parse_within(value, least, most);
    if (!parsed) return fmt::format("{} takes a number from {} to {}", name, least, most);
    target = *parsed;
    return std::nullopt;
  };
  if (word == "prefer") {
    server.tier = Tier::kPreferred;
  } else if (word == "fallback") {
    server.tier = Tier::kFallback;
  } else if (word == "interleaved") {
    server.interleaved = true;
  } else if (word == "broadcast") {
    server.takes_broadcasts = true;
  } else if (name == "version") {
    return number(kOldestVersion, kNewestVersion, server.version);
  } else if (name == "minpoll") {
    return number(kLeastPoll, kMostPoll, server.minpoll);
  } else if (name == "maxpoll") {
    return number(kLeastPoll, kMostPoll, server.maxpoll);
  } else if (name == "key") {
    return number(std::uint32_t{1}, std::numeric_limits<std::uint32_t>::max(), server.key);
  } else {
    return fmt::format(
        "there is no \"{}\": use prefer, fallback, interleaved, version, minpoll, maxpoll, key or broadcast",
        word);
  }
  return std::nullopt;
}

}  // namespace

Result<ServerOption, std::string> parse_server_option(const std::string& text) {
  const auto comma = text.find(',');
  const auto host = parse_host(text.substr(0, comma), kNtpPort);
  if (!host) return Unexpected{std::string{"expected HOST, HOST:PORT or [IPV6]:PORT"}};
  ServerOption server;
  server.host = *host;
  std::string_view rest = comma == std::string::npos ? "" : std::string_view{text}.substr(comma);
  while (!rest.empty()) {
    rest.remove_prefix(1);
    const auto end = rest.find(',');
    if (const auto fault = apply(rest.substr(0, end), server)) return Unexpected{*fault};
    rest = end == std::string_view::npos ? "" : rest.substr(end);
  }
  if (server.minpoll && server.maxpoll && *server.minpoll > *server.maxpoll) {
    return Unexpected{std::string{"minpoll is above maxpoll"}};
  }
  if (server.takes_broadcasts && !server.key) {
    return Unexpected{std::string{"broadcast needs key=N: anybody could send unsigned ones"}};
  }
  return server;
}

}  // namespace isletime::sntpd
