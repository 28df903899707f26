// SPDX-License-Identifier: MIT
#include "tools/syncweb/portal/probe.hpp"

#include <algorithm>
#include <array>

namespace isletime::syncweb {
namespace {

Response uncached(Response response) {
  response.headers.push_back({"Cache-Control", "no-store"});
  return response;
}

Response apple_success() {
  return uncached(
      {Status::kOk, "text/html", "<HTML><HEAD><TITLE>Success</TITLE></HEAD><BODY>Success</BODY></HTML>\n"});
}

Response no_content() {
  return uncached({Status::kNoContent, "", ""});
}

Response connect_test() {
  return uncached({Status::kOk, "text/plain", "Microsoft Connect Test"});
}

Response older_connect_test() {
  return uncached({Status::kOk, "text/plain", "Microsoft NCSI"});
}

Response firefox_text() {
  return uncached({Status::kOk, "text/plain", "success\n"});
}

Response firefox_page() {
  return uncached(
      {Status::kOk, "text/html",
       R"(<meta http-equiv="refresh" content="0;url=https://support.mozilla.org/kb/captive-portal"/>)"});
}

Response online(Response response) {
  response.headers.push_back({"X-NetworkManager-Status", "online"});
  return response;
}

Response network_manager() {
  return online(uncached({Status::kOk, "text/plain", "NetworkManager is online\n"}));
}

Response network_manager_of_ubuntu() {
  return online(no_content());
}

// The first row that fits decides.
constexpr std::array kProbes{
    // Apple
    Probe{"", "", "CaptiveNetworkSupport", apple_success},
    Probe{"captive.apple.com", "", "", apple_success},
    Probe{"", "/hotspot-detect.html", "", apple_success},
    Probe{"", "/library/test/success.html", "", apple_success},
    // Android and ChromeOS; each maker asks a host of its own.
    Probe{"", "/generate_204", "", no_content},
    Probe{"", "/gen_204", "", no_content},
    // Windows
    Probe{"", "/connecttest.txt", "", connect_test},
    Probe{"", "/ncsi.txt", "", older_connect_test},
    // Firefox
    Probe{"detectportal.firefox.com", "/success.txt", "", firefox_text},
    Probe{"detectportal.firefox.com", "/canonical.html", "", firefox_page},
    // NetworkManager of GNOME, Debian and Ubuntu
    Probe{"nmcheck.gnome.org", "", "", network_manager},
    Probe{"network-test.debian.org", "", "", network_manager},
    Probe{"connectivity-check.ubuntu.com", "", "", network_manager_of_ubuntu},
};

}  // namespace

const Probe* find_probe(std::string_view host, std::string_view path, std::string_view user_agent) {
  const auto fits = [](std::string_view wanted, std::string_view text) {
    return wanted.empty() || wanted == text;
  };
  const auto found = std::find_if(kProbes.begin(), kProbes.end(), [&](const Probe& probe) {
    return fits(probe.host, host) && fits(probe.path, path) &&
           user_agent.substr(0, probe.user_agent.size()) == probe.user_agent;
  });
  return found == kProbes.end() ? nullptr : &*found;
}

}  // namespace isletime::syncweb
