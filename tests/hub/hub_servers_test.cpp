// SPDX-License-Identifier: MIT
// Which servers the hub believes: doubts, contradictions, loops, islands.
#include <gtest/gtest.h>

#include "libsync/record/sample_record.hpp"
#include "tests/hub/hub_play.hpp"

namespace isletime::hub_servers_test {
namespace {

using namespace std::chrono_literals;
using namespace hub_play;

constexpr ReferenceId kOurAddress{0xc0a8'0417};

Hub::OwnAddress own(ReferenceId id, bool is_loopback, const std::string& address) {
  return {.reference_id = id,
          .is_loopback = is_loopback,
          .source = "ntp:" + address + ":123",
          .address = "ntp:" + address};
}

// --- Servers without the time ---

TEST(HubServers, OfOneThatIsNotSetNothingIsTaken) {
  for (const auto& [leap, stratum] :
       {std::pair{Leap::kUnsynchronised, 3}, {Leap::kNone, 0}, {Leap::kNone, 15}}) {
    HubPlay play;
    Server& server = play.add_server();
    server.leap = leap;
    server.stratum = static_cast<std::uint8_t>(stratum);
    play.pass(10min);
    EXPECT_EQ(play.standing_of(server), "unsynchronised") << stratum;
    EXPECT_FALSE(play.is_synchronised()) << stratum;
    EXPECT_FALSE(play.is_reliable()) << stratum;
    EXPECT_FALSE(play.is_kernel_told()) << stratum;
  }
}

TEST(HubServers, OneThatLosesItsReferenceIsNotFollowedForAnotherPoll) {
  for (const auto& [leap, stratum] : {std::pair{Leap::kUnsynchronised, 1}, {Leap::kNone, 15}}) {
    HubPlay play;
    Server& server = play.add_server();
    play.pass(30min);
    ASSERT_EQ(play.served().reference_id, (ReferenceId{0x0a00'0001}));
    const nanoseconds before = play.root_distance();
    const auto set = play.served().reference_time;
    server.leap = leap;
    server.stratum = static_cast<std::uint8_t>(stratum);
    EXPECT_FALSE(play.ask(server) && stratum == 15);
    EXPECT_EQ(play.served().reference_id, kLocalClock);
    EXPECT_EQ(play.served().stratum, 10);
    EXPECT_LE(play.served().reference_time, set) << "nobody has set the clock since";
    EXPECT_GE(play.root_distance(), before - 2ms / 2) << "without the path's delay";
    EXPECT_TRUE(play.warns("no server is followed")) << play.warnings();
    EXPECT_EQ(play.said("is not followed any more"), 1);
  }
}

// --- Loops ---

TEST(HubServers, OneThatStatesOurOwnSettingIsALoop) {
  HubPlay play;
  play.feed("phone:192.0.2.9");
  Server& echo = play.add_server();
  echo.stratum = 11;
  echo.reference = to_ntp(play.served().reference_time);
  echo.off = 300ms;
  for (int times = 0; times < 6; ++times) EXPECT_FALSE(play.ask(echo));
  EXPECT_EQ(play.standing_of(echo), "loop");
  EXPECT_EQ(play.status().source, "phone:192.0.2.9");
  EXPECT_EQ(play.said("loop: it follows us"), 1);
  play.pass(2h);
  EXPECT_FALSE(play.is_reliable()) << "it renews no window";
}

TEST(HubServers, OneThatFollowsOurAddressIsALoop) {
  HubPlay play;
  play.hub->set_own_addresses(
      {own(kOurAddress, false, "192.168.4.23"), own({0x7f00'0001}, true, "127.0.0.1")});
  Server& follower = play.add_server();
  follower.stratum = 4;
  follower.reference_id = kOurAddress;
  play.pass(10min);
  EXPECT_EQ(play.standing_of(follower), "loop");
  EXPECT_FALSE(play.is_synchronised());
  follower.reference_id = {0x7f00'0001};  // loopback on its own machine, not on ours
  play.pass(10min);
  EXPECT_EQ(play.standing_of(follower), "system-peer");
}

// The forwarder may have any address.
TEST(HubServers, OneWhoseQueriesComeToUsIsALoop) {
  HubPlay play(of_island());
  Server& forwarder = play.add_server();
  forwarder.is_forwarder = true;
  play.pass(10min);
  EXPECT_EQ(play.standing_of(forwarder), "loop");
  EXPECT_EQ(play.served().stratum, 7);
  EXPECT_FALSE(play.is_reliable());
}

// --- Doubts ---

TEST(HubServers, ASampleInDoubtRenewsNothingAndWidensTheBound) {
  HubPlay play;
  Server& server = play.add_server();
  play.pass(1h);
  ASSERT_TRUE(play.is_reliable());
  server.off = 3s;
  play.machine.pass(10s);
  const nanoseconds age = *play.status().age;
  play.ask(server);
  EXPECT_EQ(play.status().age, age);
  EXPECT_GE(play.status().bound->value, 3s);
  EXPECT_GE(play.root_distance(), 3s);
  EXPECT_FALSE(play.is_reliable());
  EXPECT_LT(magnitude(play.error()), 1ms);
  EXPECT_TRUE(play.is_synchronised());
}

// It is then too uncertain to be selected, so no consensus states a bound.
TEST(HubServers, ASampleSoFarOffThatItsServerIsDroppedWidensTheBoundToo) {
  for (const nanoseconds off : {nanoseconds{20s}, nanoseconds{-1h}, nanoseconds{-19 * kYear}}) {
    HubPlay play;
    Server& server = play.add_server();
    play.pass(1h);
    ASSERT_TRUE(play.is_reliable());
    server.off = off;
    for (int times = 0; times < 2; ++times) {
      play.ask(server);
      EXPECT_FALSE(play.is_reliable());
      EXPECT_GE(play.status().bound->value, magnitude(off));
      EXPECT_TRUE(!play.is_synchronised() || play.root_distance() >= magnitude(off));
      play.machine.pass(100ms);
    }
  }
}

TEST(HubServers, AMajorityThatIsInDoubtByFarWidensTheBoundToTheirMostDistantWord) {
  HubPlay play;
  std::array<Server*, 3> servers{&play.add_server(), &play.add_server(), &play.add_server()};
  play.pass(1h);
  const std::array<nanoseconds, 3> off{20s, 1h, 1h};
  for (std::size_t i = 0; i < servers.size(); ++i) {
    servers[i]->off = off[i];
    play.ask(*servers[i]);
  }
  EXPECT_FALSE(play.is_reliable());
  EXPECT_GE(play.root_distance(), 1h);
}

TEST(HubServers, OneOfThreeThatIsInDoubtByFarWidensNothing) {
  HubPlay play;
  Server& one = play.add_server();
  play.add_server();
  play.add_server();
  play.pass(1h);
  one.off = 1h;
  play.ask(one);
  EXPECT_TRUE(play.is_reliable());
  EXPECT_LT(play.root_distance(), 100ms);
}

TEST(HubServers, AStrayIsForgottenWithTheNextGoodSample) {
  HubPlay play;
  Server& server = play.add_server();
  play.pass(1h);
  server.off = 3s;
  play.ask(server);
  server.off = 0s;
  play.pass(1min);
  EXPECT_TRUE(play.is_reliable());
  EXPECT_LT(play.root_distance(), 10ms);
}

TEST(HubServers, OneThatComesBackInDoubtIsNotFollowedYetButWidensTheBound) {
  HubPlay play;
  Server& server = play.add_server();
  play.pass(1h);
  server.is_silent = true;
  play.pass(1h);
  ASSERT_EQ(play.served().reference_id, kLocalClock) << "it is lost";
  server.is_silent = false;
  server.off = 3s;
  play.ask(server);
  EXPECT_GE(play.root_distance(), 3s);
  EXPECT_EQ(play.served().reference_id, kLocalClock);
  EXPECT_GE(*play.status().age, 1h);
  server.off = 0s;
  play.pass(10min);
  EXPECT_EQ(play.standing_of(server), "system-peer");
}

TEST(HubServers, OneThatTurnsErraticIsDropped) {
  HubPlay play;
  Server& server = play.add_server();
  play.pass(1h);
  for (int times = 1; times <= 12; ++times) {
    server.off = times % 2 == 0 ? times * -1100ms : times * 2300ms;
    play.ask(server);
    play.machine.pass(2s);
  }
  EXPECT_NE(play.standing_of(server), "system-peer");
  EXPECT_EQ(play.said("is not followed any more"), 1);
  EXPECT_FALSE(play.hub->source(server.index).is_proven);
  EXPECT_TRUE(play.is_bound_honest());
  EXPECT_FALSE(play.is_reliable());
}

TEST(HubServers, OneWhoseEveryWordIsAnotherIsNeverBelieved) {
  constexpr std::array kErrors{0ms, 17'000ms, -9'100ms, 4'200ms, -19'900ms, 12'300ms, -3'700ms, 8'800ms};
  HubPlay play;
  Server& server = play.add_server();
  for (std::size_t asked = 0; asked < 200; ++asked) {
    server.off = kErrors.at(asked * 5 % kErrors.size());
    play.ask(server);
    play.machine.pass(2s);
    ASSERT_FALSE(play.is_synchronised()) << asked;
  }
}

TEST(HubServers, WhyOneIsNotUsedIsSaidOfEach) {
  HubPlay play;
  Server& erratic = play.add_server();
  erratic.backends = {-20s, 3s, 17s, -6s, 11s, -13s, 8s};
  play.add_server().stratum = kMaxStratum;
  play.pass(10min);
  EXPECT_TRUE(is_in(play.hub->server_view(erratic.index, play.now()).standing_text, "contradicts itself"));
  EXPECT_TRUE(is_in(play.hub->server_view(play.servers.back().index, play.now()).standing_text, "stratum"));
}

TEST(HubServers, ADoubtAboutOneMakesAnothersWordUrgent) {
  HubPlay play;
  Server& one = play.add_server();
  Server& other = play.add_server();
  play.pass(3h);
  const nanoseconds usual = play.hub->interval(other.index, play.now());
  EXPECT_GE(usual, 64s);
  play.machine.pass(20s);
  one.off = 3s;
  play.ask(one);
  EXPECT_LE(play.hub->interval(other.index, play.now()), 2s);
  EXPECT_LE(play.hub->interval(one.index, play.now()), 2s);
}

// --- Several servers ---

// The path is as asymmetric as its delay allows.
TEST(HubServers, ABroadcastDuringASlewIsNotTakenForARoundTripOfTheSlewedClock) {
  for (const nanoseconds off : {-90ms, 90ms}) {
    for (const nanoseconds behind : {-20s, 20s}) {
      HubPlay play(without_steps(), {.wall = kStart - behind});
      Server& server = play.add_server();
      server.delay = 180ms;
      server.off = off;
      play.ask_often(server, 3);
      ASSERT_GT(std::abs(play.machine.rate), 1e-2) << "a slew is under way";
      for (int times = 0; times < 20; ++times) {
        play.machine.pass(2s);
        play.broadcast(server, 0ns);
        EXPECT_TRUE(play.is_bound_honest()) << off.count() << ' ' << behind.count();
      }
    }
  }
}

// After the sleep, all servers are compared anew, and the liar is the first to answer.
TEST(HubServers, AfterTheMachineSleptTheFirstToAnswerDoesNotDecideForTheOthers) {
  for (const bool is_set_by_somebody : {false, true}) {
    HubPlay play;
    Server& liar = play.add_server();
    Server& other = play.add_server();
    Server& third = play.add_server();
    play.pass(1h);
    liar.off = 500s;
    is_set_by_somebody ? play.jump(1s) : play.sleep(1h);
    play.ask(liar);
    EXPECT_LT(magnitude(play.error()), 2s);
    EXPECT_TRUE(play.is_bound_honest());
    EXPECT_NE(play.standing_of(liar), "no-samples");
    play.ask(other);
    play.ask(third);
    EXPECT_EQ(play.standing_of(liar), "falseticker");
    EXPECT_TRUE(play.is_bound_honest());
    play.pass(1min);
    EXPECT_LT(magnitude(play.error()), 10ms);
    EXPECT_TRUE(play.is_reliable());
  }
}

TEST(HubServers, AfterTheMachineSleptOneThatIsSilentNowIsNotWaitedForLongerThanItsTimeout) {
  HubPlay play;
  Server& one = play.add_server();
  Server& silent = play.add_server();
  play.pass(1h);
  silent.is_silent = true;
  play.sleep(1h);
  play.ask(one);
  EXPECT_FALSE(play.is_reliable());
  play.ask(silent);
  play.ask(one);
  EXPECT_TRUE(play.is_reliable());
}

TEST(HubServers, TwoThatExcludeEachOtherAreNotAveraged) {
  HubPlay play;
  Server& one = play.add_server();
  Server& other = play.add_server();
  other.off = 10s;
  play.pass(30min);
  EXPECT_EQ(play.standing_of(one), "falseticker");
  EXPECT_EQ(play.standing_of(other), "falseticker");
  EXPECT_FALSE(play.is_synchronised());
  EXPECT_EQ(play.error(), 0s);
  EXPECT_EQ(play.said("the servers disagree"), 1) << "an episode";
  EXPECT_TRUE(play.warns("give the word prefer")) << play.warnings();
}

TEST(HubServers, OfTwoThatExcludeEachOtherTheOneThatWasFollowedIsWitnessedByTheClock) {
  HubPlay play;
  Server& honest = play.add_server();
  play.pass(30min);
  Server& liar = play.add_server();
  liar.off = 10s;
  play.pass(30min);
  EXPECT_EQ(play.standing_of(honest), "system-peer");
  EXPECT_EQ(play.standing_of(liar), "falseticker");
  EXPECT_LT(magnitude(play.error()), 1ms);
}

// Which of them is right, if any, is unknown.
TEST(HubServers, OfTwoThatJumpApartNoneIsFollowedAndTheBoundReachesBoth) {
  for (const nanoseconds apart : {nanoseconds{3s}, nanoseconds{100s}}) {
    HubPlay play(without_steps());
    Server& one = play.add_server();
    Server& other = play.add_server();
    play.pass(10min);
    one.off = apart;
    other.off = -apart;
    play.pass(3min);
    const nanoseconds before = play.error();
    for (int i = 0; i < 100; ++i) {
      play.pass(3s);
      EXPECT_FALSE(play.is_reliable()) << apart.count();
      EXPECT_EQ(play.error(), before) << apart.count();
      for (const Server* server : {&one, &other})
        EXPECT_GE(play.root_distance(), magnitude(play.error() - server->off)) << apart.count() << ' ' << i;
    }
  }
}

TEST(HubServers, TwoThatDisagreeDoNotWidenWhatAPersonHasSetIfOneBearsItOut) {
  HubPlay play;
  Server& one = play.add_server();
  Server& other = play.add_server();
  one.off = 10s;
  other.off = 300ms;
  play.set();
  play.pass(10min);
  EXPECT_EQ(play.standing_of(one), "falseticker");
  EXPECT_EQ(play.standing_of(other), "falseticker");
  EXPECT_TRUE(play.is_reliable());
  EXPECT_TRUE(play.is_bound_honest());
  EXPECT_TRUE(play.warns("the servers disagree")) << play.warnings();
}

// Both outrank a person and a phone, so neither is reliable with a bound that both contradict.
TEST(HubServers, TwoThatDisagreeAndBothContradictWhatAPersonHasSetAreInTheBound) {
  for (const bool is_by_hand : {true, false}) {
    HubPlay play;
    Server& right = play.add_server();
    Server& liar = play.add_server();
    liar.off = 20s;
    play.pass(2s);
    if (is_by_hand) {
      play.set(-100s);
    } else {
      play.feed("phone:192.0.2.4", -5s);
    }
    play.pass(10min);
    EXPECT_EQ(play.standing_of(right), "falseticker");
    EXPECT_TRUE(play.is_bound_honest());
    EXPECT_FALSE(play.is_reliable());
    EXPECT_TRUE(play.warns("the servers disagree")) << play.warnings();
  }
}

// Its word may have been refused for another reason than the panic limit.
TEST(HubServers, OneThatComesRightOutranksAPhoneThatHasSetTheClockSince) {
  HubPlay play;
  Server& router = play.add_server();
  router.off = -2 * kYear;
  play.pass(1min);
  EXPECT_EQ(play.standing_of(router), "refused");
  EXPECT_TRUE(play.feed("phone:192.0.2.4", 1h).is_accepted);
  router.off = 0s;
  play.pass(5min);
  EXPECT_EQ(play.standing_of(router), "system-peer");
  EXPECT_LT(magnitude(play.error()), 10ms);
}

// A server's system variables are public, so a liar can copy those of an honest one.
TEST(HubServers, ALiarThatPosesAsAnotherNameOfAllTheOthersTakesNoVotes) {
  for (const nanoseconds lie :
       {nanoseconds{-500s}, nanoseconds{800ms}, nanoseconds{6ms}, nanoseconds{-6ms}}) {
    HubPlay play;
    for (int honest = 0; honest < 4; ++honest) play.add_server().root_dispersion = 5ms;
    Server& liar = play.add_server();
    liar.root_dispersion = 10us;
    for (Server& server : play.servers) server.reference = to_ntp(kStart - server.number * 1'234'567ns);
    for (int second = 0; second < 1200; ++second) {
      liar.reference = play.servers[static_cast<std::size_t>(liar.queries % 4)].reference;
      if (second == 60) liar.off = lie;
      play.pass(1s);
      ASSERT_TRUE(play.is_bound_honest()) << lie.count() << ", second " << second;
    }
    EXPECT_LT(magnitude(play.error()), 10ms);
    EXPECT_TRUE(play.is_reliable());
  }
}

// The liar states the settings of the others' clocks, so that they seem to follow the hub that follows it.
TEST(HubServers, ALiarThatStatesTheOthersSettingsDoesNotMakeThemLoopsOnceItLies) {
  HubPlay play;
  for (int honest = 0; honest < 2; ++honest) {
    Server& server = play.add_server();
    server.stratum = 2;
    server.reference = to_ntp(kStart - server.number * 1'234'567ns);
  }
  Server& liar = play.add_server();
  liar.root_dispersion = 10us;
  for (int second = 0; second < 1200; ++second) {
    liar.reference = play.servers[static_cast<std::size_t>(liar.queries % 2)].reference;
    if (second == 300) liar.off = 800ms;
    play.pass(1s);
  }
  EXPECT_EQ(play.standing_of(liar), "falseticker");
  EXPECT_TRUE(play.is_bound_honest());
  EXPECT_LT(magnitude(play.error()), 10ms);
}

// Within the others' bounds, one that claims to know best is followed alone.
TEST(HubServers, ALiarWithinTheBoundsOfTheOthersDoesNotTeachARate) {
  HubPlay play;
  for (int honest = 0; honest < 2; ++honest) {
    Server& server = play.add_server();
    server.root_dispersion = 20ms;
    server.delay = 40ms;
  }
  Server& liar = play.add_server();
  liar.root_dispersion = 10us;
  liar.delay = 200us;
  liar.off = 15ms;
  play.pass(5min);
  for (int second = 0; second < 850; ++second) {
    liar.off -= 35us;
    play.pass(1s);
  }
  for (Server& server : play.servers) server.is_silent = true;
  for (int minute = 0; minute < 240; ++minute) {
    play.pass(1min);
    ASSERT_TRUE(play.is_bound_honest()) << minute;
  }
}

// It was silent at the start, for longer than a silent one is waited for.
TEST(HubServers, OneThatCameLateIsAwaitedAfterASleepAllTheSame) {
  HubConfig config = ordinary();
  config.limits.step.at_any_time = true;
  HubPlay play(config);
  Server& liar = play.add_server();
  Server& late = play.add_server();
  late.is_silent = true;
  play.pass(1min);
  late.is_silent = false;
  play.pass(10min);
  ASSERT_TRUE(play.is_reliable());
  liar.off = 500s;
  play.sleep(15s);
  play.ask(liar);
  EXPECT_LT(magnitude(play.error()), 1s);
  EXPECT_TRUE(play.is_bound_honest());
}

// It may be set by nobody but this hub.
TEST(HubServers, OneThatIsBeingSetDoesNotHoldUpTheOnlyOther) {
  HubPlay play;
  Server& server = play.add_server();
  play.add_server().leap = Leap::kUnsynchronised;
  play.pass(15s);
  EXPECT_EQ(play.standing_of(server), "system-peer");
  EXPECT_TRUE(play.is_reliable());
}

// After a power cut servers that answer may not be set yet.
TEST(HubServers, ThoseThatAreBeingSetAreWaitedForBeforeAnotherIsBelieved) {
  HubPlay play;
  Server& liar = play.add_server();
  liar.off = 3s;
  for (int honest = 0; honest < 2; ++honest) play.add_server().leap = Leap::kUnsynchronised;
  for (int second = 0; second < 300; ++second) {
    if (second == 20) {
      for (Server& server : play.servers) server.leap = Leap::kNone;
    }
    play.pass(1s);
    ASSERT_TRUE(!play.is_synchronised() || play.is_bound_honest()) << second;
  }
  EXPECT_TRUE(play.is_reliable());
  EXPECT_EQ(play.standing_of(liar), "falseticker");
}

TEST(HubServers, OneOfThreeThatAgreeAnnouncesNoLeapSecond) {
  HubPlay play;
  for (int honest = 0; honest < 2; ++honest) play.add_server().root_dispersion = 20ms;
  Server& alone = play.add_server();
  alone.root_dispersion = 10us;
  alone.off = 15ms;
  alone.leap = Leap::kInsert;
  play.pass(30min);
  EXPECT_EQ(play.standing_of(alone), "system-peer");
  EXPECT_EQ(play.served().leap, Leap::kNone);
}

TEST(HubServers, OneLiarAmongThreeMovesNothing) {
  for (const nanoseconds lie : {nanoseconds{300ms}, nanoseconds{10s}, nanoseconds{kYear}}) {
    HubPlay play(ordinary(), {.wall = kStart - 5s});
    Server& liar = play.add_server();
    liar.off = lie;
    play.add_server();
    play.add_server();
    play.pass(30min);
    EXPECT_EQ(play.standing_of(liar), "falseticker") << lie.count();
    EXPECT_LT(magnitude(play.error()), 5ms) << lie.count();
    EXPECT_TRUE(play.is_reliable()) << lie.count();
  }
}

TEST(HubServers, ALiarDoesNotDecideOnceThoseThatOutvotedItAreSilent) {
  for (const nanoseconds lie : {nanoseconds{300ms}, nanoseconds{-10s}, nanoseconds{1h}}) {
    HubPlay play(ordinary(), {.wall = kStart - 5s, .crystal = 8e-6});
    Server& liar = play.add_server();
    liar.off = lie;
    Server& one = play.add_server();
    Server& other = play.add_server();
    play.pass(30min);
    one.is_silent = other.is_silent = true;
    for (int minute = 0; minute < 24 * 60; minute += 10) {
      play.pass(10min);
      ASSERT_TRUE(play.is_bound_honest()) << Seconds{lie}.count() << " s, minute " << minute;
    }
    EXPECT_EQ(play.standing_of(liar), "falseticker");
    EXPECT_TRUE(play.is_synchronised());
    EXPECT_LT(play.root_distance(), 2s) << "15 ppm of a day";
    EXPECT_TRUE(play.warns(liar.source() + ": more servers contradicted it")) << play.warnings();
    one.is_silent = false;
    play.pass(1h);
    EXPECT_EQ(play.standing_of(one), "system-peer");
    EXPECT_EQ(play.standing_of(liar), "falseticker");
    EXPECT_FALSE(play.warns(liar.source())) << play.warnings();
    liar.off = 0s;
    play.pass(1h);
    one.is_silent = true;
    play.pass(1h);
    EXPECT_EQ(play.standing_of(liar), "system-peer") << "it agrees by now";
  }
}

TEST(HubServers, OneUnderTwoNamesHasOneVote) {
  HubPlay play;
  Server& honest = play.add_server();
  Server& liar = play.add_server();
  Server& alias = play.add_server();
  liar.off = alias.off = 10s;
  for (int minute = 0; minute < 30; ++minute) {
    const auto stated = to_ntp(play.machine.truth - 13'234'567ns);
    liar.reference = alias.reference = stated;
    play.pass(1min);
  }
  EXPECT_EQ(play.standing_of(honest), "falseticker") << "one against one";
  EXPECT_FALSE(play.is_synchronised());
  EXPECT_EQ(play.error(), 0s);
}

}  // namespace
}  // namespace isletime::hub_servers_test
