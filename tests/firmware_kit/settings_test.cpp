// SPDX-License-Identifier: MIT
#include "firmware/kit/settings.hpp"

#include <gtest/gtest.h>

#include "firmware/board.hpp"

namespace isletime {
namespace {

std::string_view told;

}  // namespace

std::string_view board::settings() {
  return told;
}

namespace firmware::settings_test {
namespace {

TEST(Settings, are_found_by_their_whole_name) {
  told = "hubs=1 my-hub=2 hub=10.0.2.2 zone=CET-1CEST,M3.5.0,M10.5.0/3";
  EXPECT_EQ(setting("hub"), "10.0.2.2");
  EXPECT_EQ(setting("zone"), "CET-1CEST,M3.5.0,M10.5.0/3");
  EXPECT_EQ(setting("hu"), "");
  EXPECT_EQ(setting("key"), "");
}

TEST(Settings, may_contain_equals_signs_and_be_empty) {
  told = " backend=10.0.0.1:80/a?b=c  name= lone ";
  EXPECT_EQ(setting("backend"), "10.0.0.1:80/a?b=c");
  EXPECT_EQ(setting("name"), "");
  EXPECT_EQ(setting("lone"), "");
}

TEST(Settings, count_by_the_last_of_several) {
  told = "hub=1.2.3.4 hub=5.6.7.8";
  EXPECT_EQ(setting("hub"), "5.6.7.8");
}

TEST(Settings, that_are_no_number_in_range_are_ignored) {
  told = "a=123 b=65536 c=-1 d=12x e= f=99999999999999999999 g=65535";
  EXPECT_EQ(number_setting("a", 7, 65535), 123U);
  EXPECT_EQ(number_setting("g", 7, 65535), 65535U);
  for (const auto* name : {"b", "c", "d", "e", "f", "absent"})
    EXPECT_EQ(number_setting(name, 7, 65535), 7U) << name;
  EXPECT_EQ(number_setting("f", 7, 0xffff'ffff), 7U);
}

}  // namespace
}  // namespace firmware::settings_test
}  // namespace isletime
