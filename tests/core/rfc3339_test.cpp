// SPDX-License-Identifier: MIT
#include "libsync/core/rfc3339.hpp"

#include <random>

#include <gtest/gtest.h>

#include "tests/core/vectors/rfc3339_vectors.hpp"

namespace isletime::vectors::rfc3339_test {
namespace {

static_assert(all_hold(kRfc3339Checks));

std::string_view text_of(const rfc3339::Written& written) {
  return {written.data(), written.size()};
}

TEST(Rfc3339, ReadsTheExamplesOfTheRfc) {
  EXPECT_EQ(first_failing<kExamplesOfRfc3339>(), kNone);
}

TEST(Rfc3339, ALeapSecondIsTheInstantThatFollowsIt) {
  EXPECT_EQ(first_failing<kLeapSeconds>(), kNone);
}

TEST(Rfc3339, LeapSecondsOnlyEndAMonthOfUtc) {
  EXPECT_EQ(first_failing<kMisplacedLeapSeconds>(), kNone);
}

TEST(Rfc3339, ReadsOffsetsSmallLettersAndABlank) {
  EXPECT_EQ(first_failing<kVariants>(), kNone);
}

TEST(Rfc3339, CutsTheFractionAfterNineDigits) {
  EXPECT_EQ(first_failing<kFractions>(), kNone);
}

TEST(Rfc3339, ReadsToTheEndsOfWallTimeWhateverTheOffset) {
  EXPECT_EQ(first_failing<kReadableEnds>(), kNone);
}

TEST(Rfc3339, RefusesWhatTheGrammarDoes) {
  EXPECT_EQ(first_failing<kBadSyntax>(), kNone);
}

TEST(Rfc3339, RefusesTimesThatDoNotExist) {
  EXPECT_EQ(first_failing<kNoSuchTimes>(), kNone);
}

TEST(Rfc3339, RefusesTimesOutOfRange) {
  EXPECT_EQ(first_failing<kOutOfRange>(), kNone);
}

TEST(Rfc3339, EveryTextCutShortIsBadSyntax) {
  constexpr std::string_view kText = "1937-01-01T12:00:27.87+00:20";
  for (std::size_t length = 0; length < kText.size(); ++length) {
    const auto time = parse_rfc3339(kText.substr(0, length));
    ASSERT_FALSE(time) << length;
    EXPECT_EQ(time.error(), Rfc3339Error::kBadSyntax) << length;
  }
}

TEST(Rfc3339, WritesUtcWithNineDecimals) {
  EXPECT_EQ(first_failing<kWritings>(), kNone);
}

TEST(Rfc3339, ReadsWhatItWrites) {
  std::mt19937_64 random{3339};
  for (int i = 0; i < 100'000; ++i) {
    const WallTime time{nanoseconds{static_cast<std::int64_t>(random())}};
    const auto read = parse_rfc3339(text_of(format_rfc3339(time)));
    ASSERT_TRUE(read) << text_of(format_rfc3339(time));
    ASSERT_EQ(*read, time);
  }
}

}  // namespace
}  // namespace isletime::vectors::rfc3339_test
