// SPDX-License-Identifier: MIT
#include "libsync/policy/interleaved_stamps.hpp"

#include <gtest/gtest.h>

namespace isletime {
namespace {

constexpr IpAddress kClient = IpAddress::v4(0xc000'0209);
constexpr IpAddress kOther = IpAddress::v4(0xc000'020a);

constexpr NtpTimestamp stamp(std::uint64_t raw) {
  return NtpTimestamp::from_raw(raw);
}

TEST(InterleavedStamps, FindsWhenTheReplyLeft) {
  InterleavedStamps stamps;
  stamps.save(stamp(1), kClient, stamp(2));
  EXPECT_EQ(stamps.find(stamp(1), kClient), stamp(2));
  EXPECT_EQ(stamps.find(stamp(3), kClient), std::nullopt);
}

TEST(InterleavedStamps, TellsNobodyOfTheRepliesToOthers) {
  InterleavedStamps stamps;
  stamps.save(stamp(1), kClient, stamp(2));
  EXPECT_EQ(stamps.find(stamp(1), kOther), std::nullopt);
}

TEST(InterleavedStamps, TakesTheKernelsStampWhenItComes) {
  InterleavedStamps stamps;
  stamps.save(stamp(1), kClient, stamp(2));
  stamps.correct(stamp(1), stamp(5));
  EXPECT_EQ(stamps.find(stamp(1), kClient), stamp(5));
  stamps.correct(stamp(7), stamp(9));
  EXPECT_EQ(stamps.find(stamp(7), kClient), std::nullopt);
}

TEST(InterleavedStamps, HasNothingOfAnUnsetStamp) {
  const InterleavedStamps stamps;
  EXPECT_EQ(stamps.find(NtpTimestamp{}, IpAddress{}), std::nullopt);
}

TEST(InterleavedStamps, AFloodMakesAClientAskAgainAndNoMore) {
  InterleavedStamps stamps;
  stamps.save(stamp(1), kClient, stamp(2));
  for (std::uint64_t i = 2; i < 100'000; ++i) stamps.save(stamp(i << 20), kOther, stamp(i));
  EXPECT_EQ(stamps.find(stamp(1), kClient), std::nullopt);
  stamps.save(stamp(1), kClient, stamp(2));
  EXPECT_EQ(stamps.find(stamp(1), kClient), stamp(2));
}

// RFC 9769, section 2.
TEST(InterleavedStamps, OnlyARequestThatTellsItsTwoStampsApartMayBeInterleaved) {
  EXPECT_TRUE(may_be_interleaved(stamp(1), stamp(2), stamp(3)));
  EXPECT_FALSE(may_be_interleaved({}, stamp(2), stamp(3)));
  EXPECT_FALSE(may_be_interleaved(stamp(1), stamp(3), stamp(3)));
}

}  // namespace
}  // namespace isletime
