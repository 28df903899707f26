// SPDX-License-Identifier: MIT
#include "libsync/policy/announcement.hpp"

#include <gtest/gtest.h>

namespace isletime::announcement_test {
namespace {

using namespace std::chrono_literals;

constexpr WallTime kSetAt{1'770'000'000s};
constexpr WallTime kNow = kSetAt + 100s;
constexpr std::int8_t kPoll = 6;

constexpr ServerState kFollowing{
    .leap = Leap::kInsert,
    .stratum = 3,
    .precision = -24,
    .reference_id = {0xc000'0201},
    .reference_time = kSetAt,
    .root_delay = {10ms},
    .root_dispersion = {20ms},
};

Header header_of(const ServerState& state) {
  const auto announcement = announce(state, kPoll, kNow);
  EXPECT_TRUE(announcement.has_value());
  return announcement ? parse_header(*announcement) : Header{};
}

TEST(Announcement, IsOfVersion4InModeBroadcastWithItsInterval) {
  const Header header = header_of(kFollowing);
  EXPECT_EQ(header.version, 4);
  EXPECT_EQ(header.mode, Mode::kBroadcast);
  EXPECT_EQ(header.poll, 6);
}

// RFC 5905, section 8: a broadcast has neither an origin nor a receive timestamp.
TEST(Announcement, HasNoStampButTheReferenceUntilItIsSentInBasicMode) {
  const Header header = header_of(kFollowing);
  EXPECT_TRUE(header.origin.is_unset());
  EXPECT_TRUE(header.receive.is_unset());
  EXPECT_TRUE(header.transmit.is_unset());
  EXPECT_EQ(header.reference, to_ntp(kSetAt));
}

TEST(Announcement, SaysOfTheClockWhatRepliesSay) {
  const Header header = header_of(kFollowing);
  EXPECT_EQ(header.leap, Leap::kInsert);
  EXPECT_EQ(header.stratum, 3);
  EXPECT_EQ(header.precision, -24);
  EXPECT_EQ(header.reference_id, ReferenceId{0xc000'0201});
  EXPECT_GE(header.root_delay.to_nanoseconds(), 10ms);
  // The dispersion grows by 15 ppm over the 100 s since the clock was set.
  EXPECT_GE(header.root_dispersion.to_nanoseconds(), 20ms + 1400us);
  EXPECT_LE(header.root_dispersion.to_nanoseconds(), 20ms + 1600us);
}

TEST(Announcement, IsNotMadeWhileTheClockIsNotSet) {
  EXPECT_EQ(announce(unsynchronised(-20), kPoll, kNow), std::nullopt);
  ServerState state = kFollowing;
  state.stratum = 16;
  EXPECT_EQ(announce(state, kPoll, kNow), std::nullopt);
  state = kFollowing;
  state.not_before = kNow + 1ns;
  EXPECT_EQ(announce(state, kPoll, kNow), std::nullopt);
}

TEST(Announcement, HasTheOriginThatItIsGiven) {
  const auto announcement = announce(kFollowing, kPoll, kNow, to_ntp(kNow - 64s));
  ASSERT_TRUE(announcement);
  const Header header = parse_header(*announcement);
  EXPECT_EQ(header.origin, to_ntp(kNow - 64s));
  EXPECT_TRUE(header.receive.is_unset());
}

// RFC 9769, section 4.
class InterleavedAnnouncement : public testing::Test {
 protected:
  static constexpr MonoTime kSentAt{5000s};
  const SentAnnouncement last{.transmit = kNow, .at = kSentAt, .left = kNow + 80us};

  NtpTimestamp after_a_minute(nanoseconds gained) const {
    return origin_after(last, kNow + 64s + gained, kSentAt + 64s);
  }
};

TEST_F(InterleavedAnnouncement, SaysWhenTheOneBeforeReallyLeft) {
  EXPECT_EQ(after_a_minute(0ns), to_ntp(kNow + 80us));
}

TEST_F(InterleavedAnnouncement, GoesOnWhileTheClockIsSlewed) {
  EXPECT_EQ(after_a_minute(32ms), to_ntp(kNow + 80us));
  EXPECT_EQ(after_a_minute(-32ms), to_ntp(kNow + 80us));
}

TEST_F(InterleavedAnnouncement, IsBasicAgainAfterAStep) {
  EXPECT_TRUE(after_a_minute(100ms).is_unset());
  EXPECT_TRUE(after_a_minute(-100ms).is_unset());
  EXPECT_TRUE(after_a_minute(1'000'000'000s).is_unset());
  EXPECT_TRUE(origin_after(last, WallTime::min(), kSentAt + 64s).is_unset());
}

TEST_F(InterleavedAnnouncement, SaysNothingOfOneThatLeftBeforeItWasStampedOrASecondLater) {
  SentAnnouncement odd = last;
  odd.left = kNow - 1ns;
  EXPECT_TRUE(origin_after(odd, kNow + 64s, kSentAt + 64s).is_unset());
  odd.left = kNow + 1001ms;
  EXPECT_TRUE(origin_after(odd, kNow + 64s, kSentAt + 64s).is_unset());
}

}  // namespace
}  // namespace isletime::announcement_test
