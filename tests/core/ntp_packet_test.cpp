// SPDX-License-Identifier: MIT
#include "libsync/core/ntp_packet.hpp"

#include <gtest/gtest.h>

#include "tests/core/vectors/ntp_packet_vectors.hpp"

namespace isletime::vectors::ntp_packet_test {
namespace {

static_assert(all_hold(kNtpPacketChecks));

TEST(NtpPacket, FirstByteIsLeapVersionAndMode) {
  EXPECT_EQ(first_failing<kFirstBytes>(), kNone);
}

TEST(NtpPacket, ReadsAndWritesCapturedPackets) {
  EXPECT_EQ(first_failing<kCapturedHeaders>(), kNone);
}

TEST(NtpPacket, KissOfDeathIsLeap3StratumZeroAndACode) {
  EXPECT_EQ(first_failing<kKissesOfDeath>(), kNone);
  for (const Layout& kiss : kKissesOfDeath) EXPECT_TRUE(is_ascii_code(kiss.header.reference_id));
}

TEST(NtpPacket, ReadsStratum16AndExtremeFieldsWithoutJudging) {
  EXPECT_EQ(first_failing<kUnlikelyHeaders>(), kNone);
}

TEST(NtpPacket, EveryByteOfAHeaderSurvivesParsingAndEmitting) {
  for (std::size_t at = 0; at < kHeaderSize; ++at) {
    for (int value = 0; value < 256; ++value) {
      HeaderBytes bytes{};
      bytes[at] = static_cast<std::uint8_t>(value);
      HeaderBytes emitted{};
      emit_header(parse_header(bytes), emitted);
      ASSERT_EQ(emitted, bytes);
    }
  }
}

TEST(NtpPacket, Versions1To4SurviveParsingAndEmittingWithTheirTrailers) {
  EXPECT_EQ(first_failing<kRoundTrips>(), kNone);
}

TEST(NtpPacket, FewerThan48BytesAreTooShort) {
  EXPECT_EQ(first_failing<kTooShort>(), kNone);
}

TEST(NtpPacket, Versions0And5To7AreUnsupported) {
  EXPECT_EQ(first_failing<kUnsupportedVersions>(), kNone);
}

TEST(NtpPacket, NamesWhatIsWrongBehindTheHeader) {
  EXPECT_EQ(first_failing<kBadTrailers>(), kNone);
}

TEST(NtpPacket, ParseErrorsKeepTheirNamesInOtherEnums) {
  enum class Reason { kBadExtensionField, kBadMacLength, kUnsupportedVersion, kTooShort };
  EXPECT_EQ(as<Reason>(ParseError::kTooShort), Reason::kTooShort);
  EXPECT_EQ(as<Reason>(ParseError::kUnsupportedVersion), Reason::kUnsupportedVersion);
  EXPECT_EQ(as<Reason>(ParseError::kBadMacLength), Reason::kBadMacLength);
  EXPECT_EQ(as<Reason>(ParseError::kBadExtensionField), Reason::kBadExtensionField);
}

}  // namespace
}  // namespace isletime::vectors::ntp_packet_test
