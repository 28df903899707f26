// SPDX-License-Identifier: MIT
#include "tools/syncweb/phone/own_time.hpp"

#include <algorithm>
#include <chrono>

#include "libsync/policy/saturated.hpp"
#include "libsync/posix/control_socket.hpp"
#include "libsync/posix/socket_address.hpp"
#include "libsync/record/decimal_seconds.hpp"
#include "libsync/record/json_value.hpp"

namespace isletime::syncweb {
namespace {

// A phone's SNTP client keeps its clock within some tens of milliseconds over Wi-Fi.
constexpr nanoseconds kClientsError = std::chrono::milliseconds{100};
constexpr nanoseconds kLately = std::chrono::hours{24};

bool is_lately(const JsonValue& client) {
  const JsonValue* seen = client.find("last_seen_s");
  if (seen == nullptr || seen->number() == nullptr) return false;
  const auto ago = parse_decimal_seconds(seen->number()->text);
  return ago && *ago <= kLately;
}

bool is_at(const JsonValue& client, const IpAddress& address) {
  const JsonValue* text = client.find("address");
  if (text == nullptr || text->text() == nullptr) return false;
  const auto endpoint = parse_address(*text->text());
  return endpoint && endpoint->address == address;
}

}  // namespace

bool has_asked_lately(std::string_view clients, const IpAddress& address) {
  const auto json = parse_json(clients, {.size = kLargestControlReply, .depth = 5});
  if (!json) return false;
  const JsonValue* list = json->object() != nullptr ? json->find("clients") : &*json;
  if (list == nullptr || list->array() == nullptr) return false;
  return std::any_of(list->array()->begin(), list->array()->end(),
                     [&](const JsonValue& client) { return is_at(client, address) && is_lately(client); });
}

bool is_of_this_machine(std::span<const InterfaceAddress> own, const IpAddress& address) {
  return address.is_loopback() ||
         std::any_of(own.begin(), own.end(), [&](const InterfaceAddress& a) { return a.address == address; });
}

bool shows_same_time(Offset offset, Dispersion bound) {
  constexpr int kBounds = 3;
  return magnitude(offset.value) <= saturated_sum(bound.value * kBounds, kClientsError);
}

// The bound of such a time is far wider, for the rare request that waits, so that it would hide real news.
bool showed_same_time(Offset offset, nanoseconds resolution) {
  constexpr nanoseconds kUsualRequest = seconds{1};
  return offset.value <= kClientsError && offset.value >= -(kUsualRequest + resolution + kClientsError);
}

}  // namespace isletime::syncweb
