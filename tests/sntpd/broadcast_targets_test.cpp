// SPDX-License-Identifier: MIT
#include "tools/sntpd/serving/broadcast_targets.hpp"

#include <gtest/gtest.h>

#include "libsync/posix/socket_address.hpp"

namespace isletime::sntpd::broadcast_targets_test {
namespace {

constexpr std::uint16_t kPort = 123;

// Returns an address as an Ethernet interface has it.
InterfaceAddress ethernet(const std::string& name, std::uint32_t index, const std::string& prefix) {
  return {.interface = name,
          .address = parse_address(prefix.substr(0, prefix.find('/')))->address,
          .network = *parse_prefix(prefix),
          .index = index,
          .is_up = true,
          .has_broadcast = true,
          .has_multicast = true};
}

InterfaceAddress loopback() {
  InterfaceAddress lo = ethernet("lo", 1, "127.0.0.1/8");
  lo.is_loopback = true;
  lo.has_broadcast = false;
  lo.has_multicast = false;
  return lo;
}

InterfaceAddress tunnel() {
  InterfaceAddress tun = ethernet("tun0", 9, "10.9.0.1/24");
  tun.is_point_to_point = true;
  tun.has_broadcast = false;
  return tun;
}

using Lines = std::vector<std::string>;

// Returns lines such as "eth0 192.0.2.1 > 192.0.2.255:123"; option 0 is left out.
Lines lines_of(const std::vector<BroadcastTarget>& targets) {
  Lines lines;
  for (const BroadcastTarget& t : targets) {
    lines.push_back(t.interface + ' ' + address_text({t.outlet.from, 0, 0}) + " > " + to_string(t.outlet.to));
    if (t.option != 0) lines.back() += " option " + std::to_string(t.option);
  }
  return lines;
}

Lines targets(const std::vector<BroadcastOption>& options, const std::vector<InterfaceAddress>& interfaces,
              const std::vector<Endpoint>& bind = {}) {
  return lines_of(targets_of(options, interfaces, bind, kPort));
}

const BroadcastOption kAuto;
BroadcastOption named(const std::string& interface) {
  BroadcastOption option;
  option.interface = interface;
  return option;
}

TEST(BroadcastTargets, AreTheNetworksBroadcastAddressAndTheGroupOfNtp) {
  EXPECT_EQ(targets({kAuto}, {ethernet("eth0", 2, "192.0.2.1/25")}),
            (Lines{"eth0 192.0.2.1 > 192.0.2.127:123", "eth0 192.0.2.1 > 224.0.1.1:123"}));
}

TEST(BroadcastTargets, TellWhichWayByTheInterfacesIndex) {
  const auto found =
      targets_of(std::vector{kAuto}, std::vector{ethernet("eth0", 7, "192.0.2.1/24")}, {}, kPort);
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].outlet.interface, 7U);
}

TEST(BroadcastTargets, EveryNetworkOfAnInterfaceIsToldButTheGroupOnce) {
  EXPECT_EQ(targets({kAuto}, {ethernet("eth0", 2, "192.0.2.1/24"), ethernet("eth0", 2, "192.0.2.9/24"),
                              ethernet("eth0", 2, "10.0.0.1/8")}),
            (Lines{"eth0 192.0.2.1 > 192.0.2.255:123", "eth0 192.0.2.1 > 224.0.1.1:123",
                   "eth0 10.0.0.1 > 10.255.255.255:123"}));
}

TEST(BroadcastTargets, OnIpv6TheGroupHearsItFromTheLinkLocalAddress) {
  EXPECT_EQ(targets({kAuto}, {ethernet("eth0", 2, "2001:db8::1/64"), ethernet("eth0", 2, "fe80::1/64")}),
            (Lines{"eth0 fe80::1 > [ff02::101]:123"}));
}

// RFC 3021: networks with a prefix of 31 bits have no broadcast address.
TEST(BroadcastTargets, ANetworkOfTwoHasNoBroadcastAddress) {
  for (const char* prefix : {"192.0.2.0/31", "192.0.2.0/32"}) {
    EXPECT_EQ(targets({kAuto}, {ethernet("eth0", 2, prefix)}), (Lines{"eth0 192.0.2.0 > 224.0.1.1:123"}));
  }
  EXPECT_EQ(targets({kAuto}, {ethernet("eth0", 2, "192.0.2.1/30")}).front(),
            "eth0 192.0.2.1 > 192.0.2.3:123");
}

TEST(BroadcastTargets, AutoLeavesOutLoopbackPointToPointAndWhatIsDown) {
  InterfaceAddress down = ethernet("eth1", 3, "198.51.100.1/24");
  down.is_up = false;
  EXPECT_EQ(targets({kAuto}, {loopback(), tunnel(), down}), Lines{});
}

TEST(BroadcastTargets, AnInterfaceThatIsNamedMayBePointToPoint) {
  EXPECT_EQ(targets({named("tun0")}, {loopback(), tunnel(), ethernet("eth0", 2, "192.0.2.1/24")}),
            (Lines{"tun0 10.9.0.1 > 224.0.1.1:123"}));
}

TEST(BroadcastTargets, AnInterfaceThatIsNamedIsNotAutoAnyMore) {
  EXPECT_EQ(targets({kAuto, named("eth1")},
                    {ethernet("eth0", 2, "192.0.2.1/24"), ethernet("eth1", 3, "198.51.100.1/24")}),
            (Lines{"eth0 192.0.2.1 > 192.0.2.255:123", "eth0 192.0.2.1 > 224.0.1.1:123",
                   "eth1 198.51.100.1 > 198.51.100.255:123 option 1",
                   "eth1 198.51.100.1 > 224.0.1.1:123 option 1"}));
}

TEST(BroadcastTargets, OfAHubThatServesSomeAddressesOnlyTheseSpeak) {
  const std::vector<InterfaceAddress> interfaces{
      ethernet("eth0", 2, "192.0.2.1/24"), ethernet("eth1", 3, "198.51.100.1/24"),
      ethernet("eth1", 3, "2001:db8::1/64"), ethernet("eth1", 3, "fe80::1/64")};
  EXPECT_EQ(targets({kAuto}, interfaces, {*parse_address("192.0.2.1")}),
            (Lines{"eth0 192.0.2.1 > 192.0.2.255:123", "eth0 192.0.2.1 > 224.0.1.1:123"}));
  EXPECT_EQ(targets({kAuto}, interfaces, {*parse_address("2001:db8::1")}),
            (Lines{"eth1 2001:db8::1 > [ff02::101]:123"}));
}

TEST(BroadcastTargets, OfAnInterfaceThatIsNotThereOrDownAreNamedAsAbsent) {
  const std::vector<BroadcastOption> options{
      {.interface = "eth9", .key = {}}, {.interface = {}, .key = {}}, {.interface = "wlan0", .key = {}}};
  const std::vector<BroadcastTarget> none;
  EXPECT_EQ(absent_of(options, none), (std::vector<std::string>{"eth9", "wlan0"}));
  const std::vector<BroadcastTarget> one{{.interface = "eth9", .outlet = {}}};
  EXPECT_EQ(absent_of(options, one), std::vector<std::string>{"wlan0"});
}

}  // namespace
}  // namespace isletime::sntpd::broadcast_targets_test
