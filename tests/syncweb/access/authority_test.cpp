// SPDX-License-Identifier: MIT
#include "tools/syncweb/access/authority.hpp"

#include <gtest/gtest.h>

namespace isletime::syncweb::authority_test {
namespace {

TEST(Authority, IsANameOrAnAddressWithOrWithoutAPort) {
  const auto name = parse_authority("Hub.Local:8080");
  ASSERT_TRUE(name);
  EXPECT_EQ(name->name, "hub.local");
  EXPECT_FALSE(name->address);
  EXPECT_EQ(name->port, 8080);

  const auto v4 = parse_authority("192.168.4.1");
  ASSERT_TRUE(v4);
  EXPECT_EQ(v4->address, IpAddress::v4(0xc0a8'0401));
  EXPECT_FALSE(v4->port);

  const auto v6 = parse_authority("[FD00::1]:443");
  ASSERT_TRUE(v6);
  EXPECT_EQ(v6->name, "fd00::1");
  EXPECT_EQ(v6->address, (IpAddress{0xfd00'0000'0000'0000, 1}));
  EXPECT_EQ(v6->port, 443);
}

TEST(Authority, LosesTheFinalDotOfAFullName) {
  ASSERT_TRUE(parse_authority("hub.local."));
  EXPECT_EQ(parse_authority("hub.local.")->name, "hub.local");
  EXPECT_FALSE(parse_authority("."));
  EXPECT_FALSE(parse_authority("hub.local..")) << "a label is empty";
}

TEST(Authority, WhatNoBrowserSendsIsRefused) {
  for (const char* text : {"",
                           ":",
                           ":80",
                           "hub:",
                           "hub:0",
                           "hub:65536",
                           "..:80",
                           ".hub",
                           "hub..local",
                           "hub:80x",
                           "hub:+80",
                           "hub:80:80",
                           "a b",
                           "hub/",
                           "hub@x",
                           "user@hub",
                           "hub,hub",
                           "hub\t",
                           "h\xc3\xbc"
                           "b",
                           "hub%2e",
                           "[fd00::1",
                           "fd00::1",
                           "[fd00::1]x",
                           "[]",
                           "[hub]",
                           "[192.168.4.1]",
                           "[fe80::1%25eth0]",
                           "[fe80::1%eth0]",
                           "http://hub",
                           "*",
                           "a\\b"}) {
    EXPECT_FALSE(parse_authority(text)) << text;
  }
  EXPECT_FALSE(parse_authority(std::string_view{"hub\0x", 5}));
  EXPECT_FALSE(parse_authority(std::string(254, 'a')));
  EXPECT_TRUE(parse_authority(std::string(253, 'a')));
}

TEST(Authority, AnAddressInADisguiseIsNoName) {
  for (const char* text : {"2130706433", "127.1", "127.0.0.1.1", "0177.0.0.1", "1..2"}) {
    EXPECT_FALSE(parse_authority(text)) << text;
  }
}

TEST(Origin, IsASchemeAndAnAuthority) {
  const auto origin = parse_origin("https://hub.local:8443");
  ASSERT_TRUE(origin);
  EXPECT_TRUE(origin->is_secure);
  EXPECT_EQ(origin->authority.name, "hub.local");
  EXPECT_EQ(origin->authority.port, 8443);
  EXPECT_FALSE(parse_origin("http://hub")->is_secure);
}

TEST(Origin, OfAFileAnExtensionOrASandboxIsNone) {
  for (const char* text :
       {"null", "", "file://", "ftp://hub", "moz-extension://hub", "http:/hub", "//hub", "hub", "http://hub/",
        "http://hub/path", "HTTP://hub", "http://", "http://a http://b"}) {
    EXPECT_FALSE(parse_origin(text)) << text;
  }
}

}  // namespace
}  // namespace isletime::syncweb::authority_test
