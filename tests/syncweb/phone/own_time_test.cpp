// SPDX-License-Identifier: MIT
#include "tools/syncweb/phone/own_time.hpp"

#include <chrono>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tools/sntpd/control/view_json.hpp"

namespace isletime::syncweb::own_time_test {
namespace {

using namespace std::chrono_literals;

constexpr IpAddress kPhone = IpAddress::v4(0xc0a8'0411);  // 192.168.4.17

std::string clients_of(const std::string& address, nanoseconds last_seen) {
  std::vector<sntpd::ClientView> clients(2);
  clients[0].address = "10.0.0.1";
  clients[1].address = address;
  clients[1].last_seen = last_seen;
  return sntpd::clients_json(WallTime{1'800'000'000s}, clients);
}

TEST(OwnTime, AClientOfTheLastDayIsFoundInWhatSntpdReallySays) {
  EXPECT_TRUE(has_asked_lately(clients_of("192.168.4.17", 23h), kPhone));
  EXPECT_FALSE(has_asked_lately(clients_of("192.168.4.17", 25h), kPhone));
  EXPECT_FALSE(has_asked_lately(clients_of("192.168.4.171", 1s), kPhone));
}

TEST(OwnTime, WhateverElseIsSaidOfClientsFindsNobody) {
  for (const char* clients :
       {"", "{}", "[]", "null", "{\"clients\":7}", "{\"clients\":[7,null,{}]}",
        R"({"clients":[{"address":"192.168.4.17"}]})",
        R"({"clients":[{"address":"192.168.4.17","last_seen_s":"1"}]})",
        R"({"clients":[{"address":17,"last_seen_s":1}]})", R"({"clients":[{"address":"192.168.4.17",)"}) {
    EXPECT_FALSE(has_asked_lately(clients, kPhone)) << clients;
  }
  EXPECT_TRUE(has_asked_lately(R"([{"address":"192.168.4.17","last_seen_s":1.5}])", kPhone))
      << "the list alone will do";
}

TEST(OwnTime, ABrowserOnTheHubHasTheHubsClock) {
  std::vector<InterfaceAddress> own(1);
  own[0].address = IpAddress::v4(0xc0a8'0401);
  EXPECT_TRUE(is_of_this_machine(own, IpAddress::v4(0x7f00'0001)));
  EXPECT_TRUE(is_of_this_machine(own, IpAddress{0, 1}));
  EXPECT_TRUE(is_of_this_machine(own, IpAddress::v4(0xc0a8'0401)));
  EXPECT_FALSE(is_of_this_machine(own, kPhone));
}

TEST(OwnTime, ADifferenceOfSecondsIsNews) {
  EXPECT_TRUE(shows_same_time({50ms}, {10ms}));
  EXPECT_TRUE(shows_same_time({-130ms}, {10ms}));
  EXPECT_FALSE(shows_same_time({131ms}, {10ms}));
  EXPECT_FALSE(shows_same_time({3217ms}, {10ms}));
  EXPECT_FALSE(shows_same_time({nanoseconds::min()}, {10ms}));
}

TEST(OwnTime, ATimeThatIsSentWithoutAnExchangeCanOnlyHaveAged) {
  EXPECT_TRUE(showed_same_time({100ms}, 1ms));
  EXPECT_TRUE(showed_same_time({-1101ms}, 1ms)) << "the request may have taken a second";
  EXPECT_TRUE(showed_same_time({-2100ms}, 1s)) << "whole seconds, rounded down";
  EXPECT_FALSE(showed_same_time({101ms}, 1s)) << "no request comes before it is sent";
  EXPECT_FALSE(showed_same_time({-1102ms}, 1ms));
  EXPECT_FALSE(showed_same_time({nanoseconds::min()}, 1s));
}

}  // namespace
}  // namespace isletime::syncweb::own_time_test
