// SPDX-License-Identifier: MIT
#include "tools/sntpd/broadcast_option.hpp"

#include <algorithm>
#include <charconv>
#include <limits>
#include <string_view>

#include <net/if.h>

#include <fmt/format.h>

#include "tools/sntpd/server_option.hpp"

namespace isletime::sntpd {
namespace {

// The kernel's rules for names of interfaces.
bool is_interface_name(std::string_view text) {
  const auto is_wrong = [](char c) { return c == '/' || c == ':' || c == ' ' || c < 0x21; };
  return !text.empty() && text.size() < IFNAMSIZ && text != "." && text != ".." &&
         std::none_of(text.begin(), text.end(), is_wrong);
}

// Returns nothing if the word was accepted, otherwise what is wrong.
std::optional<std::string> apply(std::string_view word, BroadcastOption& broadcast) {
  const auto equals = word.find('=');
  const std::string_view name = word.substr(0, equals);
  const std::string_view value = equals == std::string_view::npos ? "" : word.substr(equals + 1);
  const auto number = [&](auto least, auto most, auto& target) -> std::optional<std::string> {
    decltype(least) parsed = 0;
    const char* end = value.data() + value.size();
    const auto [stop, failure] = std::from_chars(value.data(), end, parsed);
    if (failure != std::errc{} || stop != end || parsed < least || parsed > most) {
      return fmt::format("{} takes a number from {} to {}", name, least, most);
    }
    target = parsed;
    return std::nullopt;
  };
  if (name == "key")
    return number(std::uint32_t{1}, std::numeric_limits<std::uint32_t>::max(), broadcast.key);
  if (name == "poll") return number(kLeastPoll, kMostPoll, broadcast.poll);
  return fmt::format("there is no \"{}\": use key or poll", word);
}

}  // namespace

Result<BroadcastOption, std::string> parse_broadcast_option(const std::string& text) {
  std::string_view rest = text;
  const std::string_view interface = rest.substr(0, rest.find(','));
  if (!is_interface_name(interface)) return Unexpected{std::string{"expected an interface or auto"}};
  BroadcastOption broadcast;
  if (interface != "auto") broadcast.interface = interface;
  rest.remove_prefix(interface.size());
  while (!rest.empty()) {
    rest.remove_prefix(1);
    const auto end = rest.find(',');
    if (const auto fault = apply(rest.substr(0, end), broadcast)) return Unexpected{*fault};
    rest = end == std::string_view::npos ? "" : rest.substr(end);
  }
  return broadcast;
}

}  // namespace isletime::sntpd
