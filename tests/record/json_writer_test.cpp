// SPDX-License-Identifier: MIT
#include "libsync/record/json_writer.hpp"

#include <array>
#include <limits>

#include <gtest/gtest.h>

namespace isletime::json_writer_test {
namespace {

using namespace std::chrono_literals;

TEST(JsonWriter, WritesEachKindInOrder) {
  const auto written = JsonWriter{}
                           .text("t", "a\"b")
                           .time("w", WallTime{1'770'091'506s + 7ns})  // by date(1)
                           .flag("f", true)
                           .count("n", 3)
                           .seconds("s", -1ns)
                           .number("d", 1.25, 3)
                           .raw("r", "[]")
                           .object();
  EXPECT_EQ(written, R"({"t":"a\"b","w":"2026-02-03T04:05:06.000000007Z","f":true,"n":3,"s":-0.000000001,)"
                     R"("d":1.250,"r":[]})");
}

TEST(JsonWriter, LeavesOutWhatIsAbsentOrNoNumber) {
  const auto written = JsonWriter{}
                           .text("t", std::optional<std::string>{})
                           .seconds("s", std::nullopt)
                           .number("d", std::nullopt, 3)
                           .number("nan", std::numeric_limits<double>::quiet_NaN(), 3)
                           .number("inf", std::numeric_limits<double>::infinity(), 3)
                           .object();
  EXPECT_EQ(written, "{}");
}

TEST(JsonWriter, ArraysAreOfWhatIsJsonAlready) {
  EXPECT_EQ(json_array({}), "[]");
  const std::array<std::string, 2> items{"1", "{}"};
  EXPECT_EQ(json_array(items), "[1,{}]");
}

}  // namespace
}  // namespace isletime::json_writer_test
