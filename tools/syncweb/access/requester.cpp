// SPDX-License-Identifier: MIT
#include "tools/syncweb/access/requester.hpp"

#include "libsync/posix/socket_address.hpp"
#include "libsync/record/json_writer.hpp"
#include "tools/syncweb/access/called_host.hpp"
#include "tools/syncweb/access/rights.hpp"

namespace isletime::syncweb {
namespace {

std::string url_of(std::string_view host, const Options& options, bool is_secure) {
  const std::uint16_t port = served_port(options, is_secure);
  std::string url = is_secure ? "https://" : "http://";
  const bool is_v6 = host.find(':') != std::string_view::npos;
  url += is_v6 ? '[' + std::string{host} + ']' : std::string{host};
  if (port != default_port(is_secure)) url += ':' + std::to_string(port);
  return url + '/';
}

// Browsers cannot open link-local addresses of IPv6, as those need an interface.
std::string own_host(const Site& site, const Request& request) {
  if (!request.to.is_link_local_v6()) return address_text({request.to});
  std::string interface;
  for (const InterfaceAddress& own : site.own_addresses) {
    if (own.address == request.to) interface = own.interface;
  }
  for (const InterfaceAddress& own : site.own_addresses) {
    if (own.interface == interface && !own.address.is_link_local_v6()) return address_text({own.address});
  }
  return address_text({request.to});
}

}  // namespace

std::string own_url(const Site& site, const Request& request) {
  return url_of(own_host(site, request), site.options, site.options.port == 0);
}

std::optional<std::string> secure_url(const Site& site, const Request& request) {
  if (site.options.tls_port == 0) return std::nullopt;
  const auto called = called_host(request);
  return url_of(called ? called->name : own_host(site, request), site.options, true);
}

std::string requester_json(const Site& site, const Request& request, Instant now) {
  const bool is_permitted =
      is_from(site.options.permitted, request.from.address, request.to, site.own_addresses);
  const bool is_in = has_session(site, request, now);
  const bool needs_pin = is_permitted && site.options.pin_file.has_value() && !is_in;
  JsonWriter json;
  json.flag("may_change", is_permitted && !needs_pin)
      .flag("needs_pin", needs_pin)
      .flag("has_session", is_in)
      .flag("automatic", may_sync_unasked(site, request))
      .flag("is_secure", request.is_secure);
  const auto url = secure_url(site, request);
  json.raw("secure_url", url ? json_quoted(*url) : "null");
  return json.object();
}

}  // namespace isletime::syncweb
