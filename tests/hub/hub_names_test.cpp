// SPDX-License-Identifier: MIT
// Which addresses of a name the hub asks, and when it looks the name up.
#include <algorithm>
#include <string>
#include <vector>

#include "tests/hub/hub_play.hpp"

namespace isletime::hub_names_test {
namespace {

using namespace std::chrono_literals;
using hub_play::HubPlay;
using hub_play::is_in;
using hub_play::Server;
using Numbers = std::vector<std::uint32_t>;

int queries_to(const HubPlay& play, std::uint32_t number) {
  int queries = 0;
  for (const Server& server : play.servers) queries += server.number == number ? server.queries : 0;
  return queries;
}

void silence(HubPlay& play, std::uint32_t number) {
  play.on_asked = [number](Server& server) { server.is_silent = server.number == number; };
}

TEST(HubNames, ALiteralAddressIsNeverLookedUp) {
  HubPlay play;
  play.add_server().is_silent = true;
  play.pass(1h);
  EXPECT_EQ(play.lookups, 0);
}

TEST(HubNames, ANameIsLookedUpUntilItHasAnAddressAndOnceAMinuteAtMost) {
  HubPlay play;
  const std::size_t plan = play.hub->ask({.text = "time.example"}, play.now());
  play.pass(10s);
  EXPECT_EQ(play.lookups, 3) << "after 0, 2 and 6 s";
  EXPECT_EQ(play.hub->unresolved_views().front().last_error, "no such name");
  play.pass(1h);
  EXPECT_LE(play.lookups, 65);
  play.addresses[plan] = {Server::address_of(1)};
  play.pass(65s);
  EXPECT_EQ(play.asked(), Numbers{1});
  EXPECT_TRUE(play.hub->unresolved_views().empty());
  const int before = play.lookups;
  play.pass(1h);
  EXPECT_EQ(play.lookups, before);
}

TEST(HubNames, AServerHasOneAddressOfItsNameAndAPoolSeveral) {
  HubPlay play;
  play.add_name(1, {1, 2});
  play.add_name(4, {3, 4, 5, 6, 7});
  play.pass(1min);
  EXPECT_EQ(play.asked(), (Numbers{1, 3, 4, 5, 6}));
}

TEST(HubNames, AnAddressIsAskedOnceHoweverManyNamesHaveIt) {
  HubPlay play;
  play.add_name(1, {1});
  play.add_name(1, {1, 2});
  play.add_name(1, {1});
  play.pass(1min);
  EXPECT_EQ(play.asked(), (Numbers{1, 2}));
}

TEST(HubNames, AnAddressThatNeverAnsweredIsReplacedAfterFourLosses) {
  HubPlay play;
  silence(play, 1);
  play.add_name(1, {1, 2});
  play.pass(2h);
  EXPECT_EQ(play.asked(), Numbers{2});
  EXPECT_EQ(queries_to(play, 1), 4);
}

TEST(HubNames, AnAddressThatStopsAnsweringIsReplacedAfterEightLosses) {
  HubPlay play;
  play.add_name(1, {1, 2});
  play.pass(10min);
  const int before = queries_to(play, 1);
  play.servers.front().is_silent = true;
  play.pass(12h);
  EXPECT_EQ(play.asked(), Numbers{2});
  EXPECT_EQ(queries_to(play, 1) - before, 8);
}

TEST(HubNames, AnAddressThatWasGivenUpIsNotTriedAgainBeforeTheOthers) {
  HubPlay play;
  play.on_asked = [](Server& server) { server.is_silent = server.number < 3; };
  play.add_name(1, {1, 2, 3});
  play.pass(12h);
  EXPECT_EQ(play.asked(), Numbers{3});
  EXPECT_EQ(queries_to(play, 1), 4);
}

TEST(HubNames, ANameIsLookedUpSoonAgainOnceItsAddressIsDead) {
  HubPlay play;
  silence(play, 1);
  const std::size_t plan = play.hub->ask({.text = "time.example"}, play.now());
  play.pass(10min);
  EXPECT_EQ(play.hub->unresolved_views().front().last_error, "no such name");
  play.addresses[plan] = {};
  play.pass(65s);
  EXPECT_TRUE(play.hub->unresolved_views().front().last_error.value_or("").empty());
  play.addresses[plan] = {Server::address_of(1)};
  for (int times = 0; times < 600 && queries_to(play, 1) < 4; ++times) play.pass(1s);
  ASSERT_EQ(play.asked(), Numbers{1});
  const int before = play.lookups;
  play.pass(20s);
  EXPECT_GE(play.lookups - before, 2);
}

TEST(HubNames, AnAddressThatWasGivenUpIsTriedAgainIfTheNameHasNoOther) {
  HubPlay play;
  play.on_asked = [](Server& server) { server.is_silent = true; };
  play.add_name(1, {1, 2});
  play.pass(12h);
  EXPECT_EQ(play.asked().size(), 1U);
  EXPECT_GT(queries_to(play, 1), 8);
  EXPECT_GT(queries_to(play, 2), 8);
}

TEST(HubNames, AServerOfANameThatToldUsToStopIsReplaced) {
  HubPlay play;
  play.on_asked = [](Server& server) { server.denies = server.number == 1; };
  play.add_name(1, {1, 2});
  play.pass(10min);
  EXPECT_EQ(play.asked(), Numbers{2});
  EXPECT_EQ(queries_to(play, 1), 1);
}

// The name's other server is dead, but that is no reason to return earlier.
TEST(HubNames, NobodyComesBackWithinADayToAServerThatToldThemToStop) {
  HubPlay play;
  play.on_asked = [](Server& server) {
    server.denies = server.number == 1;
    server.is_silent = server.number == 2;
  };
  play.add_name(1, {1, 2});
  play.pass(23h);
  EXPECT_EQ(queries_to(play, 1), 1);
  play.pass(2h);
  EXPECT_EQ(queries_to(play, 1), 2);
}

TEST(HubNames, AServerThatToldUsToStopIsShownWithTheTimeUntilItIsAskedAgain) {
  HubPlay play;
  Server& server = play.add_server();
  server.denies = true;
  play.pass(48min);
  EXPECT_TRUE(
      is_in(play.hub->server_view(server.index, play.now()).standing_text, "asked again in 23 h 12 min"))
      << play.hub->server_view(server.index, play.now()).standing_text;
  server.denies = false;
  play.pass(24h);
  EXPECT_GT(server.queries, 3);
  EXPECT_FALSE(is_in(play.hub->server_view(server.index, play.now()).standing_text, "asked again"));
}

TEST(HubNames, AServerThatOnlyEverAsksForFewerQueriesIsShownWithThatReason) {
  HubPlay play;
  Server& server = play.add_server();
  server.asks_for_fewer = true;
  play.pass(1h);
  EXPECT_EQ(play.standing_of(server), "unreachable");
  EXPECT_TRUE(is_in(play.hub->server_view(server.index, play.now()).standing_text, "(RATE)"))
      << play.hub->server_view(server.index, play.now()).standing_text;
  server.asks_for_fewer = false;
  server.is_silent = true;
  play.pass(1h);
  EXPECT_EQ(play.hub->server_view(server.index, play.now()).standing_text, "it does not answer");
}

TEST(HubNames, AnAddressOfOurOwnIsNotAskedAndAnotherTakesItsPlace) {
  HubPlay play;
  play.add_name(1, {1});
  play.addresses[0].front().is_ourselves = true;
  play.pass(1min);
  EXPECT_EQ(play.asked(), Numbers{});
  EXPECT_EQ(play.hub->server_view(0, play.now()).standing, "loop");
  EXPECT_EQ(play.hub->server_view(0, play.now()).standing_text, "it is this very server");
  play.addresses[0].push_back(Server::address_of(2));
  play.pass(2min);
  EXPECT_EQ(play.asked(), Numbers{2});
}

TEST(HubNames, AServerBeyondTheLimitOfSourcesIsNamed) {
  HubPlay play;
  for (std::size_t i = 0; i < Discipline::kMaxSources; ++i) play.add_server();
  play.hub->ask({.text = "one more", .literal = Server::address_of(99)}, play.now());
  play.execute();
  EXPECT_EQ(play.said("ntp:10.0.0.99: not asked: there are"), 1);
}

TEST(HubNames, ANameWhoseAddressIsAskedUnderAnotherIsShownAsItsDuplicate) {
  HubPlay play;
  play.add_server();
  play.add_name(1, {1});
  EXPECT_EQ(play.hub->unresolved_views().front().standing, "unresolved");
  play.pass(1s);
  EXPECT_EQ(play.hub->unresolved_views().front().standing, "duplicate");
}

}  // namespace
}  // namespace isletime::hub_names_test
