// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include "tests/syncweb/access/request_to_hub.hpp"
#include "tools/syncweb/access/called_host.hpp"
#include "tools/syncweb/access/own_names.hpp"

namespace isletime::syncweb::host_test {
namespace {

Status status_of(HubAtTest& hub, const std::string& host) {
  return hub.answer(called(get("/login"), host)).status;
}

constexpr Status kLedOn = Status::kSeeOther;  // what GET /login says where there is no PIN

TEST(Host, MayBeAnyOfOurAddresses) {
  HubAtTest hub;
  EXPECT_EQ(status_of(hub, "192.168.4.1"), kLedOn);
  EXPECT_EQ(status_of(hub, "192.168.4.1:80"), kLedOn);
  EXPECT_EQ(status_of(hub, "10.0.0.5"), kLedOn);
  EXPECT_EQ(status_of(hub, "[::ffff:192.168.4.1]"), kLedOn) << "the same address";
  EXPECT_EQ(status_of(hub, "192.168.4.2"), Status::kMisdirectedRequest);
}

TEST(Host, MayBeOurNameOrOneOfTheOptions) {
  Options options = options_of_hub();
  options.names = {"Time.Example.org"};
  HubAtTest hub(options);
  for (const char* name : {"hub", "HUB", "hub.local", "hub.local.", "time.example.org"}) {
    EXPECT_EQ(status_of(hub, name), kLedOn) << name;
  }
  for (const char* name : {"example.org", "hub.example.org", "evil.test", "hub.local.evil.test", "xhub"}) {
    EXPECT_EQ(status_of(hub, name), Status::kMisdirectedRequest) << name;
  }
}

TEST(Host, LocalhostIsOnlyForThisMachine) {
  HubAtTest hub;
  EXPECT_EQ(status_of(hub, "localhost"), Status::kMisdirectedRequest);
  const Request here = called(from(get("/login"), "127.0.0.1", "127.0.0.1"), "localhost");
  EXPECT_EQ(hub.answer(here).status, kLedOn);
}

TEST(Host, OneThatIsGarbledIsNotCalledMissing) {
  HubAtTest hub;
  const auto garbled = hub.answer(called(get("/login"), "192.168.4.1:"));
  EXPECT_EQ(garbled.status, Status::kBadRequest);
  EXPECT_NE(garbled.body.find("the Host field is malformed"), std::string::npos) << garbled.body;
  Request without = get("/login");
  without.headers.clear();
  const auto missing = hub.answer(without);
  EXPECT_NE(missing.body.find("one Host field is needed"), std::string::npos) << missing.body;
}

TEST(Host, HasThePortThatIsServed) {
  Options options = options_of_hub();
  options.port = 8080;
  options.tls_port = 8443;
  HubAtTest hub(options);
  EXPECT_EQ(status_of(hub, "192.168.4.1:8080"), kLedOn);
  EXPECT_EQ(status_of(hub, "192.168.4.1"), Status::kMisdirectedRequest);
  EXPECT_EQ(status_of(hub, "192.168.4.1:8443"), Status::kMisdirectedRequest);
  Request secure = called(get("/login"), "192.168.4.1:8443");
  secure.is_secure = true;
  EXPECT_EQ(hub.answer(secure).status, kLedOn);
}

TEST(Host, OverTlsHasThePortOfTls) {
  HubAtTest hub;
  Request secure = get("/login");
  secure.is_secure = true;
  EXPECT_EQ(hub.answer(secure).status, kLedOn);
  EXPECT_EQ(hub.answer(called(secure, "192.168.4.1:80")).status, Status::kMisdirectedRequest);
}

TEST(Host, MissingDoubledOrGarbledIsRefused) {
  HubAtTest hub;
  Request without = get("/login");
  without.headers.clear();
  EXPECT_EQ(hub.answer(without).status, Status::kBadRequest);
  EXPECT_EQ(hub.answer(with_header(get("/login"), "host", "192.168.4.1")).status, Status::kBadRequest);
  EXPECT_EQ(hub.answer(with_header(get("/login"), "host", "evil.test")).status, Status::kBadRequest);
  EXPECT_EQ(status_of(hub, ""), Status::kBadRequest);
  EXPECT_EQ(status_of(hub, "192.168.4.1, evil.test"), Status::kBadRequest);
}

// RFC 9112, section 3.2, asks for Host since HTTP/1.1 only, and every browser sends it.
TEST(Host, MayBeMissingInHttp10AsDevicesSendIt) {
  HubAtTest hub;
  Request old = get("/login");
  old.is_http_1_0 = true;
  EXPECT_EQ(hub.answer(called(old, "evil.test")).status, Status::kMisdirectedRequest);
  old.headers.clear();
  EXPECT_EQ(hub.answer(old).status, kLedOn);
}

TEST(Host, OfAnotherIsRefusedOnPagesThatDoNotExistToo) {
  HubAtTest hub;
  EXPECT_EQ(hub.answer(called(get("/nothing"), "evil.test")).status, Status::kMisdirectedRequest);
  EXPECT_EQ(hub.answer(get("/nothing")).status, Status::kNotFound);
}

TEST(OwnNames, AreTheHostNameWithAndWithoutItsDomain) {
  const std::vector<std::string> further{"Time.example.org.", "hub", "192.168.4.1", "a b", "hub:80"};
  EXPECT_EQ(own_names("Hub.example.org", further),
            (std::vector<std::string>{"hub.example.org", "hub", "hub.local", "time.example.org"}));
}

TEST(OwnNames, OfAMachineWithoutANameAreThoseOfTheOptions) {
  EXPECT_EQ(own_names("", {}), std::vector<std::string>{});
  EXPECT_EQ(own_names("localhost", {}), std::vector<std::string>{});
}

}  // namespace
}  // namespace isletime::syncweb::host_test
