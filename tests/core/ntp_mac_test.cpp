// SPDX-License-Identifier: MIT
#include "libsync/core/ntp_mac.hpp"

#include <gtest/gtest.h>

#include "tests/core/vectors/ntp_mac_vectors.hpp"

namespace isletime::vectors::ntp_mac_test {
namespace {

static_assert(all_hold(kNtpMacChecks));

TEST(NtpMac, ABareHeaderHasNeitherMacNorExtensionFields) {
  EXPECT_EQ(first_failing<kBareHeaders>(), kNone);
}

TEST(NtpMac, FourZeroBytesAreACryptoNak) {
  EXPECT_EQ(first_failing<kCryptoNaks>(), kNone);
}

TEST(NtpMac, Version4MacsAre20Or24BytesLong) {
  EXPECT_EQ(first_failing<kVersion4Macs>(), kNone);
}

TEST(NtpMac, NoOtherRemainderIsAVersion4Mac) {
  EXPECT_EQ(first_failing<kVersion4MacLengths>(), kNone);
}

TEST(NtpMac, UpToVersion3EverythingAfterTheHeaderIsMac) {
  EXPECT_EQ(first_failing<kMacsUpToVersion3>(), kNone);
}

TEST(NtpMac, NoOtherLengthIsAnOlderMac) {
  EXPECT_EQ(first_failing<kOlderMacLengths>(), kNone);
}

TEST(NtpMac, AnythingLongerThan24BytesStartsWithAnExtensionField) {
  EXPECT_EQ(first_failing<kExtensionFields>(), kNone);
}

TEST(NtpMac, AMacMayFollowExtensionFieldsOf16BytesOrMore) {
  EXPECT_EQ(first_failing<kMacsAfterExtensionFields>(), kNone);
}

TEST(NtpMac, ExtensionFieldsHave16BytesAMultipleOf4AndEndInsideThePacket) {
  EXPECT_EQ(first_failing<kBadFields>(), kNone);
}

TEST(NtpMac, TheLastExtensionFieldWithoutMacHasAtLeast28Bytes) {
  EXPECT_EQ(first_failing<kShortLastFields>(), kNone);
}

TEST(NtpMac, ExtensionFieldsAreTakenOffOneByOne) {
  EXPECT_EQ(first_failing<kFirstFields>(), kNone);
  EXPECT_EQ(first_failing<kNoFields>(), kNone);
}

}  // namespace
}  // namespace isletime::vectors::ntp_mac_test
