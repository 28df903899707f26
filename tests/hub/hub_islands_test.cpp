// SPDX-License-Identifier: MIT
// Servers on an undisciplined clock, whose time is an agreement among their clients and not the time of day.
#include <gtest/gtest.h>

#include "tests/hub/hub_play.hpp"

namespace isletime::hub_islands_test {
namespace {

using namespace std::chrono_literals;
using namespace hub_play;

// The server loses its reference, and serves its own clock.
void make_island(Server& server) {
  server.stratum = 10;
  server.reference_id = kLocalClock;
  server.root_dispersion = 0s;
}

Server& add_island(HubPlay& play, nanoseconds off) {
  Server& island = play.add_server();
  make_island(island);
  island.off = off;
  return island;
}

TEST(HubIslands, AFollowerIsNotReliableAndSaysWhy) {
  HubPlay play;
  const Server& island = add_island(play, 300s);
  play.pass(10min);
  EXPECT_EQ(play.standing_of(island), "system-peer");
  EXPECT_TRUE(play.is_synchronised());
  EXPECT_EQ(play.served().stratum, 11);
  EXPECT_EQ(play.served().reference_id, kLocalClock) << "its own clients learn it as well";
  EXPECT_EQ(play.status().kind, "island");
  EXPECT_FALSE(play.is_reliable());
  EXPECT_TRUE(play.warns("on a clock that nobody vouches for")) << play.warnings();
  EXPECT_FALSE(play.is_kernel_told());
  play.stop();
  EXPECT_FALSE(play.saved->last_good_time);
}

TEST(HubIslands, ACameraThatSetsTheClockLaterIsNotServedByTheIslandsBound) {
  HubPlay play;
  Server& island = add_island(play, 300s);
  play.pass(10min);
  island.is_silent = true;
  play.pass(6h);
  ASSERT_TRUE(play.is_synchronised());
  ASSERT_EQ(play.feed("ccapi:https://192.0.2.4", 20s, 30s).name, "adopt");
  EXPECT_FALSE(play.is_synchronised());
  EXPECT_FALSE(play.is_reliable());
}

TEST(HubIslands, NoneReplacesWhatAServerToldBefore) {
  HubPlay play;
  Server& honest = play.add_server();
  const Server& island = add_island(play, 300s);
  play.pass(30min);
  EXPECT_EQ(play.standing_of(island), "outranked");
  honest.leap = Leap::kUnsynchronised;
  play.pass(6h);
  EXPECT_LT(magnitude(play.error()), 100ms);
  EXPECT_EQ(play.served().reference_id, kLocalClock);
  EXPECT_EQ(play.served().stratum, 10) << "its own, and not behind the island's";
  EXPECT_TRUE(play.is_bound_honest());
}

TEST(HubIslands, NoneReplacesWhatAPersonSet) {
  HubPlay play;
  play.set();
  add_island(play, 300s);
  play.pass(3h);
  EXPECT_LT(magnitude(play.error()), 1s);
  EXPECT_EQ(play.status().kind, "manual");
}

TEST(HubIslands, AServerWithAReferenceOutranksAnyNumberOfThem) {
  HubPlay play;
  const Server& one = add_island(play, 3s);
  const Server& two = add_island(play, 3s);
  play.pass(10min);
  const Server& honest = play.add_server();
  play.pass(10min);
  EXPECT_EQ(play.standing_of(honest), "system-peer");
  EXPECT_EQ(play.standing_of(one), "outranked");
  EXPECT_EQ(play.standing_of(two), "outranked");
  EXPECT_TRUE(play.is_reliable());
  EXPECT_LT(magnitude(play.error()), 10ms);
}

// The hub keeps following its island as long as that agrees with the time known before.
TEST(HubIslands, AServerThatBecomesOneIsFollowedWithWhatWasKnownBefore) {
  HubPlay play;
  Server& server = play.add_server();
  play.pass(30min);
  const nanoseconds known = play.status().bound->value;
  make_island(server);
  play.ask(server);
  EXPECT_EQ(play.standing_of(server), "system-peer");
  EXPECT_EQ(play.status().kind, "island");
  EXPECT_GE(play.status().bound->value, known) << "an island knows nothing better";
  EXPECT_FALSE(play.is_reliable());
  EXPECT_FALSE(play.is_kernel_told());
}

TEST(HubIslands, AServerThatBecomesOneMovesTheClockNoFurtherThanWasKnown) {
  HubPlay play;
  Server& server = play.add_server();
  play.pass(30min);
  const nanoseconds known = play.status().bound->value;
  make_island(server);
  play.pass(30min);
  EXPECT_GE(play.status().bound->value, known) << "however often it is heard";
  server.off = 300s;
  play.pass(6h);
  EXPECT_LT(magnitude(play.error()), 1s);
  EXPECT_TRUE(play.is_bound_honest());
}

TEST(HubIslands, AnotherOneIsNotFollowedInItsStead) {
  HubPlay play;
  Server& server = play.add_server();
  play.pass(30min);
  make_island(server);
  play.pass(30min);
  server.is_silent = true;
  add_island(play, 300s);
  play.pass(6h);
  EXPECT_LT(magnitude(play.error()), 1s);
  EXPECT_TRUE(play.is_bound_honest());
}

TEST(HubIslands, TheIslandsOwnReferenceFollowsNoOtherIsland) {
  HubPlay play(of_island());
  add_island(play, 300s);
  play.pass(10min);
  EXPECT_EQ(play.error(), 0s);
  EXPECT_EQ(play.served().stratum, 7);
}

TEST(HubIslands, OneThatIsFedSaysSoOfItself) {
  HubPlay play;
  SampleRecord sample = play.sample("ntp:192.0.2.4");
  sample.stratum = 10;
  sample.refid = "127.127.1.1";
  EXPECT_EQ(play.feed(sample).name, "adopt");
  EXPECT_EQ(play.status().kind, "island");
  EXPECT_FALSE(play.is_reliable());
}

TEST(HubIslands, OneThatIsPassedOverIsNotShownAsSelected) {
  HubPlay reference(of_island());
  const Server& island = add_island(reference, 0s);
  reference.pass(1min);
  EXPECT_EQ(reference.standing_of(island), "outranked");
  HubPlay play;
  play.set();
  const Server& other = add_island(play, 0s);
  play.pass(1min);
  EXPECT_EQ(play.standing_of(other), "outranked");
}

}  // namespace
}  // namespace isletime::hub_islands_test
