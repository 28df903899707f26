// SPDX-License-Identifier: MIT
// The hub claims no more of its clock than is known: its bound, how long it is reliable, and its source.
#include <array>

#include <gtest/gtest.h>

#include "tests/hub/hub_play.hpp"

namespace isletime::hub_claims_test {
namespace {

using namespace std::chrono_literals;
using namespace hub_play;

constexpr auto kPanic = 5000s;  // more than the limit of a thousand seconds

// Checks the bound every second.
void expect_honest_for(HubPlay& play, seconds time, const char* when) {
  for (seconds passed = 0s; passed < time; passed += 1s) {
    play.pass(1s);
    ASSERT_TRUE(play.is_bound_honest())
        << when << ", " << passed.count() << " s: off by " << Seconds{play.error()}.count() << " s, claimed "
        << Seconds{play.root_distance()}.count() << " s";
  }
}

// --- The bound ---

TEST(HubClaims, WhatASourceDoesNotKnowIsServedAsUnknown) {
  HubPlay play;
  EXPECT_EQ(play.feed("rtc:/dev/rtc9", 0s, 120s).name, "adopt");
  EXPECT_TRUE(play.is_synchronised());
  EXPECT_GE(play.root_distance(), 120s);
  EXPECT_GE(play.status().bound->value, 120s);
  EXPECT_FALSE(play.is_reliable());
  EXPECT_TRUE(play.warns("may be off by 120.")) << play.warnings();
}

TEST(HubClaims, WhileALargeSlewRunsWhatIsLeftOfItIsInTheBound) {
  HubPlay by_server(without_steps(), {.wall = kStart - 10s});
  Server& server = by_server.add_server();
  by_server.ask_often(server, 3);
  server.is_silent = true;
  EXPECT_LT(by_server.error(), -5s);
  expect_honest_for(by_server, 130s, "a server's slew");
  EXPECT_LT(magnitude(by_server.error()), 100ms);

  HubPlay by_phone(without_steps(), {.wall = kStart - 10s});
  const Hub::Reply reply = by_phone.feed("phone:192.0.2.4");
  EXPECT_TRUE(is_in(reply.text, "slewed to it: 10.000 s are left")) << reply.text;
  EXPECT_FALSE(by_phone.is_reliable());
  EXPECT_NEAR(Seconds{by_phone.status().offset->value}.count(), 10.0, 0.01);
  expect_honest_for(by_phone, 130s, "a phone's slew");
  EXPECT_LT(magnitude(by_phone.error()), 100ms);
}

TEST(HubClaims, BehindItsWindowTheBoundGrowsOn) {
  HubPlay play(ordinary(), {.crystal = 10e-6});
  play.set(0s, 100ms);
  EXPECT_TRUE(play.is_reliable());
  for (int days = 1; days <= 40; ++days) {
    play.pass(24h);
    ASSERT_TRUE(play.is_bound_honest()) << days;
    ASSERT_FALSE(play.is_reliable()) << days;
  }
  EXPECT_GT(play.error(), 30s);
  EXPECT_TRUE(play.is_synchronised());
  EXPECT_TRUE(play.warns("may be off by")) << play.warnings();
}

TEST(HubClaims, ADriftThatIsMeasuredIsWhatTheBoundGrowsBy) {
  HubPlay play(ordinary(), {.crystal = 30e-6});
  Server& server = play.add_server();
  play.pass(3h);
  server.is_silent = true;
  for (int hours = 0; hours < 24; ++hours) {
    play.pass(1h);
    ASSERT_TRUE(play.is_bound_honest()) << hours;
  }
  EXPECT_TRUE(play.status().rate_error->is_measured);
}

TEST(HubClaims, ReliableMeansWithinWhatWasAskedFor) {
  HubConfig config = ordinary();
  config.reliable_within = {10ms};
  HubPlay play(config);
  EXPECT_EQ(play.feed("phone:192.0.2.4", 0s, 20ms).name, "adopt");
  EXPECT_FALSE(play.is_reliable());
  EXPECT_TRUE(play.warns("--reliable-within")) << play.warnings();
  play.add_server();
  play.pass(10min);
  EXPECT_TRUE(play.is_reliable());
}

// An unmeasured clock may drift by 15 ppm, which are 27 ms in half an hour.
TEST(HubClaims, ReliabilityEndsWithTheToleranceBeforeTheWindowDoes) {
  HubConfig config = ordinary();
  config.reliable_within = {30ms};
  HubPlay play(config);
  play.feed("phone:192.0.2.4", 0s, 20ms);
  play.pass(10min);
  EXPECT_TRUE(play.is_reliable());
  play.pass(2min);
  EXPECT_FALSE(play.is_reliable());
}

// --- Contradictions ---

TEST(HubClaims, WhatAServerContradictsByTooMuchIsNotClaimedUntilAPersonDecides) {
  HubPlay play;
  Server& server = play.add_server();
  play.pass(10min);
  ASSERT_TRUE(play.is_kernel_told());
  server.off = kPanic;
  play.pass(10min);
  EXPECT_TRUE(play.warns("10.0.0.1 says that this clock is -5000.0")) << play.warnings();
  EXPECT_TRUE(play.warns("further than --panic allows")) << play.warnings();
  EXPECT_TRUE(play.warns("contradicted")) << play.warnings();
  EXPECT_EQ(play.standing_of(server), "refused");
  EXPECT_FALSE(play.is_synchronised());
  EXPECT_FALSE(play.is_reliable());
  EXPECT_FALSE(play.is_kernel_told());
  EXPECT_LT(magnitude(play.error()), 10ms) << "it is not moved either";

  EXPECT_EQ(play.set().is_accepted, true);
  EXPECT_TRUE(play.is_synchronised());
  EXPECT_TRUE(play.is_reliable());
  EXPECT_EQ(play.standing_of(server), "refused");
  play.pass(20min);
  EXPECT_TRUE(play.is_reliable()) << "the server does not take back what a person has set";
  EXPECT_LT(magnitude(play.error()), 1s);
}

TEST(HubClaims, ThePersonMayDecideForTheServer) {
  HubPlay play;
  Server& server = play.add_server();
  play.pass(10min);
  server.off = kPanic;
  play.pass(10min);
  EXPECT_TRUE(play.set(kPanic).is_accepted);
  play.pass(10min);
  EXPECT_EQ(play.standing_of(server), "system-peer");
  EXPECT_LT(magnitude(play.error() - kPanic), 1ms);
  EXPECT_TRUE(play.is_reliable());
  EXPECT_FALSE(play.warns("refused")) << play.warnings();
}

TEST(HubClaims, WhatAServerContradictsAPhoneMayDecide) {
  HubPlay play;
  Server& server = play.add_server();
  play.pass(10min);
  server.off = kPanic;
  play.pass(10min);
  ASSERT_FALSE(play.is_synchronised());
  EXPECT_TRUE(play.feed("phone:192.0.2.4").is_accepted);
  EXPECT_TRUE(play.is_synchronised());
  EXPECT_TRUE(play.is_reliable());
}

TEST(HubClaims, AServerThatComesToAgreeAgainIsHeardAgainButNotToStep) {
  HubPlay play;
  Server& server = play.add_server();
  play.pass(10min);
  server.off = kPanic;
  play.pass(10min);
  ASSERT_EQ(play.standing_of(server), "refused");
  server.off = 0s;
  play.pass(20min);
  EXPECT_EQ(play.standing_of(server), "system-peer");
  EXPECT_TRUE(play.is_reliable());
  EXPECT_EQ(play.count<action::Steer>() > 0 && play.said("the clock is stepped") > 0, false);
}

TEST(HubClaims, ARefusedServerThatComesNearerDoesNotStepWhatAPersonHasSet) {
  HubPlay play;
  Server& server = play.add_server();
  play.pass(10min);
  server.off = kPanic;
  play.pass(10min);
  ASSERT_TRUE(play.set().is_accepted);
  const auto steps = play.said("the clock is stepped");
  server.off = 200s;
  play.pass(10min);
  EXPECT_EQ(play.standing_of(server), "system-peer");
  EXPECT_GT(play.error(), 1s) << "it is slewed";
  EXPECT_EQ(play.said("the clock is stepped"), steps);
}

TEST(HubClaims, AServerBehindTheFloorDoesNotTakeBackWhatAPersonHasSet) {
  HubPlay play;
  play.add_server();
  play.pass(10min);
  play.stop();
  play.reboot(kStart);
  ASSERT_TRUE(play.set().is_accepted);
  Server& server = play.add_server();
  server.off = -2h;
  play.pass(10min);
  EXPECT_TRUE(play.warns("known to have passed")) << play.warnings();
  EXPECT_TRUE(play.is_synchronised());
  EXPECT_TRUE(play.is_reliable());
}

// An unset clock accepts a falseticker, which raises the floor. Only a person can then tell which time is
// right.
TEST(HubClaims, AfterALieThatCameFirstNothingIsClaimedUntilAPersonDecides) {
  HubPlay play;
  Server& server = play.add_server();
  server.off = 2 * kYear;
  play.pass(10min);
  ASSERT_TRUE(play.is_reliable());
  server.off = 0s;
  play.pass(10min);
  // Two years are 63,072,000 s.
  EXPECT_TRUE(play.warns("says that this clock is +6307")) << play.warnings();
  EXPECT_TRUE(play.warns("known to have passed")) << play.warnings();
  EXPECT_FALSE(play.is_synchronised());
  EXPECT_FALSE(play.is_reliable());
  EXPECT_FALSE(play.is_kernel_told());
  EXPECT_FALSE(play.feed("phone:192.0.2.4").is_accepted) << "below the floor";
  EXPECT_EQ(play.set().name, "adopt");
  EXPECT_TRUE(play.is_synchronised());
  EXPECT_LT(magnitude(play.error()), 1s);
  play.pass(10min);
  EXPECT_EQ(play.standing_of(server), "system-peer") << "the floor is the person's now";
  EXPECT_TRUE(play.is_reliable());
}

// After a power cut a router may serve 1970 or last year, which contradicts nothing.
TEST(HubClaims, AServerThatTellsATimeBeforeTheBuildSilencesNoClockThatIsRight) {
  HubPlay play;
  EXPECT_TRUE(play.feed("phone:192.0.2.4").is_accepted);
  Server& server = play.add_server();
  server.off = -kYear;
  play.pass(10min);
  EXPECT_EQ(play.standing_of(server), "refused");
  EXPECT_TRUE(play.is_synchronised());
  EXPECT_TRUE(play.is_reliable());
}

// The liar sets the clock while it is alone. Of the two that come later, one is so vague that it excludes
// neither.
TEST(HubClaims, ALiarThatCameFirstDoesNotTakeAVagueServerForAWitness) {
  for (const nanoseconds lie : {nanoseconds{300ms}, nanoseconds{5s}}) {
    HubPlay play;
    Server& liar = play.add_server();
    liar.off = lie;
    play.pass(10min);
    Server& vague = play.add_server();
    vague.root_dispersion = 10s;
    play.add_server();
    play.pass(1min);
    for (int minutes = 0; minutes < 60; ++minutes) {
      play.pass(1min);
      ASSERT_TRUE(play.is_bound_honest() || !play.is_synchronised()) << lie.count() << " " << minutes;
    }
  }
}

// The queries to the honest are lost at first, or their replies: the uplink comes up slowly.
TEST(HubClaims, ALiarThatAnswersFirstIsNotBelievedBeforeTheOthersHadTimeToAnswer) {
  for (const nanoseconds lie : {nanoseconds{-5s}, nanoseconds{5s}, nanoseconds{900s}}) {
    HubPlay play;
    play.add_server().off = lie;
    for (int honest = 0; honest < 2; ++honest) play.add_server().is_silent = true;
    expect_honest_for(play, 8s, "before the honest answer");
    EXPECT_FALSE(play.is_synchronised());
    for (Server& server : play.servers) server.is_silent = false;
    expect_honest_for(play, 5min, "then");
    EXPECT_TRUE(play.is_reliable());
    EXPECT_LT(magnitude(play.error()), 100ms);
  }
}

TEST(HubClaims, AServerThatNeverAnswersDelaysTheOthersByAQuarterOfAMinute) {
  HubPlay play;
  play.add_server();
  play.add_server().is_silent = true;
  play.pass(12s);
  EXPECT_FALSE(play.is_synchronised());
  play.pass(12s);
  EXPECT_TRUE(play.is_reliable());

  // Nobody who follows a server waits for those that are asked later.
  play.add_server().is_silent = true;
  play.pass(1s);
  EXPECT_EQ(play.standing_of(play.servers.front()), "system-peer");
}

// The bounds of the honest are so wide that the liar's is within both.
TEST(HubClaims, ALiarThatSeemsToKnowBestDoesNotNarrowTheBoundOfTheOthers) {
  for (const nanoseconds vague : {nanoseconds{90ms}, nanoseconds{900ms}}) {
    HubPlay play;
    Server& liar = play.add_server();
    liar.off = vague * 2 / 3;
    for (int honest = 0; honest < 2; ++honest) play.add_server().root_dispersion = vague;
    for (int minutes = 0; minutes < 60; ++minutes) {
      play.pass(1min);
      ASSERT_TRUE(play.is_bound_honest() || !play.is_synchronised()) << vague.count() << " " << minutes;
    }
  }
}

// The clock may be the one that is wrong.
TEST(HubClaims, AMajorityThatWasRefusedIsNotOutvotedByTheRest) {
  HubPlay play;
  std::array<Server*, 3> servers{&play.add_server(), &play.add_server(), &play.add_server()};
  play.pass(10min);
  for (Server* server : servers) server->off = kPanic;
  play.pass(10min);
  ASSERT_FALSE(play.is_synchronised());
  servers[0]->off = 500s;
  for (int minutes = 0; minutes < 60; ++minutes) {
    play.pass(1min);
    EXPECT_LT(magnitude(play.error()), 10ms);
    ASSERT_FALSE(play.is_synchronised()) << minutes;
  }
  for (Server* server : servers) server->off = 0s;
  play.pass(1h);
  EXPECT_TRUE(play.is_reliable());
}

TEST(HubClaims, RoutersThatTellATimeBeforeTheBuildDoNotOutvoteOneThatIsRight) {
  HubPlay play;
  EXPECT_TRUE(play.set().is_accepted);
  for (int routers = 0; routers < 2; ++routers) {
    Server& router = play.add_server();
    router.off = -kYear;
    play.pass(10min);
    EXPECT_EQ(play.standing_of(router), "refused");
  }
  play.add_server();
  play.pass(1h);
  EXPECT_TRUE(play.is_reliable());
  EXPECT_EQ(play.status().source, Server::source_of(3));
}

// It stays the clock's rate until a server shows a better one, but nobody vouches for it.
TEST(HubClaims, ARateThatAnotherProgramHasSetIsInTheBound) {
  HubPlay play;
  play.set(0s, 1ms);
  play.steer_by_others(200e-6);
  play.set(0s, 1ms);
  for (int hours = 0; hours < 12; ++hours) {
    if (hours == 6) play.stop();
    if (hours == 6) play.start_again();
    play.pass(1h);
    EXPECT_TRUE(play.is_bound_honest())
        << Seconds{play.error()}.count() << " s of " << Seconds{play.root_distance()}.count() << " s";
  }
}

// An experiment says how wrong the uncorrected clock may be, which this one is not.
TEST(HubClaims, ARateThatAnotherProgramHasSetIsInTheBoundOfTheNextRunToo) {
  HubPlay play;
  play.machine.crystal = 400e-6;
  play.hub->set_rate_error(Ppm::whole(440), play.now());
  play.set(0s, 1ms);
  play.steer_by_others(195e-6);
  play.set(0s, 1ms);
  play.stop();
  play.pass(1h);
  play.start_again();
  EXPECT_TRUE(play.is_synchronised());
  for (int hours = 0; hours < 6; ++hours) {
    EXPECT_TRUE(play.is_bound_honest())
        << Seconds{play.error()}.count() << " s of " << Seconds{play.root_distance()}.count() << " s";
    play.pass(1h);
  }
}

TEST(HubClaims, ARateThatAServerHasShownIsKnownToTheNextRun) {
  HubPlay play;
  play.machine.crystal = 80e-6;
  play.add_server();
  play.pass(6h);
  play.stop();
  play.start_again();
  EXPECT_LT(play.status().rate_error.value_or(RateError{}).value, Ppm::whole(5));
}

TEST(HubClaims, ARateThatAnotherProgramHasLeftBehindIsInTheBound) {
  HubPlay play(hub_play::ordinary(), {.rate = 200e-6});
  play.set(0s, 1ms);
  play.pass(6h);
  EXPECT_TRUE(play.is_bound_honest())
      << Seconds{play.error()}.count() << " s of " << Seconds{play.root_distance()}.count() << " s";
}

}  // namespace
}  // namespace isletime::hub_claims_test
