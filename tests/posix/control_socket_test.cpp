// SPDX-License-Identifier: MIT
#include "libsync/posix/control_socket.hpp"

#include <algorithm>
#include <deque>
#include <filesystem>

#include <sys/resource.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "tests/fakes/scratch_folder.hpp"
#include "tests/posix/local_client.hpp"

namespace isletime::control_socket_test {
namespace {

constexpr uid_t kStranger = 12345;
const std::string kLineWithoutEnd(kLargestControlRequest + 1, 'x');

// The server answers each request itself, in one thread with its clients, so once a turn finds nothing to do
// the state is final.
class ControlSocket : public testing::Test {
 protected:
  bool turn(int timeout_ms) {
    std::vector<pollfd> polled;
    server_.append_pollfds(polled);
    if (poll(polled.data(), polled.size(), timeout_ms) <= 0) return false;
    if (auto request = server_.on_poll(polled)) {
      if (answers_) server_.reply(request->from, "re " + request->line);
      requests_.push_back(*std::move(request));
    }
    return true;
  }
  // Returns how many turns it took.
  int settle() {
    int turns = 0;
    while (turn(0)) {
      if (++turns == 10'000) ADD_FAILURE() << "it never rests";
      if (turns >= 10'000) break;
    }
    return turns;
  }
  std::size_t clients() {
    std::vector<pollfd> polled;
    server_.append_pollfds(polled);
    return polled.size() - 1;
  }
  LocalClient client() {
    LocalClient made{path_};
    EXPECT_TRUE(made.is_connected());
    settle();
    return made;
  }
  ControlServer::ClientId last_client() const { return requests_.back().from; }

  fakes::ScratchFolder folder_;
  std::string path_ = folder_.path("control.sock");
  ControlServer server_ = *ControlServer::open(path_);
  std::vector<ControlServer::Request> requests_;
  bool answers_ = true;
};

TEST_F(ControlSocket, ALineGetsALine) {
  LocalClient one = client();
  LocalClient two = client();
  one.say("a\n");
  two.say("b\r\n");
  settle();
  EXPECT_EQ(one.heard(), "re a\n");
  EXPECT_EQ(two.heard(), "re b\r\n");
}

TEST_F(ControlSocket, ALineMayComeInPieces) {
  LocalClient one = client();
  for (const char* piece : {"s", "tat", "us", "\nso"}) {
    one.say(piece);
    settle();
  }
  EXPECT_EQ(one.heard(), "re status\n");
}

TEST_F(ControlSocket, ManyRequestsAtOnceAreServedInOrderOneATurn) {
  LocalClient one = client();
  one.say("a\nb\nc\n");
  turn(0);
  EXPECT_EQ(requests_.size(), 1U);
  settle();
  EXPECT_EQ(one.heard(), "re a\nre b\nre c\n");
}

TEST_F(ControlSocket, ATurnTakesOneRequestHoweverManyAskAndAllHaveTheirTurn) {
  std::vector<LocalClient> many;
  for (std::size_t i = 0; i < kMostControlClients; ++i) many.push_back(client());
  for (LocalClient& one : many) one.say("a\nb\nc\n");
  for (std::size_t i = 1; i <= 3 * many.size(); ++i) {
    EXPECT_TRUE(turn(0));
    EXPECT_EQ(requests_.size(), i);
  }
  settle();
  EXPECT_EQ(requests_.size(), 3 * many.size());
  for (std::size_t i = 0; i < requests_.size(); ++i) {
    const std::string expected(1, static_cast<char>('a' + i / many.size()));
    EXPECT_EQ(requests_[i].line, expected) << "nobody's second request comes before somebody's first";
  }
}

TEST_F(ControlSocket, ALongReplyLeavesInPartsATurn) {
  answers_ = false;
  LocalClient one = client();
  one.say("a\n");
  settle();
  const std::string reply(kLargestControlReply - 1, 'x');
  server_.reply(last_client(), reply);
  std::size_t heard = one.heard().size();
  EXPECT_LE(heard, kMostSentATurn);
  while (turn(0)) {
    EXPECT_LE(one.heard().size() - heard, kMostSentATurn);
    heard = one.heard().size();
  }
  EXPECT_TRUE(one.heard() == reply + '\n') << heard;
}

TEST_F(ControlSocket, ARequestWaitsForTheReplyToTheOneBefore) {
  answers_ = false;
  LocalClient one = client();
  one.say("a\nb\n");
  EXPECT_LT(settle(), 5) << "a client that waits costs no turns";
  ASSERT_EQ(requests_.size(), 1U);
  server_.reply(last_client(), "late");
  settle();
  EXPECT_EQ(requests_.size(), 2U);
  EXPECT_EQ(one.heard(), "late\n");
}

TEST_F(ControlSocket, WhoHasEndedSendingStillGetsItsReplies) {
  LocalClient one = client();
  one.say("a\nwithout end");
  one.end_sending();
  settle();
  EXPECT_EQ(one.heard(), "re a\nre without end\n");
  EXPECT_TRUE(one.is_dropped()) << "then there is nothing left to wait for";
  EXPECT_EQ(clients(), 0U);
}

TEST_F(ControlSocket, WhoIsGoneIsForgotten) {
  answers_ = false;
  LocalClient silent = client();
  LocalClient waiting = client();
  LocalClient following = client();
  following.say("f\n");
  settle();
  server_.follow(last_client(), "status");
  server_.reply(last_client(), "ok");
  waiting.say("w\n");
  settle();
  EXPECT_EQ(clients(), 3U);
  silent.close();
  waiting.close();
  following.close();
  settle();
  EXPECT_EQ(clients(), 0U);
  EXPECT_FALSE(server_.is_followed("status"));
  server_.reply(last_client(), "to nobody");
}

TEST_F(ControlSocket, TheLongestLineIsServedAndALongerOneRefused) {
  LocalClient good = client();
  LocalClient bad = client();
  good.say(std::string(kLargestControlRequest, 'x') + '\n');
  bad.say(kLineWithoutEnd + '\n');
  settle();
  EXPECT_EQ(good.heard().size(), kLargestControlRequest + 4);
  EXPECT_NE(bad.heard().find("too-long"), std::string::npos) << bad.heard();
  EXPECT_TRUE(bad.is_dropped());
  EXPECT_EQ(requests_.size(), 1U);
}

TEST_F(ControlSocket, ALineWithoutEndIsCutShort) {
  LocalClient bad = client();
  const std::string flood(std::size_t{64} * 1024, '\0');
  std::size_t taken = 0;
  while (!bad.is_dropped() && taken < (1U << 24)) {
    taken += bad.say(flood);
    turn(0);
  }
  EXPECT_TRUE(bad.is_dropped());
  EXPECT_EQ(clients(), 0U);
  EXPECT_TRUE(requests_.empty());
}

TEST_F(ControlSocket, WhoDoesNotReadIsServedNoFurther) {
  LocalClient rude = client();
  LocalClient polite = client();
  const std::string line(kLargestControlRequest, 'x');
  for (int i = 0; i < 1000; ++i) {
    rude.say(line + '\n');
    settle();
  }
  const std::size_t served = requests_.size();
  EXPECT_LT(served, 1000U);
  EXPECT_LT(settle(), 2) << "it costs no turns either";
  polite.say("a\n");
  settle();
  EXPECT_EQ(polite.heard(), "re a\n");
  rude.heard();
  settle();
  EXPECT_GT(requests_.size(), served + 1) << "it may come to its senses";
}

TEST_F(ControlSocket, FollowersGetWhatIsPublishedUnderTheirTopic) {
  LocalClient one = client();
  one.say("a\n");
  settle();
  server_.follow(last_client(), "status");
  server_.follow(last_client(), "status");
  EXPECT_TRUE(server_.is_followed("status"));
  EXPECT_FALSE(server_.is_followed("sources"));
  server_.publish("status", "s1");
  server_.publish("sources", "other");
  server_.publish("status", "s2");
  EXPECT_EQ(one.heard(), "re a\ns1\ns2\n");
}

TEST_F(ControlSocket, AFollowerMayHaveEndedSending) {
  LocalClient one = client();
  one.say("a\n");
  one.end_sending();
  answers_ = false;
  settle();
  server_.follow(last_client(), "status");
  server_.reply(last_client(), "ok");
  EXPECT_LT(settle(), 5);
  server_.publish("status", "s");
  EXPECT_EQ(one.heard(), "ok\ns\n");
}

TEST_F(ControlSocket, AFollowerThatDoesNotReadIsDropped) {
  LocalClient one = client();
  one.say("a\n");
  settle();
  server_.follow(last_client(), "status");
  const std::string line(10'000, 'x');
  for (int i = 0; i < 1000 && clients() == 1; ++i) server_.publish("status", line);
  EXPECT_EQ(clients(), 0U);
}

TEST_F(ControlSocket, ALargeReplyArrivesWhole) {
  LocalClient one = client();
  answers_ = false;
  one.say("a\nb\n");
  settle();
  const std::string large(kLargestControlReply - 1, 'x');
  server_.reply(last_client(), large);
  std::size_t turns = 0;
  while (one.heard().size() < large.size() + 1 && ++turns < 1000) turn(0);
  EXPECT_EQ(one.heard(), large + '\n');
  settle();
  ASSERT_EQ(requests_.size(), 2U);
  server_.reply(last_client(), large + 'x');
  EXPECT_NE(one.heard().find("too-large"), std::string::npos);
}

TEST_F(ControlSocket, ARefusalIsTheLastLine) {
  LocalClient one = client();
  answers_ = false;
  one.say("a\nb\n");
  settle();
  server_.refuse(last_client(), "go");
  settle();
  EXPECT_EQ(one.heard(), "go\n");
  EXPECT_TRUE(one.is_dropped());
  EXPECT_EQ(requests_.size(), 1U);
}

TEST_F(ControlSocket, OneTooManyTakesThePlaceOfTheLongestSilent) {
  std::deque<LocalClient> all;
  for (std::size_t i = 0; i < kMostControlClients; ++i) all.push_back(client());
  all[0].say("still here\n");
  settle();
  LocalClient one_more = client();
  one_more.say("a\n");
  settle();
  EXPECT_EQ(one_more.heard(), "re a\n");
  EXPECT_FALSE(all[0].is_dropped());
  EXPECT_TRUE(all[1].is_dropped());
  EXPECT_EQ(clients(), kMostControlClients);
}

TEST_F(ControlSocket, ACrowdThatIsGoneAgainTakesNobodysPlace) {
  LocalClient patient = client();
  for (std::size_t i = 0; i < kMostControlClients; ++i) EXPECT_TRUE(LocalClient{path_}.is_connected());
  settle();
  EXPECT_FALSE(patient.is_dropped());
  patient.say("a\n");
  settle();
  EXPECT_EQ(patient.heard(), "re a\n");
}

TEST_F(ControlSocket, ACrowdOfOneUserKeepsNobodyOut) {
  if (geteuid() != 0) GTEST_SKIP() << "needs root to be two users";
  std::filesystem::permissions(folder_.path(), std::filesystem::perms{0755});
  LocalClient ours = client();
  ours.say("f\n");
  settle();
  server_.follow(last_client(), "status");
  ASSERT_EQ(seteuid(kStranger), 0);
  std::deque<LocalClient> crowd;
  for (std::size_t i = 0; i < 3 * kMostControlClients; ++i) {
    crowd.push_back(client());
    crowd.back().say("f\n");
    settle();
    server_.follow(last_client(), "status");
  }
  ASSERT_EQ(seteuid(0), 0);
  EXPECT_EQ(requests_.back().peer.uid, kStranger);
  EXPECT_FALSE(ours.is_dropped());
  LocalClient also_ours = client();
  also_ours.say("a\n");
  settle();
  EXPECT_EQ(also_ours.heard(), "re a\n");
  EXPECT_FALSE(ours.is_dropped());
}

TEST_F(ControlSocket, ARequestSaysWhoseItIs) {
  LocalClient one = client();
  one.say("a\n");
  settle();
  ASSERT_EQ(requests_.size(), 1U);
  const Peer& peer = requests_[0].peer;
  EXPECT_EQ(peer.pid, getpid());
  EXPECT_EQ(peer.uid, geteuid());
  EXPECT_EQ(peer.gid, getegid());
  std::vector<gid_t> groups(static_cast<std::size_t>(getgroups(0, nullptr)));
  getgroups(static_cast<int>(groups.size()), groups.data());
  EXPECT_TRUE(std::is_permutation(groups.begin(), groups.end(), peer.groups.begin(), peer.groups.end()));
  EXPECT_TRUE(is_member(peer, getegid()));
  EXPECT_FALSE(is_member(peer, 4'000'000));
}

// This does not use the fixture's turn(): the sanitizers need descriptors to look up an object's type.
int turns_of(ControlServer& server) {
  for (int turns = 0; turns < 100; ++turns) {
    std::vector<pollfd> polled;
    server.append_pollfds(polled);
    if (poll(polled.data(), polled.size(), 0) <= 0) return turns;
    server.on_poll(polled);
  }
  return 100;
}

TEST_F(ControlSocket, WithoutADescriptorLeftItRestsAndComesBack) {
  rlimit before{};
  getrlimit(RLIMIT_NOFILE, &before);
  auto waiting = open_local_socket();
  ASSERT_TRUE(waiting);
  ASSERT_FALSE(connect_to(*waiting, path_));
  ControlServer& server = server_;
  const rlimit none{static_cast<rlim_t>(waiting->get()), before.rlim_max};
  setrlimit(RLIMIT_NOFILE, &none);
  const int turns = turns_of(server);
  setrlimit(RLIMIT_NOFILE, &before);
  EXPECT_EQ(turns, 1) << "it does not spin";
  turns_of(server);
  server.on_poll({});  // any other event
  turns_of(server);
  EXPECT_EQ(clients(), 1U);
}

TEST_F(ControlSocket, SupplementaryGroupsCount) {
  EXPECT_TRUE(is_member({.pid = 1, .uid = 2, .gid = 3, .groups = {4, 5}}, 5));
  EXPECT_FALSE(is_member({.pid = 1, .uid = 2, .gid = 3, .groups = {4, 5}}, 2));
}

}  // namespace
}  // namespace isletime::control_socket_test
