// SPDX-License-Identifier: MIT
#include "tools/syncweb/access/called_host.hpp"

#include <algorithm>

#include "tools/syncweb/access/own_names.hpp"

namespace isletime::syncweb {
namespace {

bool is_own_address(const Site& site, const Request& request, IpAddress address) {
  if (address == request.to) return true;
  return std::any_of(site.own_addresses.begin(), site.own_addresses.end(),
                     [&](const InterfaceAddress& own) { return own.address == address; });
}

}  // namespace

const std::string* only_value(const Request& request, std::string_view lower_case_name) {
  const auto is_named = [&](const Field& field) { return field.name == lower_case_name; };
  if (std::count_if(request.headers.begin(), request.headers.end(), is_named) != 1) return nullptr;
  return request.header(lower_case_name);
}

std::optional<Authority> called_host(const Request& request) {
  const std::string* host = only_value(request, "host");
  return host == nullptr ? std::nullopt : parse_authority(*host);
}

bool is_without_host(const Request& request) {
  return request.is_http_1_0 && request.header("host") == nullptr;
}

bool names_this_hub(const Site& site, const Request& request, const Authority& called) {
  if (called.port.value_or(default_port(request.is_secure)) != served_port(site.options, request.is_secure))
    return false;
  if (called.address) return is_own_address(site, request, *called.address);
  if (called.name == "localhost") return request.from.address.is_loopback();
  const auto names = own_names(site.host_name, site.options.names);
  return std::find(names.begin(), names.end(), called.name) != names.end();
}

}  // namespace isletime::syncweb
