// SPDX-License-Identifier: MIT
// One server has one vote, under whatever names and addresses it is asked, also if each of its answers states
// a new reference time.
#include <string>
#include <vector>

#include "tests/hub/hub_play.hpp"

namespace isletime::hub_votes_test {
namespace {

using namespace std::chrono_literals;
using namespace hub_play;
using Addresses = std::vector<ServerAddress>;
using Numbers = std::vector<std::uint32_t>;

// Numbers below it are of honest servers.
constexpr std::uint32_t kFirstLiar = 60;

ServerAddress v4(std::uint32_t number) {
  return Server::address_of(number);
}
ServerAddress v6(std::uint32_t number) {
  return Server::v6_address_of(number);
}

// A server with a number from kFirstLiar on lies, and all of them lie alike.
class HubVotes : public testing::Test {
 protected:
  HubVotes() {
    play.on_asked = [](Server& server) { server.off = server.number < kFirstLiar ? 0ns : 800ms; };
  }
  void ask_literal(const ServerAddress& address) {
    play.take_clock();
    play.hub->ask({.text = address.source, .literal = address}, play.now());
    play.execute();
  }
  // Two of three would be believed.
  void expect_one_vote() {
    play.pass(1h);
    EXPECT_LT(magnitude(play.error()), 5ms);
    EXPECT_FALSE(play.is_reliable() && !play.is_bound_honest());
    for (const Server& server : play.servers) {
      const std::string standing = server.is_asked ? play.standing_of(server) : "";
      EXPECT_FALSE(server.number >= kFirstLiar && (standing == "system-peer" || standing == "selected"));
    }
  }

  HubPlay play;
};

TEST_F(HubVotes, ANameThatIsGivenTwiceHasOne) {
  play.add_name("twin", 1, {v4(60), v6(66)});
  play.add_name("twin", 1, {v4(60), v6(66)});
  play.add_name("honest", 1, {v4(1)});
  expect_one_vote();
  EXPECT_EQ(play.asked().size(), 3U);
}

TEST_F(HubVotes, NamesThatShareAnAddressHaveOne) {
  play.add_name("twin", 1, {v4(60), v6(66)});
  play.add_name("alias", 1, {v6(66), v4(60)});
  play.add_name("honest", 1, {v4(1)});
  expect_one_vote();
}

TEST_F(HubVotes, ANameAndALiteralAddressOfItHaveOne) {
  ask_literal(v6(66));
  play.add_name("twin", 1, {v6(66), v4(60)});
  play.add_name("honest", 1, {v4(1)});
  expect_one_vote();
}

TEST_F(HubVotes, LiteralAddressesThatOneNameHasAreOneServer) {
  ask_literal(v6(66));
  ask_literal(v4(60));
  play.add_name("twin", 1, {v6(66), v4(60)});
  play.add_name("honest", 1, {v4(1)});
  expect_one_vote();
}

TEST_F(HubVotes, NamesThatSwapTheirAddressesAtALaterLookupStillHaveOne) {
  const std::size_t twin = play.add_name("twin", 1, {v4(60)});
  const std::size_t alias = play.add_name("alias", 1, {v4(60), v4(61)});
  play.add_name("honest", 1, {v4(1)});
  play.pass(10min);
  play.addresses[twin] = {v4(61)};
  play.addresses[alias] = {v4(60)};
  play.take_clock();
  play.hub->on_addresses(twin, play.addresses[twin], play.now());
  play.hub->on_addresses(alias, play.addresses[alias], play.now());
  play.execute();
  expect_one_vote();
}

TEST_F(HubVotes, ANameWhoseDeadAddressIsReplacedStillHasOne) {
  const std::size_t twin = play.add_name("twin", 1, {v4(60)});
  play.add_name("alias", 1, {v4(60), v4(61)});
  play.add_name("honest", 1, {v4(1)});
  play.pass(10min);
  play.addresses[twin] = {v4(61), v4(62)};
  for (Server& server : play.servers) server.is_silent = server.number == 60;
  play.pass(12h);
  EXPECT_EQ(play.asked(), (Numbers{61, 1, 62}));
  expect_one_vote();
}

TEST_F(HubVotes, APoolIsAskedInOneFamilyOnly) {
  play.add_name("twin", 4, {v4(60), v6(66)});
  play.add_name("honest", 1, {v4(1)});
  expect_one_vote();
  EXPECT_EQ(play.asked(), (Numbers{60, 1}));
}

TEST_F(HubVotes, APoolIsAskedInTheFamilyOfWhichItHasMore) {
  play.add_name("pool", 4, {v6(11), v4(1), v6(12), v4(2), v4(3)});
  play.pass(10min);
  EXPECT_EQ(play.asked(), (Numbers{1, 2, 3}));
  EXPECT_TRUE(play.is_reliable());
}

TEST_F(HubVotes, TheServersOfAPoolHaveOneEach) {
  play.add_name("pool", 4, {v4(60), v4(1), v4(2)});
  expect_one_vote();
  EXPECT_TRUE(play.is_reliable());
}

TEST_F(HubVotes, APoolWhoseFamilyIsDeadIsAskedInTheOther) {
  play.on_asked = [](Server& server) { server.is_silent = server.number > 10; };
  play.add_name("pool", 4, {v6(11), v6(12), v6(13), v4(1), v4(2)});
  play.pass(1h);
  EXPECT_EQ(play.asked(), (Numbers{1, 2}));
  EXPECT_TRUE(play.is_reliable());
}

TEST_F(HubVotes, AServerOfAPoolsNameIsNotAskedInAnotherFamilyThanThePool) {
  play.add_name("twin", 1, {v6(66), v4(60)});
  play.add_name("twin", 4, {v6(66), v4(60)});
  play.add_name("honest", 1, {v4(1)});
  expect_one_vote();
  EXPECT_EQ(play.asked(), (Numbers{66, 1}));
}

TEST_F(HubVotes, AServerIsHeardByOneAddressThoughTheOtherIsDead) {
  play.on_asked = [](Server& server) { server.is_silent = server.number == 1; };
  play.add_name("twin", 1, {v4(1), v6(2)});
  play.add_name("twin", 1, {v4(1), v6(2)});
  play.pass(1h);
  EXPECT_EQ(play.asked(), (Numbers{1, 2}));
  EXPECT_TRUE(play.is_reliable());
}

}  // namespace
}  // namespace isletime::hub_votes_test
