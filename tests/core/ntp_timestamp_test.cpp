// SPDX-License-Identifier: MIT
#include "libsync/core/ntp_timestamp.hpp"

#include <random>

#include <gtest/gtest.h>

#include "tests/core/vectors/ntp_timestamp_vectors.hpp"

namespace isletime::vectors::ntp_timestamp_test {
namespace {

static_assert(all_hold(kNtpTimestampChecks));

template <class T>
concept Ordered = requires(T a, T b) {
  a < b;
};

TEST(NtpTimestamp, HasNoOrderAsErasWrap) {
  static_assert(!Ordered<NtpTimestamp>);
}

TEST(NtpTimestamp, SubtractsToNanoseconds) {
  EXPECT_EQ(first_failing<kSmallDifferences>(), kNone);
}

TEST(NtpTimestamp, DifferencesRoundToTheNearestNanosecondEitherWay) {
  EXPECT_EQ(first_failing<kDifferencesRoundToNearest>(), kNone);
}

TEST(NtpTimestamp, DifferencesFrom1099SecondsTo68YearsDoNotOverflow) {
  EXPECT_EQ(first_failing<kDifferencesAbove1099Seconds>(), kNone);
}

TEST(NtpTimestamp, DifferencesAreRightAcrossEras) {
  EXPECT_EQ(first_failing<kDifferencesAcrossEras>(), kNone);
}

TEST(NtpTimestamp, AllZeroMeansUnsetNot1900) {
  EXPECT_EQ(first_failing<kUnset>(), kNone);
}

TEST(NtpTimestamp, FirstInstantOfAnEraIsNotSentAsUnset) {
  EXPECT_EQ(first_failing<kFirstInstantsOfEras>(), kNone);
}

TEST(NtpTimestamp, AgreesWithTheDatesOfRfc868) {
  EXPECT_EQ(first_failing<kDatesOfRfc868>(), kNone);
}

TEST(NtpTimestamp, AgreesWithTheDatesOfRfc5905) {
  EXPECT_EQ(first_failing<kDatesOfRfc5905>(), kNone);
}

TEST(NtpTimestamp, ConversionsRoundToNearest) {
  EXPECT_EQ(first_failing<kConversionsRoundToNearest>(), kNone);
}

TEST(NtpTimestamp, ConvertsTheEarliestAndTheLatestWallTime) {
  EXPECT_EQ(first_failing<kConversionsAtTheEndsOfTheRange>(), kNone);
}

TEST(NtpTimestamp, UnfoldsToTheInstantNearestToThePivot) {
  EXPECT_EQ(first_failing<kUnfoldingsNearAPivot>(), kNone);
}

TEST(NtpTimestamp, UnfoldsIntoEra1) {
  EXPECT_EQ(first_failing<kUnfoldingsOfEra1>(), kNone);
}

TEST(NtpTimestamp, DoesNotUnfoldBeyondWallTime) {
  EXPECT_EQ(first_failing<kUnfoldingsOutOfRange>(), kNone);
}

TEST(NtpTimestamp, EveryNanosecondSurvivesTheWireWithinHalfAnEra) {
  std::mt19937_64 random{5905};
  std::uniform_int_distribution<std::int64_t> instants{-9'000'000'000'000'000'000, 9'000'000'000'000'000'000};
  std::uniform_int_distribution<std::int64_t> distances{-0x7fff'fffe, 0x7fff'fffe};
  for (int i = 0; i < 100'000; ++i) {
    const nanoseconds instant{instants(random)};
    const seconds distance{distances(random)};
    if ((instant > nanoseconds::zero()) == (distance > seconds::zero())) continue;  // keeps the sum in range
    const WallTime near{instant + distance};
    ASSERT_EQ(unfold(to_ntp(WallTime{instant}), near), WallTime{instant}) << instant.count();
  }
}

}  // namespace
}  // namespace isletime::vectors::ntp_timestamp_test
