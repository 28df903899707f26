// SPDX-License-Identifier: MIT
#include "libsync/core/aes_cmac.hpp"

#include <gtest/gtest.h>

#include "tests/core/vectors/aes_cmac_vectors.hpp"

namespace isletime::vectors::aes_cmac_test {
namespace {

static_assert(kEncryptions[0].holds());  // more would exceed a compiler's limit of steps

TEST(Aes128, EncryptsTheBlocksOfItsStandards) {
  EXPECT_EQ(first_failing<kEncryptions>(), kNone);
}

TEST(AesCmac, TagsTheMessagesOfRfc4493) {
  EXPECT_EQ(first_failing<kTaggings>(), kNone);
}

TEST(NtpCmac, AcceptsNoPacketOfWhichABitIsWrong) {
  EXPECT_EQ(first_failing<kForgeries>(), kNone);
}

TEST(NtpCmac, AcceptsNoCryptoNakAndNoMacOfAnotherSize) {
  const Hex secret{"2b7e151628aed2a6abf7158809cf4f3c"};
  const CmacKey key{0, Aes128Cmac{secret.block()}};
  const std::array<std::uint8_t, 72> datagram{0x23};
  EXPECT_FALSE(is_signed_by(key, Bytes{datagram}.first(52), Mac{0, {}}));
  EXPECT_FALSE(is_signed_by(key, datagram, Mac{0, Bytes{datagram}.last(20)}));
  EXPECT_FALSE(is_signed_by(key, Bytes{datagram}.first(16), Mac{0, Bytes{datagram}.last(16)}));
}

TEST(IsEqualInConstantTime, ComparesAllBytesAndTheSize) {
  const std::array<std::uint8_t, 3> bytes{1, 2, 3};
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    std::array<std::uint8_t, 3> other = bytes;
    EXPECT_TRUE(is_equal_in_constant_time(bytes, other));
    other[i] ^= 0x80;
    EXPECT_FALSE(is_equal_in_constant_time(bytes, other));
  }
  EXPECT_FALSE(is_equal_in_constant_time(bytes, Bytes{bytes}.first(2)));
  EXPECT_TRUE(is_equal_in_constant_time({}, {}));
}

}  // namespace
}  // namespace isletime::vectors::aes_cmac_test
