// SPDX-License-Identifier: MIT
#include "libsync/policy/server_state.hpp"

#include <gtest/gtest.h>

#include "libsync/policy/measurement.hpp"

namespace isletime::server_state_test {
namespace {

using namespace std::chrono_literals;

constexpr WallTime kSetAt{1'770'000'000s};
constexpr auto kDay = 24h;

constexpr ServerState kFollowing{
    .leap = Leap::kNone,
    .stratum = 2,
    .reference_time = kSetAt,
    .root_dispersion = {20ms},
};

TEST(ServerState, IsUnsynchronisedUntilASourceHasSetTheClock) {
  EXPECT_FALSE(is_synchronised(ServerState{}, kSetAt));
  EXPECT_FALSE(is_synchronised(unsynchronised(-20), kSetAt));
  EXPECT_EQ(unsynchronised(-20).precision, -20);
}

TEST(ServerState, IsSynchronisedAtStrata1To15WithALeapBelow3) {
  for (int stratum = 0; stratum <= 255; ++stratum) {
    ServerState state = kFollowing;
    state.stratum = static_cast<std::uint8_t>(stratum);
    EXPECT_EQ(is_synchronised(state, kSetAt), stratum >= 1 && stratum <= 15) << stratum;
  }
  for (const Leap leap : {Leap::kNone, Leap::kInsert, Leap::kDelete}) {
    ServerState state = kFollowing;
    state.leap = leap;
    EXPECT_TRUE(is_synchronised(state, kSetAt));
  }
  ServerState state = kFollowing;
  state.leap = Leap::kUnsynchronised;
  EXPECT_FALSE(is_synchronised(state, kSetAt));
}

TEST(ServerState, IsNotBelievedWithAClockBeforeTheBuildDate) {
  ServerState state = kFollowing;
  state.not_before = kSetAt;
  EXPECT_FALSE(is_synchronised(state, kSetAt - 1ns));
  EXPECT_TRUE(is_synchronised(state, kSetAt));
}

// RFC 5905, section 4: PHI is 15 ppm, which is 15 ms in 1000 s.
TEST(ServerState, DispersionGrowsBy15PpmAtFirst) {
  EXPECT_EQ(root_dispersion_at(kFollowing, kSetAt).value, 20ms);
  const nanoseconds grown = root_dispersion_at(kFollowing, kSetAt + 1000s).value - 20ms;
  EXPECT_LE(grown, 15ms);
  EXPECT_GT(grown, 14'900us);
}

TEST(ServerState, DispersionStillGrowsAfterMonths) {
  auto last = root_dispersion_at(kFollowing, kSetAt);
  for (int days = 1; days <= 360; ++days) {
    const auto next = root_dispersion_at(kFollowing, kSetAt + days * kDay);
    EXPECT_GT(next, last) << days;
    last = next;
  }
}

TEST(ServerState, DispersionNeverReachesTheLimitOfItsGrowth) {
  for (const auto age : {nanoseconds{kDay}, nanoseconds{10'000 * kDay}, nanoseconds{80'000 * kDay}}) {
    EXPECT_LT(root_dispersion_at(kFollowing, kSetAt + age).value, 20ms + 16s);
  }
}

TEST(ServerState, DispersionIsHalfTheLimitWhen15PpmWouldReachIt) {
  ServerState state = kFollowing;
  state.growth_limit = {15ms};
  EXPECT_EQ(root_dispersion_at(state, kSetAt + 1000s).value, 20ms + 7'500us);
}

TEST(ServerState, AClockThatIsKnownToBeFastOrSlowIsTrustedLess) {
  ServerState state = kFollowing;
  state.growth_rate = Ppm::whole(150);
  const nanoseconds grown = root_dispersion_at(state, kSetAt + 1000s).value - 20ms;
  EXPECT_LE(grown, 150ms);
  EXPECT_GE(grown, 148ms);
  state.growth_rate = Ppm::whole(2'000'000'000);
  EXPECT_LT(root_dispersion_at(state, WallTime::max()).value, 20ms + 16s);
}

TEST(ServerState, DispersionDoesNotShrinkWhenTheClockIsBehindItsReference) {
  EXPECT_EQ(root_dispersion_at(kFollowing, kSetAt - 1000s).value, 20ms);
}

TEST(ServerState, DispersionOfHostileClocksStaysInRange) {
  ServerState state = kFollowing;
  state.reference_time = WallTime::min();
  EXPECT_LT(root_dispersion_at(state, WallTime::max()).value, 20ms + 16s);
  state.reference_time = WallTime::max();
  EXPECT_EQ(root_dispersion_at(state, WallTime::min()).value, 20ms);
}

TEST(ServerState, DispersionGrowsBelowMaxdispWhateverTheLimit) {
  const WallTime later = kSetAt + 10'000 * kDay;
  ServerState state = kFollowing;
  state.growth_limit = {24h};
  EXPECT_EQ(root_dispersion_at(state, later), root_dispersion_at(kFollowing, later));
}

// The bound grows for a year at 15 ppm.
TEST(ServerState, ABoundThatIsKnownGrowsOn) {
  ServerState state = kFollowing;
  state.growth_limit = kUnlimited;
  EXPECT_EQ(root_dispersion_at(state, kSetAt + 365 * kDay).value,
            20ms + nanoseconds{365 * kDay} * 15 / 1'000'000);
}

TEST(ServerState, DispersionDoesNotGrowIfItsLimitIsZero) {
  ServerState state = kFollowing;
  state.growth_limit = {};
  EXPECT_EQ(root_dispersion_at(state, kSetAt).value, 20ms);
  EXPECT_LT(root_dispersion_at(state, kSetAt + kDay).value, 20ms + 1us);
}

// busybox, the strictest client in common use, refuses a root distance of 1 s.
TEST(ServerState, TheIslandsOwnClockStaysBelievableForYears) {
  const ServerState state = local_reference(10, -20, kSetAt, kSetAt);
  nanoseconds last{};
  for (const auto age :
       {nanoseconds{1h}, nanoseconds{kDay}, nanoseconds{30 * kDay}, nanoseconds{360 * kDay}}) {
    const nanoseconds dispersion = root_dispersion_at(state, kSetAt + age).value;
    EXPECT_GT(dispersion, last);
    last = dispersion;
  }
  Header header;
  header.root_delay = ShortTime::round_up(state.root_delay.value);
  header.root_dispersion = ShortTime::round_up(root_dispersion_at(state, kSetAt + 3650 * kDay).value);
  EXPECT_LT(root_distance(header), 1s);
}

TEST(ServerState, TheIslandsOwnClockIsSynchronisedSinceItWasSet) {
  const ServerState state = local_reference(10, -18, kSetAt, kSetAt - 1h);
  EXPECT_TRUE(is_synchronised(state, kSetAt));
  EXPECT_FALSE(is_synchronised(state, kSetAt - 2h));
  EXPECT_EQ(state.leap, Leap::kNone);
  EXPECT_EQ(state.stratum, 10);
  EXPECT_EQ(state.precision, -18);
  EXPECT_EQ(state.reference_time, kSetAt);
}

TEST(ServerState, TheIslandsOwnClockIsNamed127_127_1_1AndInAsciiAtStratum1) {
  EXPECT_EQ(local_reference(10, -20, kSetAt, kSetAt).reference_id.value,
            127U << 24 | 127U << 16 | 1U << 8 | 1U);
  EXPECT_EQ(local_reference(1, -20, kSetAt, kSetAt).reference_id, ReferenceId::ascii("LOCL"));
}

}  // namespace
}  // namespace isletime::server_state_test
