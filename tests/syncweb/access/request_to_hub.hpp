// SPDX-License-Identifier: MIT
// A hub at 192.168.4.1 with an access point ap0, its house's network on eth0, and requests to it, without
// sockets.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "libsync/posix/socket_address.hpp"
#include "tools/syncweb/site.hpp"

namespace isletime::syncweb {

inline IpAddress address_of(const std::string& text) {
  return parse_address(text)->address;
}

inline InterfaceAddress address_on(const std::string& interface, const std::string& address,
                                   const std::string& network) {
  InterfaceAddress made;
  made.interface = interface;
  made.address = address_of(address);
  made.network = *parse_prefix(network);
  return made;
}

inline Options options_of_hub() {
  Options options;
  for (const Prefix& prefix : kLocalPrefixes) options.access_rules.push_back({prefix, Access::kAllow});
  sort_by_precedence(options.access_rules);
  return options;
}

struct HubAtTest {
  explicit HubAtTest(Options its_options = options_of_hub()) : options(std::move(its_options)) {
    site.own_addresses = {address_on("lo", "127.0.0.1", "127.0.0.0/8"),
                          address_on("ap0", "192.168.4.1", "192.168.4.0/24"),
                          address_on("eth0", "10.0.0.5", "10.0.0.0/24")};
    site.host_name = "hub";
  }

  Instant now() const { return {MonoTime{time}, WallTime{seconds{1'770'000'000}}, nanoseconds{1}}; }
  Response answer(const Request& request) {
    Outcome outcome = respond(site, request, now());
    auto* response = std::get_if<Response>(&outcome);
    return response == nullptr ? Response{} : *response;
  }

  Options options;
  Site site{options};
  nanoseconds time = std::chrono::hours{1};
};

// A phone's request over the access point.
inline Request get(const std::string& path) {
  Request request;
  request.path = path;
  request.headers = {{"host", "192.168.4.1"}};
  request.from = *parse_address("192.168.4.17");
  request.to = address_of("192.168.4.1");
  return request;
}

inline Request with_header(Request request, const std::string& name, const std::string& value) {
  request.headers.push_back({name, value});
  return request;
}

inline Request called(Request request, const std::string& host) {
  request.headers = {{"host", host}};
  return request;
}

inline Request from(Request request, const std::string& client, const std::string& to) {
  request.from = *parse_address(client);
  request.to = address_of(to);
  return called(std::move(request), to);
}

inline Request post_form(const std::string& path, std::string body) {
  Request request = with_header(get(path), "content-type", "application/x-www-form-urlencoded");
  request.method = Method::kPost;
  request.body = std::move(body);
  return request;
}

inline Request post_json(const std::string& path, std::string body) {
  Request request = with_header(get(path), "content-type", "application/json");
  request.method = Method::kPost;
  request.body = std::move(body);
  return request;
}

inline std::string header_of(const Response& response, const std::string& name) {
  for (const Field& field : response.headers) {
    if (field.name == name) return field.value;
  }
  return {};
}

}  // namespace isletime::syncweb
