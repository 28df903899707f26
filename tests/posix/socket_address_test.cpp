// SPDX-License-Identifier: MIT
#include "libsync/posix/socket_address.hpp"

#include <gtest/gtest.h>

namespace isletime::socket_address_test {
namespace {

constexpr IpAddress kDocumentation{0x2001'0db8'0000'0000, 1};

TEST(SocketAddress, TextOfEndpointsBracketsIpv6) {
  EXPECT_EQ(to_string(Endpoint{IpAddress::v4(0xc000'0207), 123}), "192.0.2.7:123");
  EXPECT_EQ(to_string(Endpoint{kDocumentation, 123}), "[2001:db8::1]:123");
}

TEST(SocketAddress, ParsesLiteralAddressesOnly) {
  EXPECT_EQ(parse_address("192.0.2.7"), (Endpoint{IpAddress::v4(0xc000'0207)}));
  EXPECT_EQ(parse_address("2001:db8::1"), (Endpoint{kDocumentation}));
  EXPECT_EQ(parse_address("::ffff:192.0.2.7"), (Endpoint{IpAddress::v4(0xc000'0207)}));
  for (const char* text :
       {"", "hub", "192.0.2", "192.0.2.7 ", "0x7f000001", "192.0.2.256", "::1::", "1.2.3.4%lo"}) {
    EXPECT_FALSE(parse_address(text)) << text;
  }
}

TEST(SocketAddress, ALinkLocalAddressKeepsItsInterface) {
  const auto endpoint = parse_address("fe80::1%lo");
  ASSERT_TRUE(endpoint);
  EXPECT_NE(endpoint->scope, 0U);
  EXPECT_EQ(to_string(*endpoint), "[fe80::1%lo]:0");
  EXPECT_FALSE(parse_address("fe80::1%no-such-interface"));
}

// The kernel reports no interface for these addresses, so a reply would never match the server's address.
TEST(SocketAddress, AnyOtherAddressHasNoInterface) {
  EXPECT_FALSE(parse_address("2001:db8::1%lo"));
  EXPECT_FALSE(parse_address("::1%lo"));
}

TEST(SocketAddress, TextDoesNotEndAtAZeroByte) {
  using namespace std::string_literals;
  EXPECT_FALSE(parse_address("192.0.2.7\0"s));
  EXPECT_FALSE(parse_address("192.0.2.7\0.8"s));
  EXPECT_FALSE(parse_prefix("10.0.0.0\0/8"s));
}

TEST(SocketAddress, SurvivesTheSystemsForm) {
  for (const Endpoint& endpoint :
       {Endpoint{IpAddress::v4(0x7f00'0001), 11123}, Endpoint{kDocumentation, 123, 0},
        Endpoint{{0xfe80'0000'0000'0000, 1}, 1, 7}}) {
    EXPECT_EQ(to_endpoint(to_socket_address(endpoint)), endpoint);
  }
  SocketAddress unix_domain{};
  unix_domain.generic.sa_family = AF_UNIX;
  unix_domain.length = sizeof unix_domain.generic;
  EXPECT_FALSE(to_endpoint(unix_domain));
}

TEST(SocketAddress, ParsesPrefixesOfBothFamilies) {
  const auto ten = parse_prefix("10.0.0.0/8");
  ASSERT_TRUE(ten);
  EXPECT_EQ(ten->length, 104);
  EXPECT_TRUE(contains(*ten, IpAddress::v4(0x0aff'ffff)));
  EXPECT_FALSE(contains(*ten, IpAddress::v4(0x0b00'0000)));
  const auto host = parse_prefix("2001:db8::1");
  ASSERT_TRUE(host);
  EXPECT_EQ(host->length, 128);
  EXPECT_EQ(parse_prefix("::/0")->length, 0);
  EXPECT_EQ(parse_prefix("0.0.0.0/0")->length, 96);
}

// CVE-2015-1821: a crafted prefix length overflowed a buffer in chrony.
TEST(SocketAddress, RefusesPrefixesThatAreNone) {
  for (const char* text : {"", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/8x", "10.0.0.0/ 8",
                           "10/8", "::/129", "10.0.0.0/8/8", "fe80::1%lo/64"}) {
    EXPECT_FALSE(parse_prefix(text)) << text;
  }
}

TEST(SocketAddress, ResolvesLiteralsWithThePort) {
  const auto endpoint = resolve("127.0.0.1", 11123);
  ASSERT_TRUE(endpoint);
  EXPECT_EQ(*endpoint, (Endpoint{IpAddress::v4(0x7f00'0001), 11123}));
}

TEST(SocketAddress, SaysWhyANameDoesNotResolve) {
  const auto endpoint = resolve("name.invalid", 123);
  ASSERT_FALSE(endpoint);
  EXPECT_FALSE(endpoint.error().empty());
}

}  // namespace
}  // namespace isletime::socket_address_test
