// SPDX-License-Identifier: MIT
#include "tools/syncweb/presses/press_request.hpp"

#include <limits>

#include <gtest/gtest.h>

namespace isletime::syncweb::press_request_test {
namespace {

using namespace std::chrono_literals;

// 2026-02-03T04:05:06Z, as `date -u -d @1770091506` says.
constexpr WallTime kTime{1'770'091'506s};

TEST(PressRequest, HasAllThatTheDeviceSays) {
  const auto press = parse_press(
      R"({"sender":"button-3f2a","boot":"8f3c","number":17,"time":"2026-02-03T05:05:06.789+01:00",)"
      R"("uncertainty_s":0.0012,"reliable":true})");
  ASSERT_TRUE(press) << press.error();
  EXPECT_EQ(press->sender, "button-3f2a");
  EXPECT_EQ(press->boot, "8f3c");
  EXPECT_EQ(press->number, 17);
  EXPECT_EQ(press->time, kTime + 789ms);
  EXPECT_EQ(press->uncertainty, Dispersion{1200us});
  EXPECT_EQ(press->is_reliable, true);
}

TEST(PressRequest, MayLackBootAndBound) {
  for (const char* bound : {"", R"(,"uncertainty_s":null)"}) {
    const auto press =
        parse_press(R"({"sender":"a","number":0,"time":"2026-02-03T04:05:06Z","reliable":false)" +
                    std::string{bound} + "}");
    ASSERT_TRUE(press) << press.error();
    EXPECT_EQ(press->boot, "");
    EXPECT_EQ(press->number, 0);
    EXPECT_EQ(press->uncertainty, std::nullopt);
    EXPECT_EQ(press->is_reliable, false);
  }
}

TEST(PressRequest, MayHaveABoundOfZero) {
  const auto press = parse_press(
      R"({"sender":"a","number":0,"time":"2026-02-03T04:05:06Z","uncertainty_s":0,"reliable":true})");
  ASSERT_TRUE(press) << press.error();
  EXPECT_EQ(press->uncertainty, Dispersion{0s});
}

struct Bad {
  const char* member;
  const char* value;
};

std::string press_with(const Bad& bad) {
  std::string text = "{";
  for (const auto& [name, value] :
       {Bad{"sender", R"("a")"}, Bad{"boot", R"("b")"}, Bad{"number", "1"},
        Bad{"time", R"("2026-02-03T04:05:06Z")"}, Bad{"uncertainty_s", "0.5"}, Bad{"reliable", "true"}}) {
    if (text != "{") text += ',';
    text += '"' + std::string{name} + "\":" + (bad.member == std::string{name} ? bad.value : value);
  }
  return text + '}';
}

TEST(PressRequest, NamesTheMemberThatIsBad) {
  const std::string long_text = '"' + std::string(65, 'x') + '"';
  for (const Bad& bad : {
           Bad{"sender", "1"},
           Bad{"sender", R"("")"},
           Bad{"sender", R"("a\nb")"},
           Bad{"sender", R"("\u001b[2J")"},
           Bad{"sender", "null"},
           Bad{"sender", long_text.c_str()},
           Bad{"boot", "8"},
           Bad{"boot", R"("")"},
           Bad{"boot", R"("\u0000")"},
           Bad{"boot", long_text.c_str()},
           Bad{"number", "-1"},
           Bad{"number", "1.0"},
           Bad{"number", "1e3"},
           Bad{"number", R"("1")"},
           Bad{"number", "9007199254740992"},
           Bad{"number", "99999999999999999999"},
           Bad{"time", "1770091506"},
           Bad{"time", R"("now")"},
           Bad{"time", R"("2026-02-30T04:05:06Z")"},
           Bad{"time", R"("9999-02-03T04:05:06Z")"},
           Bad{"time", R"("2026-02-03T04:05:06")"},
           Bad{"uncertainty_s", "-0.001"},
           Bad{"uncertainty_s", "1e308"},
           Bad{"uncertainty_s", R"("0.5")"},
           Bad{"reliable", "1"},
           Bad{"reliable", "null"},
       }) {
    const auto press = parse_press(press_with(bad));
    ASSERT_FALSE(press) << bad.member << ' ' << bad.value;
    EXPECT_EQ(press.error().rfind(bad.member, 0), 0U) << press.error();
  }
}

TEST(PressRequest, NamesTheMemberThatIsMissingOrUnknown) {
  EXPECT_EQ(parse_press("{}").error(), "sender: is missing");
  EXPECT_EQ(parse_press(R"({"sender":"a","number":1,"time":"2026-02-03T04:05:06Z"})").error(),
            "reliable: is missing");
  EXPECT_EQ(parse_press(R"({"colour":"red"})").error(), "colour: is not known of a press");
}

TEST(PressRequest, IsOneFlatObject) {
  for (const char* text : {"", "17", "[]", "null", "{", R"({"sender":{"a":1}})",
                           R"({"sender":"a","sender":"b"})", "\xff", "NaN"}) {
    EXPECT_FALSE(parse_press(text)) << text;
  }
  EXPECT_FALSE(parse_press(std::string(100'000, '[')));
}

TEST(PressRequest, TheLargestNumbersAreTaken) {
  const auto press = parse_press(press_with({"number", "9007199254740991"}));
  ASSERT_TRUE(press) << press.error();
  EXPECT_EQ(press->number, kLargestPressNumber);
}

std::vector<Field> older(std::string milliseconds, std::string sender = "button-3f2a") {
  return {{"msec", std::move(milliseconds)}, {"sender", std::move(sender)}, {"prevdur", "12"}, {"ip", "x"}};
}

TEST(OlderPressRequest, SaysNothingOfNumberBoundAndReliability) {
  const auto press = parse_older_press(older("1770091506789"));
  ASSERT_TRUE(press) << press.error();
  EXPECT_EQ(press->sender, "button-3f2a");
  EXPECT_EQ(press->time, kTime + 789ms);
  EXPECT_EQ(press->number, std::nullopt);
  EXPECT_EQ(press->uncertainty, std::nullopt);
  EXPECT_EQ(press->is_reliable, std::nullopt);
}

TEST(OlderPressRequest, WhatCannotBeMillisecondsOfUnixTimeIsRefused) {
  for (const char* text : {"", "0", "-1", "now", "1770091506", "99999999999", "1770091506789.5", "1.77e12",
                           " 1770091506789", "+1770091506789", "9223372036855", "1770091506789000",
                           "99999999999999999999", "NaN", "0x19c2e3d4f5a"}) {
    const auto press = parse_older_press(older(text));
    ASSERT_FALSE(press) << text;
    EXPECT_EQ(press.error().rfind("msec: ", 0), 0U) << press.error();
  }
  EXPECT_TRUE(parse_older_press(older("100000000000")));
  EXPECT_TRUE(parse_older_press(older("9223372036854")));
}

TEST(OlderPressRequest, NamesTheParameterThatIsMissingTwiceOrBad) {
  EXPECT_EQ(parse_older_press({}).error(), "sender: is missing");
  auto fields = older("1770091506789");
  fields.push_back({"msec", "1770091506790"});
  EXPECT_EQ(parse_older_press(fields).error(), "msec: is given twice");
  EXPECT_EQ(parse_older_press(older("1770091506789", "")).error(), "sender: is empty");
  EXPECT_EQ(parse_older_press(older("1770091506789", "a\x01")).error(), "sender: is not plain text");
}

}  // namespace
}  // namespace isletime::syncweb::press_request_test
