// SPDX-License-Identifier: MIT
#include "libsync/core/text_writer.hpp"

#include <limits>

#include <gtest/gtest.h>

namespace isletime::text_writer_test {
namespace {

using namespace std::chrono_literals;

class TextWriterTest : public testing::Test {
 protected:
  std::array<char, 64> room{};
  TextWriter out{room};
};

TEST_F(TextWriterTest, WritesNumbersWithoutLeadingZeros) {
  EXPECT_EQ(out.number(0).text(" ").number(std::numeric_limits<std::uint64_t>::max()).view(),
            "0 18446744073709551615");
}

TEST_F(TextWriterTest, FillsDigitsUpWithZeros) {
  EXPECT_EQ(out.digits(7, 2).text(" ").digits(123, 2).text(" ").digits(0, 4).view(), "07 123 0000");
}

TEST_F(TextWriterTest, WritesSecondsWithNineDecimals) {
  EXPECT_EQ(out.seconds(1'500'000'001ns).text(" ").seconds(-1ns).view(), "1.500000001 -0.000000001");
}

TEST_F(TextWriterTest, WritesTheLeastDuration) {
  EXPECT_EQ(out.seconds(nanoseconds::min()).view(), "-9223372036.854775808");
}

TEST_F(TextWriterTest, WritesBytesAsHexadecimalDigits) {
  const std::array<std::uint8_t, 3> bytes{0x00, 0x9f, 0xff};
  EXPECT_EQ(out.hex(bytes).view(), "009fff");
}

TEST_F(TextWriterTest, WritesTheLowestHexadecimalDigits) {
  EXPECT_EQ(out.hex(0x123abc, 4).text(" ").hex(0xf, 3).view(), "3abc 00f");
}

TEST_F(TextWriterTest, WritesAnAddress) {
  EXPECT_EQ(out.address(IpAddress::v4(0xc0a8'0400)).view(), "192.168.4.0");
}

TEST(TextWriter, LeavesOutWhatDoesNotFitAndSaysSo) {
  std::array<char, 4> room{};
  TextWriter out{room};
  EXPECT_TRUE(out.text("abcd").is_whole());
  EXPECT_FALSE(out.number(5).is_whole());
  EXPECT_EQ(out.view(), "abcd");
}

}  // namespace
}  // namespace isletime::text_writer_test
