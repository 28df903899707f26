// SPDX-License-Identifier: MIT
#include "tools/sntpd/server_option.hpp"

#include <gtest/gtest.h>

namespace isletime::sntpd::server_option_test {
namespace {

std::string fault_of(const std::string& text) {
  const auto server = parse_server_option(text);
  return server ? "" : server.error();
}

TEST(ServerOption, AHostAloneIsANormalServerOnPort123) {
  const auto server = parse_server_option("ntp.example.org");
  ASSERT_TRUE(server);
  EXPECT_EQ(server->host.name, "ntp.example.org");
  EXPECT_EQ(server->host.port, 123);
  EXPECT_EQ(server->tier, Tier::kNormal);
  EXPECT_EQ(server->version, 4);
  EXPECT_EQ(server->minpoll, std::nullopt);
  EXPECT_EQ(server->maxpoll, std::nullopt);
  EXPECT_EQ(server->key, std::nullopt);
  EXPECT_FALSE(server->interleaved);
}

TEST(ServerOption, TakesAPortOfEitherFamily) {
  EXPECT_EQ(parse_server_option("192.0.2.1:11123")->host.port, 11123);
  const auto v6 = parse_server_option("[2001:db8::1]:11123,prefer");
  ASSERT_TRUE(v6);
  EXPECT_EQ(v6->host.name, "2001:db8::1");
  EXPECT_EQ(v6->host.port, 11123);
}

TEST(ServerOption, TakesEveryWord) {
  const auto server = parse_server_option("192.0.2.1,fallback,version=3,minpoll=4,maxpoll=6,key=7");
  ASSERT_TRUE(server);
  EXPECT_EQ(server->tier, Tier::kFallback);
  EXPECT_EQ(server->version, 3);
  EXPECT_EQ(server->minpoll, 4);
  EXPECT_EQ(server->maxpoll, 6);
  EXPECT_EQ(server->key, 7U);
  EXPECT_EQ(parse_server_option("192.0.2.1,prefer")->tier, Tier::kPreferred);
  EXPECT_TRUE(parse_server_option("192.0.2.1,interleaved")->interleaved);
}

TEST(ServerOption, AKeyMayHaveAnyNumberThatAPacketCanHave) {
  EXPECT_EQ(parse_server_option("192.0.2.1,key=1")->key, 1U);
  EXPECT_EQ(parse_server_option("192.0.2.1,key=4294967295")->key, 4'294'967'295U);
}

TEST(ServerOption, BroadcastsAreTakenIfToldSoAndOnlyWithAKey) {
  EXPECT_FALSE(parse_server_option("192.0.2.1,key=7")->takes_broadcasts);
  EXPECT_TRUE(parse_server_option("192.0.2.1,broadcast,key=7")->takes_broadcasts);
  EXPECT_EQ(fault_of("192.0.2.1,broadcast"), "broadcast needs key=N: anybody could send unsigned ones");
}

TEST(ServerOption, NamesTheWordThatIsWrong) {
  EXPECT_EQ(fault_of("192.0.2.1,minpoll=0"), "minpoll takes a number from 1 to 17");
  EXPECT_EQ(fault_of("192.0.2.1,maxpoll=18"), "maxpoll takes a number from 1 to 17");
  EXPECT_EQ(fault_of("192.0.2.1,version=5"), "version takes a number from 1 to 4");
  EXPECT_EQ(fault_of("192.0.2.1,minpoll"), "minpoll takes a number from 1 to 17");
  for (const char* text :
       {"192.0.2.1,key", "192.0.2.1,key=0", "192.0.2.1,key=4294967296", "192.0.2.1,key=-1"}) {
    EXPECT_EQ(fault_of(text), "key takes a number from 1 to 4294967295") << text;
  }
  EXPECT_EQ(fault_of("192.0.2.1,minpoll=6,maxpoll=4"), "minpoll is above maxpoll");
  for (const char* text : {"192.0.2.1,", "192.0.2.1,,prefer", "192.0.2.1,keys=1", "192.0.2.1,prefer=1"}) {
    EXPECT_NE(fault_of(text).find("there is no"), std::string::npos) << text;
  }
  for (const char* text : {"", ",prefer", ":123", "[::1", "192.0.2.1:0", "192.0.2.1:x"}) {
    EXPECT_EQ(fault_of(text), "expected HOST, HOST:PORT or [IPV6]:PORT") << text;
  }
}

}  // namespace
}  // namespace isletime::sntpd::server_option_test
