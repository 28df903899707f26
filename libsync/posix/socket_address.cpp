// SPDX-License-Identifier: MIT
#include "libsync/posix/socket_address.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <memory>

#include <arpa/inet.h>
#include <net/if.h>
#include <netdb.h>

#include "libsync/core/bytes.hpp"

namespace isletime {

IpAddress to_ip_address(const in_addr& address) {
  return IpAddress::v4(ntohl(address.s_addr));
}

IpAddress to_ip_address(const in6_addr& address) {
  const Bytes bytes{address.s6_addr};
  return {load_be64(bytes, 0), load_be64(bytes, 8)};
}

in_addr to_in_addr(IpAddress address) {
  return {htonl(address.v4_value())};
}

in6_addr to_in6_addr(IpAddress address) {
  in6_addr out{};
  store_be64(MutableBytes{out.s6_addr}, 0, address.high);
  store_be64(MutableBytes{out.s6_addr}, 8, address.low);
  return out;
}

SocketAddress to_socket_address(const Endpoint& endpoint) {
  SocketAddress out{};
  if (endpoint.address.is_v4()) {
    out.v4 = {};
    out.v4.sin_family = AF_INET;
    out.v4.sin_port = htons(endpoint.port);
    out.v4.sin_addr = to_in_addr(endpoint.address);
    out.length = sizeof out.v4;
    return out;
  }
  out.v6 = {};
  out.v6.sin6_family = AF_INET6;
  out.v6.sin6_port = htons(endpoint.port);
  out.v6.sin6_addr = to_in6_addr(endpoint.address);
  out.v6.sin6_scope_id = endpoint.scope;
  out.length = sizeof out.v6;
  return out;
}

std::optional<Endpoint> to_endpoint(const SocketAddress& address) {
  if (address.length >= sizeof address.v4 && address.generic.sa_family == AF_INET) {
    return Endpoint{to_ip_address(address.v4.sin_addr), ntohs(address.v4.sin_port), 0};
  }
  if (address.length >= sizeof address.v6 && address.generic.sa_family == AF_INET6) {
    return Endpoint{to_ip_address(address.v6.sin6_addr), ntohs(address.v6.sin6_port),
                    address.v6.sin6_scope_id};
  }
  return std::nullopt;
}

std::string address_text(const Endpoint& endpoint) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (endpoint.address.is_v4()) {
    const in_addr address = to_in_addr(endpoint.address);
    return inet_ntop(AF_INET, &address, text.data(), text.size());
  }
  const in6_addr address = to_in6_addr(endpoint.address);
  std::string out = inet_ntop(AF_INET6, &address, text.data(), text.size());
  if (endpoint.scope == 0) return out;
  std::array<char, IF_NAMESIZE> name{};
  const char* interface = if_indextoname(endpoint.scope, name.data());
  return out + '%' + (interface != nullptr ? interface : std::to_string(endpoint.scope));
}

std::string to_string(const Endpoint& endpoint) {
  const std::string address = address_text(endpoint);
  const std::string port = std::to_string(endpoint.port);
  return endpoint.address.is_v4() ? address + ':' + port : '[' + address + "]:" + port;
}

std::optional<Endpoint> parse_address(const std::string& text) {
  if (text.find('\0') != std::string::npos) return std::nullopt;
  in_addr v4{};
  if (inet_pton(AF_INET, text.c_str(), &v4) == 1) return Endpoint{to_ip_address(v4)};
  const auto percent = text.find('%');
  in6_addr v6{};
  if (inet_pton(AF_INET6, text.substr(0, percent).c_str(), &v6) != 1) return std::nullopt;
  Endpoint endpoint{to_ip_address(v6)};
  if (percent == std::string::npos) return endpoint;
  if (!endpoint.address.is_link_local_v6()) return std::nullopt;
  endpoint.scope = if_nametoindex(text.c_str() + percent + 1);
  if (endpoint.scope == 0) return std::nullopt;
  return endpoint;
}

std::optional<Prefix> parse_prefix(const std::string& text) {
  const auto slash = text.find('/');
  const auto endpoint = parse_address(text.substr(0, slash));
  if (!endpoint || endpoint->scope != 0) return std::nullopt;
  const bool is_v4 = text.find(':') == std::string::npos;
  if (slash == std::string::npos) return Prefix{endpoint->address, 128};
  const int longest = is_v4 ? 32 : 128;
  int length = 0;
  const char* end = text.data() + text.size();
  const auto [stop, failure] = std::from_chars(text.data() + slash + 1, end, length);
  if (failure != std::errc{} || stop != end || length < 0 || length > longest) return std::nullopt;
  return Prefix{endpoint->address, static_cast<std::uint8_t>(is_v4 ? 96 + length : length)};
}

Result<std::vector<Endpoint>, std::string> resolve_all(const std::string& host, std::uint16_t port) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_DGRAM;
  addrinfo* found = nullptr;
  const int failure = getaddrinfo(host.c_str(), nullptr, &hints, &found);
  if (failure == EAI_SYSTEM) return Unexpected{std::string{std::strerror(errno)}};
  if (failure != 0) return Unexpected{std::string{gai_strerror(failure)}};
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> list{found, &freeaddrinfo};
  std::vector<Endpoint> endpoints;
  for (const addrinfo* entry = list.get(); entry != nullptr; entry = entry->ai_next) {
    SocketAddress address{};
    if (entry->ai_addrlen > sizeof address.v6) continue;
    std::memcpy(&address.v6, entry->ai_addr, entry->ai_addrlen);
    address.length = entry->ai_addrlen;
    auto endpoint = to_endpoint(address);
    if (!endpoint) continue;
    endpoint->port = port;
    if (std::find(endpoints.begin(), endpoints.end(), *endpoint) == endpoints.end()) {
      endpoints.push_back(*endpoint);
    }
  }
  if (endpoints.empty()) return Unexpected{std::string{"has no IPv4 or IPv6 address"}};
  return endpoints;
}

Result<Endpoint, std::string> resolve(const std::string& host, std::uint16_t port) {
  const auto endpoints = resolve_all(host, port);
  if (!endpoints) return Unexpected{endpoints.error()};
  return endpoints->front();
}

}  // namespace isletime
