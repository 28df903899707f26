// SPDX-License-Identifier: MIT
#include "libsync/core/hex.hpp"

#include <gtest/gtest.h>

namespace isletime::hex_test {
namespace {

TEST(Hex, IsReadInEitherCase) {
  EXPECT_EQ(parse_hex<4>("00fFA59b"), (std::array<std::uint8_t, 4>{0x00, 0xff, 0xa5, 0x9b}));
}

TEST(Hex, OfAnotherLengthOrWithAnythingElseIsNotRead) {
  for (const char* text : {"", "0", "000", "00000", "0g00", "g000", "-100", " 100", "0x10",
                           "00\xff"
                           "0"}) {
    EXPECT_FALSE(parse_hex<2>(text)) << text;
  }
}

}  // namespace
}  // namespace isletime::hex_test
