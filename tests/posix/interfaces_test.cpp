// SPDX-License-Identifier: MIT
#include "libsync/posix/interfaces.hpp"

#include <algorithm>

#include <net/if.h>

#include <gtest/gtest.h>

namespace isletime::interfaces_test {
namespace {

TEST(Interfaces, HaveTheLoopbackAddressAndItsNetwork) {
  const auto addresses = interface_addresses();
  const auto loopback = std::find_if(addresses.begin(), addresses.end(), [](const InterfaceAddress& a) {
    return a.address == IpAddress::v4(0x7f00'0001);
  });
  ASSERT_NE(loopback, addresses.end());
  EXPECT_EQ(loopback->interface, "lo");
  EXPECT_TRUE(contains(loopback->network, IpAddress::v4(0x7fff'ffff)));
  EXPECT_FALSE(contains(loopback->network, IpAddress::v4(0x8000'0000)));
  EXPECT_EQ(loopback->index, if_nametoindex("lo"));
  EXPECT_TRUE(loopback->is_loopback);
  EXPECT_TRUE(loopback->is_up);
  EXPECT_FALSE(loopback->has_broadcast);
}

}  // namespace
}  // namespace isletime::interfaces_test
