// SPDX-License-Identifier: MIT
#include "tools/syncweb/access/place.hpp"

#include <gtest/gtest.h>

#include "tests/syncweb/access/request_to_hub.hpp"

namespace isletime::syncweb::place_test {
namespace {

const std::vector<InterfaceAddress> kOwn{address_on("ap0", "192.168.4.1", "192.168.4.0/24"),
                                         address_on("ap0", "fe80::1", "fe80::/64"),
                                         address_on("eth0", "10.0.0.5", "10.0.0.0/24")};

bool is_from_ap0(const std::string& client, const std::string& to) {
  const std::vector<Place> places{Place{"ap0"}};
  return is_from(places, address_of(client), address_of(to), kOwn);
}

TEST(Place, IsAnInterfaceAPrefixOrAnAddress) {
  ASSERT_TRUE(parse_place("ap0"));
  EXPECT_EQ(std::get<Interface>(*parse_place("ap0")), "ap0");
  ASSERT_TRUE(parse_place("192.168.4.0/24"));
  EXPECT_TRUE(std::holds_alternative<Prefix>(*parse_place("192.168.4.0/24")));
  EXPECT_TRUE(std::holds_alternative<Prefix>(*parse_place("192.168.4.17")));
  for (const char* text : {"", "ap0/24", "a b", "fe80::x", "an-interface-of-16", "ap\n"})
    EXPECT_FALSE(parse_place(text)) << text;
}

TEST(Place, OverAnInterfaceCameWhatItsNetworkSendsToItsAddress) {
  EXPECT_TRUE(is_from_ap0("192.168.4.17", "192.168.4.1"));
  EXPECT_TRUE(is_from_ap0("fe80::2", "fe80::1"));
}

TEST(Place, WhoGuessesTheAddressOfAnotherInterfaceDidNotComeOverIt) {
  EXPECT_FALSE(is_from_ap0("10.0.0.9", "192.168.4.1")) << "another network";
  EXPECT_FALSE(is_from_ap0("192.168.4.17", "10.0.0.5")) << "another address of ours";
  EXPECT_FALSE(is_from_ap0("8.8.8.8", "192.168.4.1")) << "behind a router";
}

TEST(Place, APrefixIsAboutTheClientAlone) {
  const std::vector<Place> places{*parse_place("10.0.0.0/24")};
  EXPECT_TRUE(is_from(places, address_of("10.0.0.9"), address_of("192.168.4.1"), kOwn));
  EXPECT_FALSE(is_from(places, address_of("10.0.1.9"), address_of("10.0.0.5"), kOwn));
}

TEST(Place, NoneIsNowhere) {
  EXPECT_FALSE(is_from({}, address_of("127.0.0.1"), address_of("127.0.0.1"), kOwn));
}

}  // namespace
}  // namespace isletime::syncweb::place_test
