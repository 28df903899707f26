// SPDX-License-Identifier: MIT
#include "tools/sntpd/broadcast_option.hpp"

#include <gtest/gtest.h>

namespace isletime::sntpd::broadcast_option_test {
namespace {

std::string fault_of(const std::string& text) {
  const auto broadcast = parse_broadcast_option(text);
  return broadcast ? "" : broadcast.error();
}

TEST(BroadcastOption, AnInterfaceAloneIsUnsignedAndEvery64Seconds) {
  const auto broadcast = parse_broadcast_option("wlan0");
  ASSERT_TRUE(broadcast);
  EXPECT_EQ(broadcast->interface, "wlan0");
  EXPECT_EQ(broadcast->key, std::nullopt);
  EXPECT_EQ(broadcast->poll, 2);
}

TEST(BroadcastOption, AutoNamesNoInterface) {
  const auto broadcast = parse_broadcast_option("auto,key=7,poll=4");
  ASSERT_TRUE(broadcast);
  EXPECT_EQ(broadcast->interface, std::nullopt);
  EXPECT_EQ(broadcast->key, 7U);
  EXPECT_EQ(broadcast->poll, 4);
}

TEST(BroadcastOption, TakesOnlyWhatAnInterfaceCanBeCalled) {
  EXPECT_EQ(parse_broadcast_option("br-lan.7@x")->interface, "br-lan.7@x");
  EXPECT_EQ(parse_broadcast_option("fifteen-letters")->interface, "fifteen-letters");
  for (const char* text : {"", ",key=7", "sixteen-letters-", "a/b", "a b", "eth0:1", ".", "..", "a\tb"}) {
    EXPECT_EQ(fault_of(text), "expected an interface or auto") << text;
  }
}

TEST(BroadcastOption, NamesTheWordThatIsWrong) {
  for (const char* text : {"auto,poll", "auto,poll=0", "auto,poll=18", "auto,poll=6s"}) {
    EXPECT_EQ(fault_of(text), "poll takes a number from 1 to 17") << text;
  }
  for (const char* text : {"auto,key=0", "auto,key=4294967296", "auto,key="}) {
    EXPECT_EQ(fault_of(text), "key takes a number from 1 to 4294967295") << text;
  }
  EXPECT_EQ(fault_of("auto,ttl=2"), "there is no \"ttl=2\": use key or poll");
  EXPECT_EQ(fault_of("auto,"), "there is no \"\": use key or poll");
}

}  // namespace
}  // namespace isletime::sntpd::broadcast_option_test
