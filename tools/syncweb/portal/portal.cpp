// SPDX-License-Identifier: MIT
#include "tools/syncweb/portal/portal.hpp"

#include "tools/syncweb/access/requester.hpp"
#include "tools/syncweb/access/small_page.hpp"
#include "tools/syncweb/portal/probe.hpp"

namespace isletime::syncweb {
namespace {

bool is_of_portal(const Site& site, const Request& request) {
  if (!site.options.is_portal || request.is_secure || site.options.port == 0) return false;
  const auto is_in = [&](std::span<const Place> places) {
    return is_from(places, request.from.address, request.to, site.own_addresses);
  };
  return is_in(site.options.automatic) || is_in(site.options.permitted);
}

Response lead_to_portal(const Site& site, const Request& request) {
  return {Status::kFound,
          "",
          "",
          {{"Location", own_url(site, request) + "portal"}, {"Cache-Control", "no-store"}}};
}

std::string link_to(const std::string& url) {
  const std::string text = html_escaped(url);
  return "<a href=\"" + text + "\">" + text + "</a>";
}

}  // namespace

std::optional<Response> answer_as_portal(Site& site, const Request& request, const Authority& called,
                                         Instant now) {
  if (!is_of_portal(site, request) || request.method == Method::kPost) return std::nullopt;
  const std::string* agent = request.header("user-agent");
  const Probe* probe = find_probe(called.name, request.path, agent == nullptr ? std::string_view{} : *agent);
  const bool has_seen = site.portal.has_seen(request.from.address, now.mono);
  return probe != nullptr && has_seen ? probe->good() : lead_to_portal(site, request);
}

Outcome answer_portal_page(Site& site, const Request& request, Instant now) {
  site.portal.on_portal_page(request.from.address, now.mono);
  const std::string url = own_url(site, request);
  return small_page(
      Status::kOk, "This hub's time",
      "<h1>You are on the hub's own network</h1>\n"
      "<p>It has no internet. Its page shows the time, and can take it from this phone. Open "
      "it in your browser:</p>\n<p><strong>" +
          link_to(url) +
          "</strong></p>\n<p><img src=\"/qr.svg\" width=\"220\" height=\"220\" alt=\"QR code of " +
          html_escaped(url) +
          "\"></p>\n<p>If the page does not open, switch mobile data off or tell the phone to stay "
          "on this network.</p>\n<p><a href=\"/portal/done\">Stay connected</a></p>\n");
}

Outcome answer_portal_done(Site& site, const Request& request, Instant now) {
  site.portal.on_real_page(request.from.address, now.mono);
  return small_page(Status::kOk, "Connected",
                    "<h1>Connected</h1>\n<p>This window may be closed. The hub's page:</p>\n<p><strong>" +
                        link_to(own_url(site, request)) + "</strong></p>\n");
}

Outcome answer_qr(Site& site, const Request& request, Instant) {
  const std::string* svg = site.qr_code.svg_of(own_url(site, request));
  if (svg == nullptr)
    return error_response(Status::kInternalServerError, "no-code", "no QR code can be made of the address");
  return Response{Status::kOk, "image/svg+xml", *svg, {{"Cache-Control", "no-store"}}};
}

}  // namespace isletime::syncweb
