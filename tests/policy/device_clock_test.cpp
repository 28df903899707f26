// SPDX-License-Identifier: MIT
#include "libsync/policy/device_clock.hpp"

#include <optional>

#include <gtest/gtest.h>

#include "libsync/core/reference_id.hpp"
#include "libsync/policy/fixed_point.hpp"

namespace isletime::device_clock_test {
namespace {

using namespace std::chrono_literals;

constexpr WallTime kBuilt{1'790'000'000s};
constexpr WallTime kPoweredOn = kBuilt + 24h * 100;

// A device whose counter is slow by `rate`, and the server that it asks.
class World {
 public:
  explicit World(const DeviceClock::Config& config = {.built = kBuilt}, WallTime powered_on = kPoweredOn)
      : clock(config), powered_on_(powered_on) {
    server.stratum = 1;
    server.reference_id = ReferenceId::ascii("GPS\0");
    server.root_dispersion = ShortTime::round_up(1ms);
  }

  WallTime truth(MonoTime at) const {
    const nanoseconds since = at.time_since_epoch();
    return powered_on_ + since + exact_drift(since, rate);
  }
  // An exchange that is wrong by `lie`; with none, its delay is the same both ways.
  MeasurementUse ask(MonoTime at, nanoseconds lie = {}, nanoseconds delay = 2ms) {
    return clock.on_measurement({.time = clock.free_time(at),
                                 .offset = {elapsed(clock.free_time(at), truth(at)) + lie},
                                 .delay = {delay},
                                 .dispersion = {2us},
                                 .server = server},
                                at);
  }
  void ask_until(MonoTime end) {
    for (; now < end; now += clock.estimator().interval(now)) ask(now);
  }
  Judgement report(SourceKind kind, MonoTime at, nanoseconds lie, Dispersion bound, bool vouched = true) {
    return clock.on_report(kind, truth(at) + lie, bound, true, at, vouched);
  }
  nanoseconds error(MonoTime at) const { return elapsed(truth(at), clock.at(at)->time); }

  Header server;
  Ppm rate = Ppm::whole(40);
  DeviceClock clock;
  MonoTime now{10s};

 private:
  WallTime powered_on_;
};

TEST(DeviceClock, IsUnsetUntilASourceTellsTheTime) {
  const World world;
  EXPECT_FALSE(world.clock.at(MonoTime{1h}).has_value());
  EXPECT_FALSE(world.clock.wall(MonoTime{1h}).has_value());
}

TEST(DeviceClock, FollowsTheFirstMeasurementAtOnce) {
  World world;
  EXPECT_EQ(world.ask(world.now), MeasurementUse::kFollowed);
  const auto known = world.clock.at(world.now);
  ASSERT_TRUE(known.has_value());
  EXPECT_EQ(known->time, world.truth(world.now));
  EXPECT_TRUE(known->is_reliable);
  EXPECT_EQ(known->source, SourceKind::kNtp);
}

// The NTP era ends on 2036-02-07 at 06:28:16 UTC (RFC 5905, section 6).
TEST(DeviceClock, FollowsAServerAcrossTheEndOfTheEra) {
  constexpr WallTime kEnd{2'085'978'496s};
  World world{{.built = kBuilt}, kEnd - 1h};
  world.ask_until(MonoTime{2h});
  EXPECT_LT(magnitude(world.error(world.now)), 1ms);
  EXPECT_GT(world.clock.at(world.now)->time, kEnd);
}

TEST(DeviceClock, FollowsAServer56YearsAfterTheBuild) {
  World world{{.built = kBuilt}, kBuilt + 24h * 365 * 56};
  world.ask(world.now);
  EXPECT_EQ(world.error(world.now), 0ns);
}

TEST(DeviceClock, BelievesNoServerBeforeTheBuild) {
  World world{{.built = kBuilt}, kBuilt - 24h};
  EXPECT_EQ(world.ask(world.now), MeasurementUse::kBelowFloor);
  EXPECT_FALSE(world.clock.at(world.now).has_value());
}

// A queue that moves from one direction to the other looks like a rate. It is no larger than the round trips
// allow, and the bound must allow as much.
TEST(DeviceClock, BoundHoldsAfterQueuesHaveTaughtAWrongRate) {
  for (const nanoseconds round_trip : {20ms, 60ms, 140ms}) {
    World world;
    constexpr int kSamples = 20;
    for (int i = 0; i < kSamples; ++i) {
      const nanoseconds asymmetry = round_trip * (2 * i - kSamples + 1) / (2 * (kSamples - 1));
      world.ask(world.now, asymmetry * 9 / 10, round_trip);
      world.now += world.clock.estimator().interval(world.now);
    }
    for (const nanoseconds later : {0s, 60s, 300s, 600s}) {
      const MonoTime at = world.now + later;
      EXPECT_LE(magnitude(world.error(at)), world.clock.at(at)->bound.value)
          << round_trip.count() << " ns, " << later.count() << " ns later";
    }
  }
}

// At first, queues may teach a rate of 600 ppm as if it were certain. The first and the last exchange do not
// allow it, and the bound must say so.
TEST(DeviceClock, BoundHoldsAfterQueuesHaveTaughtARateThatTheExchangesExclude) {
  struct Exchange {
    MonoTime at;
    nanoseconds there;
    nanoseconds back;
  };
  World world;
  for (const auto& [at, there, back] : {Exchange{MonoTime{100s}, 1ms, 1ms},
                                        {MonoTime{101s}, 11ms, 1ms},
                                        {MonoTime{102s}, 1ms, 1ms},
                                        {MonoTime{131s}, 68ms, 5ms},
                                        {MonoTime{132s}, 2ms, 5ms},
                                        {MonoTime{133s}, 1ms, 43ms},
                                        {MonoTime{134s}, 1ms, 1ms},
                                        {MonoTime{135s}, 10ms, 43ms},
                                        {MonoTime{136s}, 1ms, 1ms}}) {
    world.ask(at, (there - back) / 2, there + back);
  }
  ASSERT_GT(world.clock.rate(MonoTime{136s}), Ppm::whole(500)) << "the rate is wrong";
  for (const MonoTime at : {MonoTime{140s}, MonoTime{200s}, MonoTime{800s}}) {
    EXPECT_LE(magnitude(world.error(at)), world.clock.at(at)->bound.value) << at.time_since_epoch().count();
  }
}

TEST(DeviceClock, BoundContainsTheRootDistanceAsItAges) {
  World near;
  World far;
  far.server.root_dispersion = ShortTime::round_up(101ms);
  near.ask(near.now);
  far.ask(far.now);
  const nanoseconds more = far.clock.at(far.now)->bound.value - near.clock.at(near.now)->bound.value;
  EXPECT_NEAR(static_cast<double>(more.count()), 100e6, 20e3);  // a short time's units are 15 us
  // RFC 5905, section 4 (PHI): 15 ppm, here of the server and of the device, for 1000 s.
  near.ask_until(MonoTime{1h});
  const MonoTime last = near.now;
  near.ask(last);
  const nanoseconds then = near.clock.at(last)->bound.value;
  EXPECT_GE(near.clock.at(last + 1000s)->bound.value - then, 30ms);
}

TEST(DeviceClock, BoundContainsTheCountersResolution) {
  World fine;
  World coarse{{.built = kBuilt, .resolution = {1ms}}};
  fine.ask(fine.now);
  coarse.ask(coarse.now);
  EXPECT_EQ(coarse.clock.at(coarse.now)->bound.value - fine.clock.at(fine.now)->bound.value, 1ms - 1us);
}

TEST(DeviceClock, BoundContainsWhatIsStillToBeSlewed) {
  World world;
  world.ask_until(MonoTime{10min});
  world.report(SourceKind::kPhone, world.now, 0ns, {1s});
  World slewing;
  // An RTC sets the clock 50 ms late, and the server corrects that by slewing.
  slewing.report(SourceKind::kRtc, MonoTime{1s}, -50ms, {1s});
  slewing.ask(MonoTime{10s});
  const auto known = slewing.clock.at(MonoTime{10s});
  EXPECT_LT(slewing.error(MonoTime{10s}), -45ms);
  EXPECT_GE(known->bound.value, magnitude(slewing.error(MonoTime{10s})));
  EXPECT_EQ(slewing.clock.settings(), 1U);
  slewing.ask(MonoTime{12s});
  EXPECT_LT(magnitude(slewing.error(MonoTime{16s})), 1ms);
}

TEST(DeviceClock, NeverGoesBackWhileItIsSlewed) {
  World world;
  world.report(SourceKind::kRtc, MonoTime{1s}, 90ms, {1s});
  world.ask(MonoTime{2s});
  WallTime last = *world.clock.wall(MonoTime{2s});
  for (MonoTime at{2s}; at < MonoTime{20s}; at += 10ms) {
    EXPECT_GT(*world.clock.wall(at + 10ms), last);
    last = *world.clock.wall(at + 10ms);
  }
  EXPECT_EQ(world.clock.settings(), 1U);
  EXPECT_LT(magnitude(world.error(MonoTime{20s})), 1ms);
}

TEST(DeviceClock, StepsOverALargeError) {
  World world;
  world.report(SourceKind::kRtc, MonoTime{1s}, 3s, {10s});
  world.ask(MonoTime{2s});
  EXPECT_EQ(world.clock.settings(), 2U);
  EXPECT_EQ(world.error(MonoTime{2s}), 0ns);
}

TEST(DeviceClock, HoldsTheRateWithoutItsServerAndSaysHowFarItMayBeOff) {
  World world;
  world.ask_until(MonoTime{1h});
  ASSERT_TRUE(world.clock.is_rate_known(world.now));
  const MonoTime later = world.now + 2h;
  EXPECT_LT(magnitude(world.error(later)), 3ms);
  EXPECT_TRUE(world.clock.at(later)->is_reliable);
  EXPECT_GT(world.clock.at(later)->bound, world.clock.at(later - 1h)->bound);
  // Eight polls of 1024 s without a reply: RFC 5905, section 13, calls a server unreachable.
  EXPECT_FALSE(world.clock.at(world.now + 8192s)->is_reliable);
}

TEST(DeviceClock, IsUnreliableBeyondTheBoundThatWasAskedFor) {
  World world{{.built = kBuilt, .reliable_within = {10ms}}};
  world.ask_until(MonoTime{10min});
  EXPECT_TRUE(world.clock.at(world.now)->is_reliable);
  world.server.root_dispersion = ShortTime::round_up(11ms);
  world.ask(world.now);
  EXPECT_FALSE(world.clock.at(world.now)->is_reliable);
}

TEST(DeviceClock, AReportOfWorseRankWaitsUntilTheServerIsForgotten) {
  World world;
  world.ask_until(MonoTime{10min});
  EXPECT_EQ(world.report(SourceKind::kManual, world.now, 1h, {1s}).verdict, Verdict::kOutranked);
  const MonoTime later = world.now + 3h;
  EXPECT_EQ(world.report(SourceKind::kManual, later, 1h, {1s}).verdict, Verdict::kAdopt);
  EXPECT_EQ(world.error(later), 1h);
  EXPECT_EQ(world.clock.at(later)->source, SourceKind::kManual);
  EXPECT_GE(world.clock.at(later)->bound.value, 1s);
  world.now = later + 1s;
  world.ask(world.now);
  EXPECT_LT(magnitude(world.error(world.now)), 10ms) << "and the server takes over again";
  EXPECT_EQ(world.clock.at(world.now)->source, SourceKind::kNtp);
}

TEST(DeviceClock, APhoneWithinItsThresholdLeavesTheClock) {
  World world;
  world.report(SourceKind::kRtc, MonoTime{1s}, 0ns, {2s});
  EXPECT_EQ(world.report(SourceKind::kPhone, MonoTime{2s}, 800ms, {100ms}).verdict, Verdict::kAgree);
  EXPECT_LT(magnitude(world.error(MonoTime{2s})), 1ms);
  EXPECT_GE(world.clock.at(MonoTime{2s})->bound.value, 800ms);
}

// A phone that agrees tells how far off the clock is now; for earlier instants the drift since is added.
TEST(DeviceClock, BoundOfAnInstantBeforeAConfirmationContainsTheDriftSince) {
  World world;
  world.report(SourceKind::kRtc, MonoTime{1s}, 800ms, {800ms});
  ASSERT_EQ(world.report(SourceKind::kPhone, MonoTime{1000s}, 0ms, {1ms}).verdict, Verdict::kAgree);
  for (const MonoTime at : {MonoTime{2s}, MonoTime{500s}, MonoTime{900s}}) {
    EXPECT_LE(magnitude(world.error(at)), world.clock.at(at)->bound.value) << at.time_since_epoch().count();
  }
}

// The clock goes on to what it is slewed to, so that is what the phone has to agree with.
TEST(DeviceClock, BoundHoldsAfterASlewInWhichAnotherSourceAgreed) {
  World world;
  world.report(SourceKind::kRtc, MonoTime{1s}, 0ms, {500ms});
  ASSERT_EQ(world.report(SourceKind::kRtc, MonoTime{2s}, 90ms, {90ms}).verdict, Verdict::kAdopt);
  ASSERT_EQ(world.report(SourceKind::kPhone, MonoTime{2s}, 0ms, {1ms}).verdict, Verdict::kAgree);
  EXPECT_GT(world.error(MonoTime{18s}), 80ms);
  for (const MonoTime at : {MonoTime{2s}, MonoTime{10s}, MonoTime{18s}}) {
    EXPECT_LE(magnitude(world.error(at)), world.clock.at(at)->bound.value) << at.time_since_epoch().count();
  }
}

TEST(DeviceClock, AnRtcThatNobodyVouchesForSetsTheClockButMakesItNotReliable) {
  World world;
  world.report(SourceKind::kRtc, MonoTime{1s}, 0ns, {100ms}, false);
  ASSERT_TRUE(world.clock.at(MonoTime{2s}).has_value());
  EXPECT_FALSE(world.clock.at(MonoTime{2s})->is_reliable);
  EXPECT_FALSE(world.clock.may_write_rtc(MonoTime{2s}));
}

// Crystals off by 272 ppm were seen.
TEST(DeviceClock, BoundOfAnUnknownCrystalGrowsAccordingly) {
  World world;
  world.rate = Ppm::whole(270);
  world.report(SourceKind::kManual, MonoTime{1s}, 0ns, {10ms});
  const MonoTime later{1001s};
  EXPECT_GE(world.clock.at(later)->bound.value, magnitude(world.error(later)));
}

TEST(DeviceClock, ReportsDoNotWidenTheBoundByThemselves) {
  World world;
  world.report(SourceKind::kManual, MonoTime{1s}, 0ns, {10ms});
  for (int i = 0; i < 1000; ++i) world.report(SourceKind::kRtc, MonoTime{2s}, 1h, {1s});
  EXPECT_LT(world.clock.at(MonoTime{2s})->bound.value, 11ms);
}

TEST(DeviceClock, ALocalClocksServerIsReliableOnlyForAnIslandsDevices) {
  World world;
  World islands{{.built = kBuilt, .may_follow_island = nullptr}};
  for (World* each : {&world, &islands}) {
    each->server.stratum = 10;
    each->server.reference_id = kLocalClock;
    each->ask_until(MonoTime{10min});
    EXPECT_LT(magnitude(each->error(each->now)), 1ms);
  }
  EXPECT_FALSE(world.clock.at(world.now)->is_reliable);
  EXPECT_TRUE(islands.clock.at(islands.now)->is_reliable);
}

TEST(DeviceClock, ALocalClocksServerTeachesTheRateWhileAnRtcIsBelieved) {
  World world;
  world.server.stratum = 10;
  world.server.reference_id = kLocalClock;
  world.report(SourceKind::kRtc, MonoTime{1s}, 0ns, {500ms});
  EXPECT_EQ(world.ask(MonoTime{2s}, 10min), MeasurementUse::kOutranked);
  for (MonoTime at{4s}; at < MonoTime{10min}; at += 16s) world.ask(at, 10min);
  EXPECT_LT(magnitude(world.error(MonoTime{10min})), 25ms);
  EXPECT_TRUE(world.clock.is_rate_known(MonoTime{10min}));
  EXPECT_LT(magnitude(world.error(MonoTime{30min})), 30ms);
}

TEST(DeviceClock, CountsBackToAPressBeforeTheFirstMeasurement) {
  World world;
  const MonoTime pressed{5s};
  world.now = MonoTime{300s};
  world.ask_until(MonoTime{600s});
  const auto stamped = world.clock.at(pressed);
  EXPECT_LE(magnitude(elapsed(world.truth(pressed), stamped->time)), stamped->bound.value);
  EXPECT_LT(magnitude(elapsed(world.truth(pressed), stamped->time)), 1ms);
  World fresh;
  fresh.ask(MonoTime{300s});
  const auto rough = fresh.clock.at(pressed);
  EXPECT_LE(magnitude(elapsed(fresh.truth(pressed), rough->time)), rough->bound.value);
  EXPECT_GT(rough->bound.value, 295s * 200 / 1'000'000) << "the crystal is unknown";
}

TEST(DeviceClock, FollowsAServerThatWasSetToAnotherTimeAfterThreeMeasurements) {
  World world;
  world.ask_until(MonoTime{10min});
  EXPECT_EQ(world.ask(world.now, 1h), MeasurementUse::kDoubted);
  EXPECT_GE(world.clock.at(world.now)->bound.value, 1h - 1s) << "the server may be right";
  EXPECT_FALSE(world.clock.at(world.now)->is_reliable);
  EXPECT_EQ(world.ask(world.now + 2s, 1h), MeasurementUse::kDoubted);
  EXPECT_EQ(world.ask(world.now + 4s, 1h), MeasurementUse::kStepped);
  EXPECT_LT(magnitude(world.error(world.now + 4s) - 1h), 1ms);
  EXPECT_TRUE(world.clock.at(world.now + 4s)->is_reliable);
}

TEST(DeviceClock, AnotherServerStartsAnewButTheRateRemains) {
  World world;
  world.ask_until(MonoTime{1h});
  const MonoTime changed = world.now;
  world.clock.on_server_changed(changed);
  const MonoTime later = changed + 10min;
  EXPECT_LT(magnitude(world.error(later)), 1ms) << "until it replies";
  EXPECT_LE(magnitude(world.error(later)), world.clock.at(later)->bound.value);
  world.ask(later, 50ms);
  EXPECT_EQ(world.clock.settings(), 1U);
  EXPECT_LT(magnitude(world.error(later + 10min) - 50ms), 2ms);
  EXPECT_TRUE(world.clock.is_rate_known(later + 10min));
}

// The rate that was known before the first change still counts: the second server was not heard for long
// enough to replace it.
TEST(DeviceClock, BoundHoldsAfterTwoServersThatTaughtAWrongRate) {
  World world;
  world.ask_until(MonoTime{10min});
  ASSERT_TRUE(world.clock.is_rate_known(world.now));
  world.clock.on_server_changed(world.now);
  world.ask(world.now, 0ms, 44ms);
  world.ask(world.now + 1s, 10ms, 23ms);
  world.ask(world.now + 2s, -14ms, 30ms);
  ASSERT_LT(world.clock.rate(world.now + 2s), Ppm::whole(0)) << "the rate is wrong";
  world.clock.on_server_changed(world.now + 2s);
  world.clock.on_server_changed(world.now + 2s);
  world.ask(world.now + 3s, 0ms, 44ms);
  const MonoTime later = world.now + 10h;
  EXPECT_LE(magnitude(world.error(later)), world.clock.at(later)->bound.value);
}

TEST(DeviceClock, ASavedRateCountsFromTheFirstMeasurement) {
  World world{{.built = kBuilt, .saved_rate = Ppm::whole(40), .saved_rate_error = Ppm::whole(2)}};
  world.ask(MonoTime{1s});
  EXPECT_TRUE(world.clock.is_rate_known(MonoTime{1s}));
  EXPECT_LT(magnitude(world.error(MonoTime{1001s})), 1ms);
  EXPECT_LT(world.clock.at(MonoTime{1001s})->bound.value, 60ms);
}

TEST(DeviceClock, ASavedRateThatIsWrongIsUnlearned) {
  World world{{.built = kBuilt, .saved_rate = Ppm::whole(-60), .saved_rate_error = Ppm::whole(2)}};
  world.ask_until(MonoTime{2h});
  EXPECT_LT(magnitude(world.error(world.now)), 1ms);
  const std::int64_t wrong = world.clock.rate(world.now).scaled - world.rate.scaled;
  EXPECT_LT(wrong < 0 ? -wrong : wrong, Ppm::whole(1).scaled);
}

}  // namespace
}  // namespace isletime::device_clock_test
