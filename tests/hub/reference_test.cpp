// SPDX-License-Identifier: MIT
#include "libsync/hub/reference.hpp"

#include <gtest/gtest.h>

#include "libsync/policy/server_header.hpp"

namespace isletime::reference_test {
namespace {

using namespace std::chrono_literals;

constexpr WallTime kBuild{1'770'000'000s};
constexpr WallTime kStart = kBuild + 24h;
constexpr ReferenceId kServer{0xc0a8'0101};

Reference ordinary() {
  return Reference{{.local_stratum = 10, .precision = -20, .floor = kBuild}, kStart};
}

Reference of_island() {
  return Reference{{.is_island_reference = true, .local_stratum = 10, .precision = -20, .floor = kBuild},
                   kStart};
}

Reference::Upstream server(std::uint8_t stratum, WallTime set = kStart) {
  return {.stratum = stratum, .reference_id = kServer, .reference_time = set, .root_delay = {20ms}};
}

void expect_unsynchronised(const ServerState& state) {
  EXPECT_EQ(state.leap, Leap::kUnsynchronised);
  EXPECT_EQ(state.stratum, 0);
  EXPECT_FALSE(is_synchronised(state, kStart + 1h));
}

nanoseconds root_distance(const ServerState& state, WallTime now) {
  return state.root_delay.value / 2 + root_dispersion_at(state, now).value;
}

TEST(Reference, AClockThatNothingVouchesForIsUnsynchronised) {
  expect_unsynchronised(ordinary().state({}));
  EXPECT_FALSE(ordinary().is_vouched());
}

// An island's clients, such as the timers of a race, need agreement and not the time of day.
TEST(Reference, TheIslandsReferenceIsServedWhateverItReads) {
  const ServerState state =
      Reference{{.is_island_reference = true, .local_stratum = 7}, WallTime{}}.state({});
  EXPECT_TRUE(is_synchronised(state, WallTime{} + 1s));
  EXPECT_EQ(state.stratum, 7);
  EXPECT_EQ(state.reference_id, kLocalClock);
}

// RFC 4330's clients refuse a root distance of a second.
TEST(Reference, TheIslandsDispersionStartsHonestAndLevelsOffBelowHalfASecond) {
  const ServerState state = of_island().state({});
  EXPECT_EQ(root_distance(state, kStart), 0ns);
  EXPECT_NEAR(static_cast<double>(root_distance(state, kStart + 1h).count()), 15e-6 * 3600e9, 6e6);
  EXPECT_LT(root_distance(state, kStart + 24h * 300), 500ms);
}

TEST(Reference, TheIslandsReferenceFollowsAServerWhileThereIsOne) {
  Reference reference = of_island();
  reference.on_sync(kStart + 10s, {30ms}, server(2));
  EXPECT_EQ(reference.state({}).stratum, 3);
  reference.on_lost();
  EXPECT_EQ(reference.state({}).stratum, 10);
  EXPECT_EQ(reference.state({}).reference_id, kLocalClock);
}

TEST(Reference, WhatItKnowsIsWhatItServes) {
  Reference reference = ordinary();
  reference.on_sync(kStart, {120s});
  EXPECT_TRUE(reference.is_vouched());
  EXPECT_EQ(root_distance(reference.state({}), kStart), 120s);
}

TEST(Reference, WithoutAnyNewsTheBoundGrowsOn) {
  Reference reference = ordinary();
  reference.on_sync(kStart, {10ms});
  const ServerState state = reference.state({});
  constexpr auto kYear = 24h * 365;
  EXPECT_EQ(root_distance(state, kStart + 1000s), 10ms + 15ms);
  EXPECT_EQ(root_distance(state, kStart + kYear), 10ms + nanoseconds{kYear} / 1'000'000 * 15);
  EXPECT_EQ(root_distance(reference.state(Ppm::whole(100)), kStart + 1000s), 10ms + 100ms);
}

TEST(Reference, AServersBoundGrowsOnWhenItIsLost) {
  Reference reference = ordinary();
  reference.on_sync(kStart, {30ms}, server(2));
  EXPECT_EQ(root_distance(reference.state({}), kStart), 30ms);
  reference.on_lost();
  const ServerState state = reference.state({});
  EXPECT_EQ(state.reference_id, kLocalClock);
  EXPECT_EQ(root_distance(state, kStart + 1000s), 30ms + 15ms);
}

TEST(Reference, OfStratum15ComesStratum16WhichIsUnsynchronised) {
  Reference reference = ordinary();
  reference.on_sync(kStart, {30ms}, server(14));
  EXPECT_EQ(reference.state({}).stratum, 15);
  reference.on_sync(kStart, {30ms}, server(15));
  expect_unsynchronised(reference.state({}));
}

TEST(Reference, OfAServerThatIsUnsynchronisedComesNothingBetter) {
  Reference reference = ordinary();
  auto upstream = server(3);
  upstream.leap = Leap::kUnsynchronised;
  reference.on_sync(kStart, {30ms}, upstream);
  expect_unsynchronised(reference.state({}));
}

// In a ring of servers without a root no clock is set any more, so the reference time must not advance.
TEST(Reference, IsNeverFresherThanItsSource) {
  Reference reference = ordinary();
  reference.on_sync(kStart + 1000s, {30ms}, server(2, kStart));
  EXPECT_EQ(reference.state({}).reference_time, kStart);
  EXPECT_EQ(root_distance(reference.state({}), kStart + 2000s), 30ms + 15ms) << "the bound is of the sync";
  reference.on_sync(kStart + 1000s, {30ms}, server(2, kStart + 1h));
  EXPECT_EQ(reference.state({}).reference_time, kStart + 1000s);
}

TEST(Reference, IsNoFresherThanItsSourceWasAfterItIsLostEither) {
  Reference reference = ordinary();
  reference.on_sync(kStart + 1000s, {30ms}, server(2, kStart));
  reference.on_lost();
  EXPECT_EQ(reference.state({}).reference_time, kStart);
  EXPECT_EQ(root_distance(reference.state({}), kStart + 2000s), 30ms + 15ms) << "the bound is of the sync";
}

TEST(Reference, WhoFollowsALocalClockSaysThatItIsOne) {
  Reference reference = ordinary();
  auto upstream = server(10);
  upstream.is_on_local_clock = true;
  reference.on_sync(kStart, {30ms}, upstream);
  EXPECT_EQ(reference.state({}).stratum, 11);
  EXPECT_EQ(reference.state({}).reference_id, kLocalClock);
}

TEST(Reference, WhatItsSourcesContradictIsNotServed) {
  Reference reference = ordinary();
  reference.on_sync(kStart, {30ms}, server(2));
  reference.on_contradicted(true);
  expect_unsynchronised(reference.state({}));
  EXPECT_FALSE(reference.is_vouched());
  reference.on_contradicted(false);
  EXPECT_EQ(reference.state({}).stratum, 3);
  reference.on_contradicted(true);
  reference.on_sync(kStart + 1s, {1s});
  EXPECT_EQ(reference.state({}).stratum, 10);
}

TEST(Reference, ADoubtWidensTheBoundUntilTheNextSync) {
  Reference reference = ordinary();
  reference.on_sync(kStart, {30ms}, server(2));
  reference.widen({5s});
  reference.widen({1s});
  EXPECT_EQ(root_distance(reference.state({}), kStart), 5s);
  reference.on_sync(kStart, {30ms}, server(2));
  EXPECT_EQ(root_distance(reference.state({}), kStart), 30ms);
}

TEST(Reference, AnotherProgramVouchesByTheKernelsWordForAsLongAsItGivesIt) {
  Reference reference = ordinary();
  reference.on_kernel(kStart, Dispersion{40ms});
  EXPECT_TRUE(reference.is_vouched());
  EXPECT_EQ(root_distance(reference.state({}), kStart), 40ms);
  reference.on_kernel(kStart + 64s, std::nullopt);
  expect_unsynchronised(reference.state({}));
  reference.on_sync(kStart + 65s, {1s});
  reference.on_kernel(kStart + 70s, Dispersion{40ms});
  EXPECT_EQ(root_distance(reference.state({}), kStart + 65s), 1s) << "what we measure counts for more";
}

// A packet's root dispersion is less than 65536 s.
TEST(Reference, ABoundThatNoPacketCanHoldIsServedAsUnsynchronised) {
  Reference reference = ordinary();
  reference.on_sync(kStart, {30ms}, server(2));
  reference.widen({65535s});
  EXPECT_EQ(describe(reference.state({}), kStart).leap, Leap::kNone);
  EXPECT_EQ(describe(reference.state({}), kStart + 24h).leap, Leap::kUnsynchronised) << "it has grown";
  reference.widen({65537s});
  EXPECT_EQ(describe(reference.state({}), kStart).leap, Leap::kUnsynchronised);
  EXPECT_FALSE(is_synchronised(reference.state({}), kStart));
  reference.on_lost();
  reference.widen({nanoseconds::max()});
  EXPECT_FALSE(is_synchronised(reference.state({}), kStart));
}

TEST(Reference, WhatIsUnsetIsUnset) {
  Reference reference = ordinary();
  reference.on_sync(kStart, {30ms}, server(2));
  reference.on_unset();
  expect_unsynchronised(reference.state({}));
}

TEST(Reference, AClockThatReadsLessThanTheBuildTimeIsWrong) {
  Reference reference = ordinary();
  reference.on_sync(kStart, {30ms}, server(2));
  EXPECT_FALSE(is_synchronised(reference.state({}), kBuild - 1s));
}

TEST(Reference, ToldByTheIdentifierWhoIsOnItsOwnClock) {
  EXPECT_TRUE(is_local_clock(10, kLocalClock));
  EXPECT_TRUE(is_local_clock(1, ReferenceId::ascii("LOCL")));
  EXPECT_FALSE(is_local_clock(1, ReferenceId::ascii("GPS\0")));
  EXPECT_FALSE(is_local_clock(2, ReferenceId{0xc0a8'0101}));
}

// 2026-02-02T02:40:00.123456789Z
constexpr WallTime kSetting = kBuild + 123'456'789ns;

TEST(Reference, KnowsAServerThatHasItsTimeFromUsByWhenItsClockWasSet) {
  Reference reference = ordinary();
  EXPECT_FALSE(reference.is_derived(5, to_ntp(kSetting), false));
  reference.on_sync(kStart, {30ms}, server(2, kSetting));
  EXPECT_TRUE(reference.is_derived(5, to_ntp(kSetting), false));
  EXPECT_TRUE(reference.is_derived(5, to_ntp(kSetting + 1ns), false)) << "it was rounded on the way";
  EXPECT_FALSE(reference.is_derived(5, to_ntp(kSetting + 1s), false));
  EXPECT_FALSE(reference.is_derived(2, to_ntp(kSetting), false)) << "it is the server itself";
  reference.on_sync(kStart + 64s, {30ms}, server(2, kSetting + 64s));
  EXPECT_TRUE(reference.is_derived(5, to_ntp(kSetting), false)) << "it lags behind";
  reference.on_lost();
  EXPECT_TRUE(reference.is_derived(5, to_ntp(kSetting + 64s), false)) << "it has not heard of that yet";
}

// An upstream may have copied its setting from the server, but what we set ourselves is stated by us alone.
TEST(Reference, OfServersThatContradictTheClockOnlySettingsOfOurOwnTellFollowers) {
  Reference reference = ordinary();
  reference.on_sync(kStart, {30ms}, server(2, kSetting));
  EXPECT_FALSE(reference.is_derived(5, to_ntp(kSetting), true));
  reference.on_sync(kSetting + 64s, {30ms}, std::nullopt);
  EXPECT_TRUE(reference.is_derived(11, to_ntp(kSetting + 64s), true));
}

TEST(Reference, AServerThatRoundsWhenItsClockWasSetIsNotTakenForAFollower) {
  Reference reference = ordinary();
  reference.on_sync(kStart, {30ms}, server(2, kBuild));
  EXPECT_FALSE(reference.is_derived(5, to_ntp(kBuild), false));
}

}  // namespace
}  // namespace isletime::reference_test
