// SPDX-License-Identifier: MIT
#include "libsync/record/plain_text.hpp"

#include <gtest/gtest.h>

namespace isletime::plain_text_test {
namespace {

TEST(PlainText, IsUtf8OfOneToFourBytes) {
  EXPECT_TRUE(is_plain(""));
  EXPECT_TRUE(is_plain("ntp:192.0.2.7 ~"));
  EXPECT_TRUE(is_plain("\u00a0 \u00fc \u20ac \U0001f3dd"));
}

TEST(PlainText, HasNoControlCharacterThatATerminalWouldObey) {
  for (const char* text : {"\033[2J", "a\nb", "\x7f", "\u009b2J", "\u0085"}) EXPECT_FALSE(is_plain(text));
  EXPECT_FALSE(is_plain(std::string_view{"\0", 1}));
}

// RFC 3629, sections 3 and 10, excludes these sequences.
TEST(PlainText, HasNoBytesThatAreNoUtf8) {
  for (const char* text : {"\x80", "\xc0\xaf", "\xe0\x80\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe2\x82",
                           "\xc3(", "\xff", "\xf8\x88\x80\x80\x80"}) {
    EXPECT_FALSE(is_plain(text));
  }
}

TEST(PlainText, IsMadeByteByByte) {
  EXPECT_EQ(made_plain("a\033[31m\xe2\x82\xac\xffz"), "a?[31m\u20ac?z");
  EXPECT_EQ(made_plain("\u009b"), "??");
}

TEST(PlainText, IsShortenedBehind40Bytes) {
  const std::string forty(40, 'a');
  EXPECT_EQ(shortened(forty), forty);
  EXPECT_EQ(shortened(forty + 'b'), forty + "...");
  EXPECT_EQ(shortened("a\nb"), "a?b");
}

}  // namespace
}  // namespace isletime::plain_text_test
