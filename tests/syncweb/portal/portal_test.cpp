// SPDX-License-Identifier: MIT
#include "tools/syncweb/portal/portal.hpp"

#include <gtest/gtest.h>

#include "tests/syncweb/access/request_to_hub.hpp"
#include "tools/syncweb/portal/portal_clients.hpp"
#include "tools/syncweb/portal/probe.hpp"
#include "tools/syncweb/portal/qr_code.hpp"

namespace isletime::syncweb::portal_test {
namespace {

Options options_with_portal() {
  Options options = options_of_hub();
  options.is_portal = true;
  return options;
}

struct HubWithPortal : HubAtTest {
  HubWithPortal() : HubAtTest(options_with_portal()) {}

  Response probe(const std::string& host, const std::string& path,
                 const std::string& client = "192.168.4.17") {
    Request request = called(get(path), host);
    request.from = *parse_address(client);
    return answer(request);
  }
  Response open(const std::string& path, const std::string& client = "192.168.4.17") {
    Request request = get(path);
    request.from = *parse_address(client);
    return answer(request);
  }
};

struct KnownProbe {
  const char* host;
  const char* path;
  Status status;
  const char* body;
};

// As the makers' own servers answer.
const KnownProbe kKnown[] = {
    {"captive.apple.com", "/hotspot-detect.html", Status::kOk,
     "<HTML><HEAD><TITLE>Success</TITLE></HEAD><BODY>Success</BODY></HTML>\n"},
    {"www.apple.com", "/library/test/success.html", Status::kOk,
     "<HTML><HEAD><TITLE>Success</TITLE></HEAD><BODY>Success</BODY></HTML>\n"},
    {"connectivitycheck.gstatic.com", "/generate_204", Status::kNoContent, ""},
    {"clients3.google.com", "/generate_204", Status::kNoContent, ""},
    {"www.google.com", "/gen_204", Status::kNoContent, ""},
    {"connectivitycheck.platform.hicloud.com", "/generate_204", Status::kNoContent, ""},
    {"www.msftconnecttest.com", "/connecttest.txt", Status::kOk, "Microsoft Connect Test"},
    {"ipv6.msftconnecttest.com", "/connecttest.txt", Status::kOk, "Microsoft Connect Test"},
    {"www.msftncsi.com", "/ncsi.txt", Status::kOk, "Microsoft NCSI"},
    {"detectportal.firefox.com", "/success.txt", Status::kOk, "success\n"},
    {"detectportal.firefox.com", "/canonical.html", Status::kOk,
     "<meta http-equiv=\"refresh\" content=\"0;url=https://support.mozilla.org/kb/captive-portal\"/>"},
    {"nmcheck.gnome.org", "/check_network_status.txt", Status::kOk, "NetworkManager is online\n"},
    {"connectivity-check.ubuntu.com", "/", Status::kNoContent, ""},
};

TEST(Portal, LeadsEveryKnownProbeToItsPageFirst) {
  HubWithPortal hub;
  for (const KnownProbe& known : kKnown) {
    const Response response = hub.probe(known.host, known.path);
    EXPECT_EQ(response.status, Status::kFound) << known.host;
    EXPECT_EQ(header_of(response, "Location"), "http://192.168.4.1/portal") << known.host;
    EXPECT_EQ(header_of(response, "Cache-Control"), "no-store") << known.host;
  }
}

TEST(Portal, AnswersAsTheProbeWishesOnceTheClientHasGoneOn) {
  HubWithPortal hub;
  EXPECT_EQ(hub.open("/portal").status, Status::kOk);
  EXPECT_EQ(hub.open("/portal/done").status, Status::kOk);
  for (const KnownProbe& known : kKnown) {
    const Response response = hub.probe(known.host, known.path);
    EXPECT_EQ(response.status, known.status) << known.host;
    EXPECT_EQ(response.body, known.body) << known.host;
    EXPECT_EQ(header_of(response, "Cache-Control"), "no-store") << known.host;
  }
}

TEST(Portal, TellsNetworkManagerByItsHeaderToo) {
  HubWithPortal hub;
  hub.open("/");
  EXPECT_EQ(header_of(hub.probe("connectivity-check.ubuntu.com", "/"), "X-NetworkManager-Status"), "online");
  EXPECT_EQ(header_of(hub.probe("nmcheck.gnome.org", "/x"), "X-NetworkManager-Status"), "online");
}

TEST(Portal, ApplesProbesAreKnownByTheirProgramOnWhateverHost) {
  HubWithPortal hub;
  hub.open("/");
  Request request = called(get("/anything"), "www.airport.us");
  request.headers.push_back({"user-agent", "CaptiveNetworkSupport-390.60.1 wispr"});
  EXPECT_NE(hub.answer(request).body.find("Success"), std::string::npos);
}

TEST(Portal, ThePageAloneDoesNotCloseTheWindowInWhichItIsRead) {
  HubWithPortal hub;
  hub.open("/portal");
  hub.time += seconds{29};
  EXPECT_EQ(hub.probe("captive.apple.com", "/").status, Status::kFound);
  hub.open("/portal");
  hub.time += seconds{1};
  EXPECT_EQ(hub.probe("captive.apple.com", "/").status, Status::kOk) << "30 s after it was first shown";
}

TEST(Portal, OneWhoHasOpenedTheRealPageNeedsNoOther) {
  HubWithPortal hub;
  hub.open("/");
  EXPECT_EQ(hub.probe("clients3.google.com", "/generate_204").status, Status::kNoContent);
}

TEST(Portal, EachClientIsLedByItself) {
  HubWithPortal hub;
  hub.open("/portal/done", "192.168.4.17");
  EXPECT_EQ(hub.probe("captive.apple.com", "/", "192.168.4.17").status, Status::kOk);
  EXPECT_EQ(hub.probe("captive.apple.com", "/", "192.168.4.18").status, Status::kFound);
}

TEST(Portal, AnAddressThatWasSilentForHoursIsAnotherPhones) {
  HubWithPortal hub;
  hub.open("/portal/done");
  hub.time += std::chrono::hours{3};
  EXPECT_EQ(hub.probe("captive.apple.com", "/").status, Status::kOk) << "and has been heard of again";
  hub.time += std::chrono::hours{3};
  EXPECT_EQ(hub.probe("captive.apple.com", "/").status, Status::kOk);
  hub.time += std::chrono::hours{4};
  EXPECT_EQ(hub.probe("captive.apple.com", "/").status, Status::kFound);
}

TEST(Portal, LeadsOtherPagesToItsOwnAndRefusesWhatIsPosted) {
  HubWithPortal hub;
  hub.open("/portal/done");
  EXPECT_EQ(hub.probe("www.msftconnecttest.com", "/redirect").status, Status::kFound);
  EXPECT_EQ(hub.probe("example.org", "/api/presses").status, Status::kFound);
  EXPECT_EQ(hub.probe("93.184.216.34", "/").status, Status::kFound);
  EXPECT_EQ(hub.answer(called(post_form("/login", "pin=1"), "example.org")).status,
            Status::kMisdirectedRequest);
}

TEST(Portal, IsOnlyForItsOwnNetworks) {
  HubWithPortal hub;
  Request request = from(get("/generate_204"), "10.0.0.9", "10.0.0.5");
  EXPECT_EQ(hub.answer(called(request, "clients3.google.com")).status, Status::kMisdirectedRequest);
  Request secure = called(get("/generate_204"), "clients3.google.com");
  secure.is_secure = true;
  EXPECT_EQ(hub.answer(secure).status, Status::kMisdirectedRequest);
}

TEST(Portal, ThatIsOffAnswersNoForeignName) {
  HubAtTest hub;
  EXPECT_EQ(hub.answer(called(get("/generate_204"), "clients3.google.com")).status,
            Status::kMisdirectedRequest);
  hub.answer(get("/"));
  EXPECT_EQ(hub.site.portal.count(), 0U);
}

TEST(Portal, ItsPageNeedsNeitherScriptsNorCookiesAndShowsTheAddress) {
  HubWithPortal hub;
  const Response response = hub.open("/portal");
  EXPECT_NE(response.body.find("<a href=\"http://192.168.4.1/\">http://192.168.4.1/</a>"), std::string::npos);
  EXPECT_NE(response.body.find("src=\"/qr.svg\""), std::string::npos);
  EXPECT_NE(response.body.find("href=\"/portal/done\""), std::string::npos);
  EXPECT_EQ(response.body.find("<script"), std::string::npos);
  EXPECT_EQ(header_of(response, "Set-Cookie"), "");
}

TEST(PortalClients, AreBounded) {
  PortalClients clients;
  const auto address = [](std::uint64_t number) { return IpAddress{0xfd00'0000'0000'0000, number}; };
  MonoTime now{std::chrono::hours{1}};
  for (std::uint64_t i = 0; i < PortalClients::kMost; ++i)
    clients.on_real_page(address(i), now += seconds{1});
  EXPECT_TRUE(clients.has_seen(address(0), now += seconds{1}));
  clients.on_real_page(address(5000), now += seconds{1});
  EXPECT_EQ(clients.count(), PortalClients::kMost);
  EXPECT_TRUE(clients.has_seen(address(0), now));
  EXPECT_FALSE(clients.has_seen(address(1), now)) << "heard of least recently";
}

TEST(PortalClients, AProbeAloneTakesNoEntry) {
  PortalClients clients;
  EXPECT_FALSE(clients.has_seen(IpAddress::v4(1), MonoTime{}));
  EXPECT_EQ(clients.count(), 0U);
}

TEST(QrCode, IsOfOurOwnAddress) {
  HubWithPortal hub;
  const Response response = hub.open("/qr.svg");
  EXPECT_EQ(response.type, "image/svg+xml");
  EXPECT_EQ(response.body, *qr_svg("http://192.168.4.1/"));
}

// "http://192.168.4.1/" has 19 bytes, for which version 2 is the least at level M (ISO/IEC 18004, table 7):
// 25 modules and twice the quiet zone of 4.
TEST(QrCode, HasAQuietZoneAndItsFinderPattern) {
  const auto svg = qr_svg("http://192.168.4.1/");
  ASSERT_TRUE(svg);
  EXPECT_NE(svg->find("viewBox=\"0 0 33 33\""), std::string::npos);
  EXPECT_NE(svg->find("M4 4h7v1h-7z"), std::string::npos) << "the upper left finder";
  EXPECT_NE(svg->find("M22 4h7v1h-7z"), std::string::npos) << "the upper right finder";
}

TEST(QrCode, OfTooLongATextIsNone) {
  EXPECT_FALSE(qr_svg(std::string(5000, 'a')));
  QrCode code;
  EXPECT_EQ(code.svg_of(std::string(5000, 'a')), nullptr);
  EXPECT_NE(code.svg_of("a"), nullptr);
  EXPECT_EQ(*code.svg_of("b"), *qr_svg("b"));
}

}  // namespace
}  // namespace isletime::syncweb::portal_test
