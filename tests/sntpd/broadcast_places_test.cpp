// SPDX-License-Identifier: MIT
#include "tools/sntpd/serving/broadcast_places.hpp"

#include <string>

#include <gtest/gtest.h>

#include "libsync/posix/socket_address.hpp"

namespace isletime::sntpd::broadcast_places_test {
namespace {

InterfaceAddress ethernet(std::uint32_t index, const std::string& prefix) {
  return {.interface = "eth" + std::to_string(index),
          .address = parse_address(prefix.substr(0, prefix.find('/')))->address,
          .network = *parse_prefix(prefix),
          .index = index,
          .is_up = true,
          .has_broadcast = true,
          .has_multicast = true};
}

Endpoint server(const std::string& address, std::uint16_t port = 123, std::uint32_t scope = 0) {
  return {parse_address(address)->address, port, scope};
}

// Returns lines such as "2 192.0.2.255:123".
std::vector<std::string> places(const std::vector<Endpoint>& servers,
                                const std::vector<InterfaceAddress>& interfaces) {
  std::vector<std::string> lines;
  for (const BroadcastPlace& place : places_of(servers, interfaces)) {
    Endpoint group = place.group;
    group.scope = 0;
    lines.push_back(std::to_string(place.interface) + ' ' + to_string(group));
  }
  return lines;
}

using Lines = std::vector<std::string>;

TEST(BroadcastPlaces, AreOnTheInterfaceOfWhoseNetworkTheServerIs) {
  EXPECT_EQ(places({server("192.0.2.1")}, {ethernet(2, "192.0.2.7/24"), ethernet(3, "198.51.100.7/24")}),
            (Lines{"2 192.0.2.255:123", "2 224.0.1.1:123"}));
  EXPECT_EQ(places({server("203.0.113.1")}, {ethernet(2, "192.0.2.7/24")}), Lines{});
}

TEST(BroadcastPlaces, HaveTheServersPort) {
  EXPECT_EQ(places({server("192.0.2.1", 11123)}, {ethernet(2, "192.0.2.7/24")}),
            (Lines{"2 192.0.2.255:11123", "2 224.0.1.1:11123"}));
}

TEST(BroadcastPlaces, SeveralServersShareOne) {
  EXPECT_EQ(places({server("192.0.2.1"), server("192.0.2.2")}, {ethernet(2, "192.0.2.7/24")}).size(), 2U);
}

TEST(BroadcastPlaces, OfIpv6AreForLinkLocalServersAndScoped) {
  const std::vector<InterfaceAddress> interfaces{ethernet(2, "fe80::7/64"), ethernet(3, "fe80::8/64"),
                                                 ethernet(3, "2001:db8::7/64")};
  EXPECT_EQ(places({server("fe80::1", 123, 3)}, interfaces), Lines{"3 [ff02::101]:123"});
  EXPECT_EQ(places_of(std::vector{server("fe80::1", 123, 3)}, interfaces).front().group.scope, 3U);
  EXPECT_EQ(places({server("2001:db8::1")}, interfaces), Lines{});
}

TEST(BroadcastPlaces, AreNotWhereAnInterfaceIsDown) {
  InterfaceAddress down = ethernet(2, "192.0.2.7/24");
  down.is_up = false;
  EXPECT_EQ(places({server("192.0.2.1")}, {down}), Lines{});
}

}  // namespace
}  // namespace isletime::sntpd::broadcast_places_test
