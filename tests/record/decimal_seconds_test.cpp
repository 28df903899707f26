// SPDX-License-Identifier: MIT
#include "libsync/record/decimal_seconds.hpp"

#include <gtest/gtest.h>

namespace isletime::decimal_seconds_test {
namespace {

using namespace std::chrono_literals;

nanoseconds read(const char* text) {
  const auto value = parse_decimal_seconds(text);
  EXPECT_TRUE(value) << text << ": " << value.error();
  return value ? *value : nanoseconds::min();
}

TEST(DecimalSeconds, NineDecimalsAreExactOverTheWholeRange) {
  EXPECT_EQ(read("0"), 0ns);
  EXPECT_EQ(read("-0.000000001"), -1ns);
  EXPECT_EQ(read("1234567890.123456789"), 1'234'567'890'123'456'789ns);
  EXPECT_EQ(read("9223372036.854775807"), nanoseconds::max());
  EXPECT_EQ(read("-9223372036.854775808"), nanoseconds::min());
}

TEST(DecimalSeconds, WhatIsBehindTheNinthDecimalIsRounded) {
  EXPECT_EQ(read("0.0000000014"), 1ns);
  EXPECT_EQ(read("0.0000000015"), 2ns);
  EXPECT_EQ(read("-0.0000000015"), -2ns);
  EXPECT_EQ(read("0.00000000049999999999999999999999"), 0ns);
  EXPECT_EQ(read("0.9999999999"), 1s);
}

TEST(DecimalSeconds, ExponentsMoveThePoint) {
  EXPECT_EQ(read("1.5e-3"), 1'500us);
  EXPECT_EQ(read("12E+1"), 120s);
  EXPECT_EQ(read("1e-10"), 0ns);
  EXPECT_EQ(read("5e-10"), 1ns);
  EXPECT_EQ(read("0.000000000000000000001e21"), 1s);
  EXPECT_EQ(read("0e999999999999999999999"), 0s);
  EXPECT_EQ(read("1e-999999999999999999999"), 0s);
}

TEST(DecimalSeconds, MoreThanThereIsRoomForIsNotWrapped) {
  for (const char* text :
       {"9223372036.854775808", "-9223372036.854775809", "9223372036.8547758075", "18446744073.709551616",
        "1e300", "-1e300", "99999999999999999999", "1e99999999999999999999"}) {
    const auto value = parse_decimal_seconds(text);
    ASSERT_FALSE(value) << text;
    EXPECT_NE(std::string_view{value.error()}.find("room"), std::string_view::npos) << text;
  }
}

// RFC 8259, section 6, defines JSON numbers.
TEST(DecimalSeconds, OnlyJsonNumbersAreNumbers) {
  for (const char* text : {"", "-", "+1", ".5", "1.", "01", "1e", "1e+", "NaN", "nan", "Infinity", "-inf",
                           "0x10", " 1", "1 ", "1,5", "1_000", "1e5.0"}) {
    EXPECT_FALSE(parse_decimal_seconds(text)) << text;
  }
}

}  // namespace
}  // namespace isletime::decimal_seconds_test
