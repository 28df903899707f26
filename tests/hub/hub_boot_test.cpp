// SPDX-License-Identifier: MIT
// The hub from power-on until a source has set its clock.
#include <gtest/gtest.h>

#include "tests/hub/hub_play.hpp"

namespace isletime::hub_boot_test {
namespace {

using namespace std::chrono_literals;
using namespace hub_play;

constexpr WallTime kIn1970{100s};

void expect_nothing_claimed(const HubPlay& play, const char* when) {
  EXPECT_FALSE(play.is_synchronised()) << when;
  EXPECT_EQ(play.status().leap, Leap::kUnsynchronised) << when;
  EXPECT_EQ(play.status().stratum, 0) << when;
  EXPECT_FALSE(play.is_reliable()) << when;
}

TEST(HubBoot, UntilSomethingVouchesItIsUnsynchronisedAndSaysWhatToDo) {
  HubPlay play;
  expect_nothing_claimed(play, "at the start");
  EXPECT_TRUE(play.warns(Hub::kHowToSet)) << play.warnings();
  play.pass(24h);
  expect_nothing_claimed(play, "a day later");
  EXPECT_TRUE(play.warns(Hub::kHowToSet)) << play.warnings();
  play.set();
  EXPECT_FALSE(play.warns(Hub::kHowToSet)) << play.warnings();
}

TEST(HubBoot, AnIslandsReferenceIsServedFromTheStartAtItsStratum) {
  const HubPlay play(of_island(), {.wall = kIn1970});
  EXPECT_TRUE(play.is_synchronised());
  EXPECT_EQ(play.served().leap, Leap::kNone);
  EXPECT_EQ(play.served().stratum, 7);
  EXPECT_EQ(play.served().reference_id, kLocalClock);
  EXPECT_FALSE(play.is_reliable()) << "nobody has told the time of day";
  EXPECT_TRUE(play.warns("served as the island's own")) << play.warnings();
}

TEST(HubBoot, AServerVouchesWithItsThirdSample) {
  HubPlay play(ordinary(), {.wall = kStart - 1h});
  Server& server = play.add_server();
  play.ask_often(server, 2);
  expect_nothing_claimed(play, "after two samples");
  play.ask(server);
  EXPECT_TRUE(play.is_synchronised());
  EXPECT_EQ(play.served().stratum, 2);
  EXPECT_TRUE(play.is_reliable());
  EXPECT_LT(magnitude(play.error()), 1ms);
  EXPECT_TRUE(play.is_kernel_told());
  EXPECT_EQ(play.status().source, server.source());
}

TEST(HubBoot, APersonVouches) {
  HubPlay play(ordinary(), {.wall = kIn1970});
  EXPECT_EQ(play.set().name, "adopt");
  EXPECT_TRUE(play.is_synchronised());
  EXPECT_TRUE(play.is_reliable());
  EXPECT_TRUE(play.is_bound_honest());
  EXPECT_EQ(play.status().kind, "manual");
  EXPECT_FALSE(play.is_kernel_told()) << "as a server does, nobody vouches";
}

TEST(HubBoot, TheKernelsWordVouchesAsLongAsItIsGiven) {
  HubPlay play;
  play.machine.others_word = Dispersion{50ms};
  play.pass(65s);
  EXPECT_TRUE(play.is_synchronised());
  EXPECT_TRUE(play.is_reliable());
  EXPECT_GE(play.root_distance(), 50ms);
  EXPECT_TRUE(play.warns("as the kernel reports")) << play.warnings();
  play.machine.others_word = Dispersion{2s};
  play.pass(65s);
  EXPECT_TRUE(play.is_synchronised());
  EXPECT_FALSE(play.is_reliable()) << "two seconds are more than --reliable-within";
  play.machine.others_word.reset();
  play.pass(65s);
  expect_nothing_claimed(play, "the other program has gone");
}

// The dispersion that an island's reference serves is measured from itself, and says nothing of the world's
// time.
TEST(HubBoot, AnIslandsReferenceIsNotReliableByTheKernelsWordIfThatIsVague) {
  for (const nanoseconds bound : {50ms, 8000ms}) {
    HubPlay play(of_island(), {.wall = kStart - bound / 2});
    play.machine.others_word = Dispersion{bound};
    play.pass(65s);
    EXPECT_EQ(play.is_reliable(), bound < 1s);
  }
}

TEST(HubBoot, TheKernelsWordIsAboutTheMachinesClockAndNotAboutTheOneBesideIt) {
  HubPlay play(ordinary(), {.wall = kStart - 3s});
  play.steers_machine = false;
  play.set();
  play.jump(10h);
  ASSERT_FALSE(play.is_synchronised());
  play.machine.wall = play.machine.truth;
  play.jump(10h);
  play.machine.others_word = Dispersion{10h + 1ms};
  play.pass(65s);
  EXPECT_TRUE(play.is_synchronised());
  EXPECT_TRUE(play.is_bound_honest());
}

TEST(HubBoot, OnceATimeIsToldTheKernelIsNotAskedAnyMore) {
  HubPlay play;
  play.set();
  const auto asked = play.count<action::AskKernel>();
  play.machine.others_word = Dispersion{1ms};
  play.pass(1h);
  EXPECT_EQ(play.count<action::AskKernel>(), asked);
  EXPECT_GE(play.root_distance(), 500ms) << "what a person knew";
}

TEST(HubBoot, WhatWasKnownInThisBootStillIs) {
  HubPlay play;
  play.add_server();
  play.pass(10min);
  play.stop();
  play.machine.pass(5min);
  play.start_again();
  EXPECT_TRUE(play.is_synchronised());
  EXPECT_TRUE(play.is_reliable());
  EXPECT_TRUE(play.is_bound_honest());
  EXPECT_EQ(play.served().reference_id, kLocalClock) << "no server is followed yet";
}

TEST(HubBoot, WhatWasKnownInAnotherBootIsNoWordForThisOne) {
  HubPlay play;
  play.add_server();
  play.pass(10min);
  play.stop();
  play.machine.truth += 1h;
  play.reboot(play.machine.truth);
  expect_nothing_claimed(play, "after the reboot");
}

// --- A clock that is decades off ---

TEST(HubBoot, AClockIn1970ComesRightByAServerHoweverFar) {
  HubPlay play(ordinary(), {.wall = kIn1970});
  Server& server = play.add_server();
  play.ask_often(server, 3);
  EXPECT_LT(magnitude(play.error()), 1ms);
  EXPECT_TRUE(play.is_reliable());
}

// After a power cut, the server may have started in 1970 as well.
TEST(HubBoot, AClockIn1970ComesRightByAServerThatWasWrongWithIt) {
  for (const auto first_wrong : {elapsed(kStart, kIn1970), nanoseconds{-kYear}}) {
    HubPlay play(ordinary(), {.wall = kIn1970});
    Server& server = play.add_server();
    server.off = first_wrong;
    play.pass(5min);
    expect_nothing_claimed(play, "while both are wrong");
    server.off = 0s;
    play.pass(10min);
    EXPECT_LT(magnitude(play.error()), 1ms);
    EXPECT_TRUE(play.is_synchronised());
    EXPECT_TRUE(play.is_reliable());
    EXPECT_FALSE(play.warns("refused")) << play.warnings();
  }
}

// Such a time means a simulation. The clock is steered, but is served as unsynchronised.
TEST(HubBoot, AClockBeforeTheBuildIsSteeredAndNeverServedAsRight) {
  HubPlay play(ordinary(), {.truth = kMade - kYear, .wall = kMade - kYear - 1h});
  play.add_server();
  play.pass(10min);
  EXPECT_LT(magnitude(play.error()), 1ms);
  expect_nothing_claimed(play, "before the build");
  play.stop();
  EXPECT_FALSE(play.saved);
}

TEST(HubBoot, AClockThatFallsBackTo1970WhileItRunsComesRightAgain) {
  HubPlay play;
  play.add_server();
  play.pass(10min);
  play.jump(elapsed(kStart, kIn1970));
  expect_nothing_claimed(play, "behind the jump");
  play.pass(10min);
  EXPECT_LT(magnitude(play.error()), 1ms);
  EXPECT_TRUE(play.is_reliable());
}

TEST(HubBoot, AClockIn1970ComesRightByWhateverIsFed) {
  for (const char* source : {"ntp:192.0.2.4", "phone:192.0.2.4", "ocpp:wss://192.0.2.4", "rtc:/dev/rtc9"}) {
    HubPlay play(ordinary(), {.wall = kIn1970});
    EXPECT_EQ(play.feed(source).name, "adopt") << source;
    EXPECT_LT(magnitude(play.error()), 20ms) << source;
    EXPECT_TRUE(play.is_reliable()) << source;
  }
}

TEST(HubBoot, WhereServersAreAskedItSaysWhereToSeeWhyNoneHasToldTheTime) {
  HubConfig config = ordinary();
  config.asks_servers = true;
  HubPlay play(config);
  EXPECT_TRUE(play.warns("no server has told the time yet: sntpctl sources says why")) << play.warnings();
  EXPECT_FALSE(play.warns("name a --server")) << play.warnings();
}

}  // namespace
}  // namespace isletime::hub_boot_test
