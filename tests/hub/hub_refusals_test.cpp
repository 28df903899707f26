// SPDX-License-Identifier: MIT
// A kernel that refuses to change the clock. A correction that was refused must not count as applied.
#include <cmath>

#include <gtest/gtest.h>

#include "tests/hub/hub_play.hpp"

namespace isletime::hub_refusals_test {
namespace {

using namespace std::chrono_literals;
using namespace hub_play;

constexpr const char* kNotPermitted = "clock_adjtime: Operation not permitted";
constexpr const char* kSaid = "the clock cannot be steered: clock_adjtime: Operation not permitted";

void expect_nothing_claimed(const HubPlay& play) {
  EXPECT_FALSE(play.is_synchronised());
  EXPECT_FALSE(play.is_reliable());
  EXPECT_FALSE(play.is_kernel_told());
  EXPECT_EQ(play.status().source, "free run");
}

TEST(HubRefusals, AClockThatAServerMayNotSetIsNotClaimedToBeSet) {
  HubPlay play(ordinary(), {.wall = kStart - 500ms, .refusal = kNotPermitted});
  Server& server = play.add_server();
  play.pass(1h);
  expect_nothing_claimed(play);
  EXPECT_EQ(play.error(), -500ms);
  EXPECT_EQ(play.said("the clock follows"), 0);
  EXPECT_EQ(play.said("the clock is stepped"), 0);
  EXPECT_EQ(play.count<action::TellKernel>(), 0);
  EXPECT_EQ(play.standing_of(server), "system-peer") << "it is no fault of the server's";
}

TEST(HubRefusals, ItIsSaidOnceAndShownUntilItIsOver) {
  HubPlay play(ordinary(), {.wall = kStart - 500ms, .refusal = kNotPermitted});
  play.add_server();
  play.pass(1h);
  EXPECT_EQ(play.said(kSaid), 1);
  EXPECT_TRUE(play.warns(kSaid)) << play.warnings();
  EXPECT_TRUE(play.warns("--no-clock")) << play.warnings();
  play.machine.refusal.clear();
  play.pass(10min);
  EXPECT_FALSE(play.warns(kSaid)) << play.warnings();
  EXPECT_TRUE(play.is_reliable());
  EXPECT_TRUE(play.is_kernel_told());
  EXPECT_LT(magnitude(play.error()), 1ms);
  play.machine.refusal = kNotPermitted;
  play.pass(1h);
  EXPECT_EQ(play.said(kSaid), 2) << "another time";
}

// The hub then knows of the clock only what it knew before.
TEST(HubRefusals, AClockThatCannotBeSteeredAnyMoreIsLost) {
  HubPlay play(ordinary(), {.crystal = 10e-6});
  Server& server = play.add_server();
  play.pass(30min);
  ASSERT_TRUE(play.is_reliable());
  play.machine.refusal = kNotPermitted;
  for (int minutes = 0; minutes < 300; ++minutes) {
    play.pass(1min);
    ASSERT_TRUE(play.is_bound_honest()) << minutes;
  }
  EXPECT_EQ(play.served().reference_id, kLocalClock);
  EXPECT_FALSE(play.is_reliable()) << "no window is renewed";
  EXPECT_EQ(play.said("is not followed any more"), 1);
  EXPECT_EQ(play.standing_of(server), "system-peer");
}

TEST(HubRefusals, AStepThatIsRefusedIsNoneThoughItsRateWasTaken) {
  HubPlay play(ordinary(), {.wall = kStart - 1h, .refusal_of_steps = kNotPermitted});
  play.add_server();
  play.pass(10min);
  expect_nothing_claimed(play);
  EXPECT_LT(play.error(), -3599s);
  EXPECT_EQ(play.said(kSaid), 1);
  play.machine.refusal_of_steps.clear();
  play.pass(10min);
  EXPECT_LT(magnitude(play.error()), 1ms);
  EXPECT_TRUE(play.is_reliable());
}

TEST(HubRefusals, WhoFeedsItIsAnsweredSo) {
  for (const char* source :
       {"ntp:192.0.2.4", "phone:192.0.2.4", "ocpp:wss://192.0.2.4", "ccapi:https://192.0.2.4"}) {
    HubPlay play(ordinary(), {.wall = kStart - 1h, .refusal = kNotPermitted});
    const Hub::Reply reply = play.feed(source);
    EXPECT_FALSE(reply.is_accepted) << source;
    EXPECT_EQ(reply.name, "clock-refuses") << source;
    EXPECT_EQ(reply.text, std::string{kSaid} + ": run sntpd with CAP_SYS_TIME, or with --no-clock");
    expect_nothing_claimed(play);
    EXPECT_EQ(play.hub->fed_views(play.now()).front().standing, "clock-refuses") << source;
    play.machine.refusal.clear();
    EXPECT_EQ(play.feed(source).name, "adopt") << source;
    EXPECT_LT(magnitude(play.error()), 1s) << source;
  }
}

TEST(HubRefusals, ASlewThatIsRefusedIsNotEndedEither) {
  HubPlay play(without_steps(), {.wall = kStart - 10s, .refusal = kNotPermitted});
  EXPECT_EQ(play.feed("phone:192.0.2.4").name, "clock-refuses");
  play.pass(10min);
  EXPECT_EQ(play.count<action::Steer>(), 1);
}

TEST(HubRefusals, APersonIsAnsweredSo) {
  HubPlay play(ordinary(), {.wall = kStart - 1h, .refusal = kNotPermitted});
  EXPECT_EQ(play.set().name, "clock-refuses");
  expect_nothing_claimed(play);
  EXPECT_EQ(play.said("set by hand"), 0);
  play.machine.refusal.clear();
  EXPECT_EQ(play.set().name, "adopt");
  EXPECT_TRUE(play.is_reliable());
  EXPECT_EQ(play.said("set by hand"), 1);
}

TEST(HubRefusals, AKernelThatIsNotToldSaysSo) {
  HubPlay play;
  play.add_server();
  play.pass(1h);
  play.hub->on_told("clock_adjtime: Invalid argument");
  play.execute();
  EXPECT_EQ(play.said("Invalid argument"), 1);
  EXPECT_TRUE(play.warns("Invalid argument"));
  play.pass(10min);
  EXPECT_FALSE(play.warns("Invalid argument"));
}

TEST(HubRefusals, BesideTheMachinesClockNobodyIsAsked) {
  HubPlay play(ordinary(), {.wall = kStart - 1h, .refusal = kNotPermitted});
  play.steers_machine = false;
  play.add_server();
  play.pass(10min);
  EXPECT_LT(magnitude(play.error()), 1ms) << "of the hub's time";
  EXPECT_LT(play.machine.wall, play.machine.truth - 3599s);
  EXPECT_TRUE(play.is_reliable());
  EXPECT_EQ(play.count<action::Steer>(), 0);
  EXPECT_EQ(play.count<action::TellKernel>(), 0);
}

TEST(HubRefusals, AClockThatIsLeftAtTheRateOfASlewIsNotClaimed) {
  HubPlay play;
  Server& server = play.add_server();
  play.pass(1h);
  server.off = 90ms;
  for (int i = 0; i < 16 && std::abs(play.machine.rate) < 1e-4; ++i) {
    play.ask(server);
    play.machine.pass(2s);
  }
  ASSERT_GT(std::abs(play.machine.rate), 1e-4) << "it is slewed";
  play.machine.refusal = kNotPermitted;
  server.is_silent = true;
  play.pass(10min);
  EXPECT_FALSE(play.is_synchronised());
  EXPECT_FALSE(play.is_reliable());
  play.machine.refusal.clear();
  server.is_silent = false;
  play.pass(10min);
  EXPECT_TRUE(play.is_synchronised());
}

}  // namespace
}  // namespace isletime::hub_refusals_test
