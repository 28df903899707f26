// SPDX-License-Identifier: MIT
#include "tools/syncweb/access/place.hpp"

#include <algorithm>

#include <net/if.h>

#include "libsync/posix/socket_address.hpp"

namespace isletime::syncweb {
namespace {

bool is_over(const Interface& interface, IpAddress from, IpAddress to,
             std::span<const InterfaceAddress> own) {
  return std::any_of(own.begin(), own.end(), [&](const InterfaceAddress& address) {
    return address.interface == interface && address.address == to && contains(address.network, from);
  });
}

}  // namespace

std::optional<Place> parse_place(const std::string& text) {
  if (const auto prefix = parse_prefix(text)) return Place{*prefix};
  const bool is_name = !text.empty() && text.size() < IF_NAMESIZE &&
                       std::none_of(text.begin(), text.end(),
                                    [](char c) { return c <= ' ' || c > '~' || c == '/' || c == ':'; });
  return is_name ? std::optional{Place{text}} : std::nullopt;
}

bool is_from(std::span<const Place> places, IpAddress from, IpAddress to,
             std::span<const InterfaceAddress> own) {
  return std::any_of(places.begin(), places.end(), [&](const Place& place) {
    if (const auto* prefix = std::get_if<Prefix>(&place)) return contains(*prefix, from);
    return is_over(std::get<Interface>(place), from, to, own);
  });
}

}  // namespace isletime::syncweb
