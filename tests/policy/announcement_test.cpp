// SPDX-License-Identifier: MIT
#include "libsync/policy/announcement.hpp"

#include <gtest/gtest.h>

namespace isletime {
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
TEST(Announcement, HasNoStampButTheReferenceUntilItIsSent) {
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

}  // namespace
}  // namespace isletime
