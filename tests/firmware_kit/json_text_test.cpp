// SPDX-License-Identifier: MIT
#include "firmware/apps/charger/json_text.hpp"

#include <nlohmann/json.hpp>
#include <random>
#include <string>

#include <gtest/gtest.h>

namespace isletime::firmware::json_text_test {
namespace {

TEST(JsonText, ReadsTheMembersOfAnOcppReply) {
  const auto value = JsonValue::parse(
      R"( [ 3 , "17", {"status":"Accepted", "currentTime":"2026-11-23T12:00:00Z","interval":300, "x":[{},[],null,-1.5e+3]} ] )");
  ASSERT_TRUE(value);
  EXPECT_EQ(value->element(0)->whole_number(), 3U);
  EXPECT_EQ(value->element(1)->plain_string(), "17");
  const auto payload = value->element(2);
  ASSERT_TRUE(payload && payload->is_object());
  EXPECT_EQ(payload->member("status")->plain_string(), "Accepted");
  EXPECT_EQ(payload->member("currentTime")->plain_string(), "2026-11-23T12:00:00Z");
  EXPECT_EQ(payload->member("interval")->whole_number(), 300U);
  EXPECT_FALSE(payload->member("absent"));
  EXPECT_FALSE(value->element(3));
}

TEST(JsonText, DoesNotChooseBetweenMembersOfOneName) {
  EXPECT_FALSE(JsonValue::parse(R"({"a":1,"a":2})")->member("a"));
}

TEST(JsonText, DoesNotFindMembersOfMembers) {
  EXPECT_FALSE(JsonValue::parse(R"({"b":{"a":1},"c":"\"a\":1"})")->member("a"));
}

TEST(JsonText, LeavesEscapesUndecoded) {
  const auto value = JsonValue::parse(R"({"a\u0062":"x","c":"\n"})");
  ASSERT_TRUE(value);
  EXPECT_FALSE(value->member("ab"));
  EXPECT_FALSE(value->member("c")->plain_string());
}

TEST(JsonText, TakesOnlySmallWholeNumbers) {
  EXPECT_EQ(JsonValue::parse("0")->whole_number(), 0U);
  EXPECT_EQ(JsonValue::parse("999999999")->whole_number(), 999'999'999U);
  for (const char* text : {"1000000000", "-1", "1.0", "1e2", "\"1\"", "[1]", "true"})
    EXPECT_FALSE(JsonValue::parse(text)->whole_number()) << text;
}

TEST(JsonText, RefusesWhatTheGrammarDoesNotAllow) {
  for (const char* text :
       {"",      " ",          "[",           "]",      "[1,]", "[,1]", "[1 2]", "{\"a\"}", "{\"a\":}",
        "{a:1}", "{\"a\":1,}", "01",          "1.",     ".5",   "+1",   "1e",    "nul",     "tru",
        "\"",    "\"\\x\"",    "\"\\u12g4\"", "\"\n\"", "[1]]", "1 1",  "--1",   "{1:2}",   "'a'"})
    EXPECT_FALSE(JsonValue::parse(text)) << text;
}

TEST(JsonText, RefusesDeepNesting) {
  const auto nested = [](int depth) {
    return std::string(static_cast<std::size_t>(depth), '[') +
           std::string(static_cast<std::size_t>(depth), ']');
  };
  EXPECT_TRUE(JsonValue::parse(nested(JsonValue::kDeepest)));
  EXPECT_FALSE(JsonValue::parse(nested(JsonValue::kDeepest + 1)));
  EXPECT_FALSE(JsonValue::parse(nested(100'000)));
}

// Another parser decides which of thousands of damaged texts are JSON.
TEST(JsonText, AgreesWithAnotherParserOnDamagedTexts) {
  const std::string sound =
      R"([3,"17",{"status":"Accepted","currentTime":"2026-11-23T12:00:00.5Z","n":[-1.5e3,null]}])";
  const std::string signs = "[]{}\",:\\0123456789.-+eEtrufalsn \t\n";
  std::mt19937 random{1};  // NOLINT: the same texts at each run
  int taken = 0;
  for (int i = 0; i < 30'000; ++i) {
    std::string text = sound;
    for (int changes = static_cast<int>(random() % 3); changes >= 0; --changes) {
      const std::size_t at = random() % text.size();
      const char sign = signs[random() % signs.size()];
      switch (random() % 3) {
        case 0:
          text[at] = sign;
          break;
        case 1:
          text.erase(at, 1 + random() % 4);
          break;
        default:
          text.insert(at, 1, sign);
          break;
      }
      if (text.empty()) text = "x";
    }
    const auto value = JsonValue::parse(text);
    EXPECT_EQ(value.has_value(), nlohmann::json::accept(text)) << text;
    if (!value) continue;
    ++taken;
    // Whatever was taken can be read without leaving the text.
    if (const auto payload = value->element(2)) payload->member("currentTime");
    value->member("status");
  }
  EXPECT_GT(taken, 300);
}

}  // namespace
}  // namespace isletime::firmware::json_text_test
