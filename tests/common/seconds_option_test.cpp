// SPDX-License-Identifier: MIT
#include "tools/common/seconds_option.hpp"

#include <gtest/gtest.h>

namespace isletime::seconds_option_test {
namespace {

using namespace std::chrono_literals;

TEST(SecondsOption, IsExact) {
  EXPECT_EQ(parse_seconds("2"), 2s);
  EXPECT_EQ(parse_seconds("0.25"), 250ms);
  EXPECT_EQ(parse_seconds(".5"), 500ms);
  EXPECT_EQ(parse_seconds("3."), 3s);
  EXPECT_EQ(parse_seconds("0.000000001"), 1ns);
  EXPECT_EQ(parse_seconds("999999999.999999999"), 999'999'999s + 999'999'999ns);
}

TEST(SecondsOption, RefusesWhatIsNoDecimalNumber) {
  for (const char* text : {"", ".", "-1", "+1", "1e3", "nan", "inf", "1,5", " 1", "1 ", "0x1", "1.2.3",
                           "0.0000000001", "1000000000"}) {
    EXPECT_FALSE(parse_seconds(text)) << text;
  }
}

}  // namespace
}  // namespace isletime::seconds_option_test
