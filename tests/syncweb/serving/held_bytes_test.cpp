// SPDX-License-Identifier: MIT
#include "tools/syncweb/serving/held_bytes.hpp"

#include <gtest/gtest.h>

namespace isletime::syncweb::held_bytes_test {
namespace {

constexpr IpAddress kGreedy = IpAddress::v4(0xc0a8'0411);  // 192.168.4.17
constexpr IpAddress kOther = IpAddress::v4(0xc0a8'0412);
constexpr IpAddress kThisMachine = IpAddress::v4(0x7f00'0001);

TEST(HeldBytes, AClientIsBehindUntilItHasTakenWhatItAskedFor) {
  HeldBytes held;
  held.add(kGreedy, HeldBytes::kMostOfOneClient - 1);
  EXPECT_FALSE(held.is_behind(kGreedy));
  held.add(kGreedy, 1);
  EXPECT_TRUE(held.is_behind(kGreedy));
  EXPECT_FALSE(held.is_behind(kOther));
  held.remove(kGreedy, 1);
  EXPECT_FALSE(held.is_behind(kGreedy));
}

TEST(HeldBytes, ClientsOfAProxyOnThisMachineAreNotOne) {
  HeldBytes held;
  held.add(kThisMachine, HeldBytes::kMostOfOneClient);
  EXPECT_FALSE(held.is_behind(kThisMachine));
}

TEST(HeldBytes, ManyClientsCannotHoldMoreThanAllMayButSmallResponsesGoOn) {
  HeldBytes held;
  held.add(kGreedy, HeldBytes::kMostInAll);
  EXPECT_FALSE(held.has_room_for(HeldBytes::kSmall + 1));
  EXPECT_TRUE(held.has_room_for(HeldBytes::kSmall));
  held.remove(kGreedy, HeldBytes::kMostInAll);
  EXPECT_TRUE(held.has_room_for(HeldBytes::kMostInAll));
}

}  // namespace
}  // namespace isletime::syncweb::held_bytes_test
