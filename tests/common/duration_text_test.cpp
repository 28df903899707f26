// SPDX-License-Identifier: MIT
#include "tools/common/duration_text.hpp"

#include <gtest/gtest.h>

namespace isletime::duration_text_test {
namespace {

using namespace std::chrono_literals;

TEST(DurationText, UsesTheUnitThatPeopleWould) {
  EXPECT_EQ(duration_text(340ns), "340 ns");
  EXPECT_EQ(duration_text(12'300ns), "12.3 us");
  EXPECT_EQ(duration_text(1'234us), "1.234 ms");
  EXPECT_EQ(duration_text(5s), "5.000 s");
  EXPECT_EQ(duration_text(10min), "10 min");
  EXPECT_EQ(duration_text(3h + 20min), "3 h 20 min");
  EXPECT_EQ(duration_text(24h * 412), "412 days");
}

}  // namespace
}  // namespace isletime::duration_text_test
