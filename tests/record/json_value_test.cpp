// SPDX-License-Identifier: MIT
#include "libsync/record/json_value.hpp"

#include <gtest/gtest.h>

namespace isletime::json_value_test {
namespace {

constexpr JsonLimits kRoomy{1000, 3};

std::string fault(std::string_view text, JsonLimits limits = kRoomy) {
  const auto value = parse_json(text, limits);
  return value ? "none" : value.error();
}

TEST(JsonValue, HoldsEachKind) {
  const auto value = parse_json(R"({"n":null,"f":false,"t":"a\u00e9","a":[1,[]],"o":{"x":"y"}})", kRoomy);
  ASSERT_TRUE(value) << value.error();
  EXPECT_TRUE(value->find("n")->is_null());
  EXPECT_EQ(value->find("f")->flag(), false);
  EXPECT_EQ(*value->find("t")->text(), "a\u00e9");
  ASSERT_EQ(value->find("a")->array()->size(), 2U);
  EXPECT_EQ(value->find("a")->array()->front().number()->text, "1");
  EXPECT_EQ(*value->find("o")->find("x")->text(), "y");
  EXPECT_EQ(value->find("x"), nullptr);
  EXPECT_EQ(value->find("t")->find("x"), nullptr);
  EXPECT_FALSE(value->find("t")->flag());
}

TEST(JsonValue, ANumberKeepsItsDigits) {
  for (const char* text : {"1234567890.123456789", "-0.000000001", "1e-9", "18446744073709551615",
                           "-9223372036854775808", "18446744073709551616"}) {
    const auto value = parse_json(text, kRoomy);
    ASSERT_TRUE(value && value->number()) << text;
    EXPECT_EQ(value->number()->text, text);
  }
}

TEST(JsonValue, SizeIsCappedBeforeReading) {
  EXPECT_EQ(fault("[0]", {3, 1}), "none");
  EXPECT_EQ(fault("[00]", {3, 1}), "has 4 bytes, more than 3");
}

TEST(JsonValue, DepthIsCapped) {
  EXPECT_EQ(fault("[[[]]]"), "none");
  EXPECT_EQ(fault("[[[[]]]]"), "is nested too deeply");
  EXPECT_EQ(fault(R"({"a":{"b":{"c":[]}}})"), "c: is nested too deeply");
  EXPECT_EQ(fault(std::string(500, '[')), "is nested too deeply");
}

TEST(JsonValue, ANameStandsInAnObjectOnce) {
  EXPECT_EQ(fault(R"({"a":1,"a":2})"), "a: stands there twice");
  EXPECT_EQ(fault(R"({"a":{"a":1}})"), "none");
}

TEST(JsonValue, WhatIsNoJsonIsNamedByItsMember) {
  EXPECT_EQ(fault(R"({"offset_s":NaN})"), "offset_s: this is not JSON, at byte 13");
  EXPECT_EQ(fault(R"({"offset_s":1e400})"), "offset_s: is a number beyond all range");
  for (const char* text :
       {"", "{", "{}x", "{'a':1}", "{\"a\":1,}", "\"\xff\"", "-Infinity", "[1 2]", "\"\n\""}) {
    EXPECT_NE(fault(text).find("not JSON"), std::string::npos) << text << ": " << fault(text);
  }
}

TEST(JsonValue, AFaultIsOneShortPlainLine) {
  const std::string long_name = "{\"" + std::string(900, 'x') + "\":}";
  EXPECT_LT(fault(long_name).size(), 100U);
  const std::string words = fault("{\"a\033\":1}");
  EXPECT_EQ(words.find('\033'), std::string::npos);
}

}  // namespace
}  // namespace isletime::json_value_test
