// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include "tests/policy/conversation.hpp"

namespace isletime::client_measurement_test {
namespace {

using namespace fakes;

TEST(ClientMeasurement, HasTheOffsetAndDelayOfTheFourStamps) {
  Conversation talk;
  const auto m = talk.hear(honest_reply(talk.ask()));
  ASSERT_TRUE(m.has_value());
  EXPECT_EQ(m->offset.value, 10s + 500us);
  EXPECT_EQ(m->delay.value, 3ms);
  EXPECT_EQ(m->time, kT4);
}

TEST(ClientMeasurement, TellsWhatTheServerTook) {
  Conversation talk;
  EXPECT_EQ(talk.hear(honest_reply(talk.ask()))->turnaround, 5ms);
}

TEST(ClientMeasurement, HasWhatTheServerSaidOfItself) {
  Conversation talk;
  const Header reply = honest_reply(talk.ask());
  EXPECT_EQ(talk.hear(reply)->server, reply);
}

TEST(ClientMeasurement, TakesTheBetterStampOfTheQuerysDeparture) {
  Conversation talk;
  const Header reply = honest_reply(talk.ask());
  talk.client.on_sent(kT1 + 400us);
  const auto m = talk.hear(reply);
  ASSERT_TRUE(m.has_value());
  EXPECT_EQ(m->delay.value, 3ms - 400us);
  EXPECT_EQ(m->offset.value, 10s + 300us);
}

// NTP era 1 starts at 2036-02-07T06:28:16Z.
TEST(ClientMeasurement, IsRightAcrossAnEra) {
  const WallTime t1{2'085'978'496s - 1s};
  Conversation talk;
  const Header query = talk.ask();
  talk.client.on_sent(t1);
  const auto m =
      talk.hear(honest_reply(query, to_ntp(t1 + 2s + 3ms), to_ntp(t1 + 2s + 3ms)), kServer, t1 + 6ms);
  ASSERT_TRUE(m.has_value());
  EXPECT_EQ(m->offset.value, 2s);
  EXPECT_EQ(m->delay.value, 6ms);
}

TEST(ClientMeasurement, TakesAClockThatWasNeverSet) {
  const WallTime t1{60s};
  Conversation talk;
  const Header query = talk.ask();
  talk.client.on_sent(t1);
  const auto m = talk.hear(honest_reply(query, to_ntp(kT1), to_ntp(kT1)), kServer, t1 + 4ms);
  ASSERT_TRUE(m.has_value());
  EXPECT_EQ(m->offset.value, 1'770'000'000s - 60s - 2ms);
}

// The program was built on 2026-11-21 and the local clock reads 1970. The servers are half an era ahead of
// it, in 2040 and in 2090.
TEST(ClientMeasurement, IsOfTheEraOfTheBuildByAClockOf1970) {
  const WallTime built{1'795'219'200s};
  const WallTime t1{60s};
  for (const seconds since_1970 : {2'147'483'708s, 2'208'988'800s, 3'786'912'000s}) {
    Conversation talk{{.server = kServer, .era_pivot = built}};
    const Header query = talk.ask();
    talk.client.on_sent(t1);
    const NtpTimestamp server_time = to_ntp(WallTime{since_1970});
    const auto m = talk.hear(honest_reply(query, server_time, server_time), kServer, t1 + 4ms);
    ASSERT_TRUE(m.has_value());
    EXPECT_EQ(m->offset.value, since_1970 - 60s - 2ms);
    EXPECT_EQ(m->delay.value, 4ms);
  }
}

// The local clock reads 2150; the era must come from the server's time relative to the build, not from the
// local clock.
TEST(ClientMeasurement, IsOfTheEraOfTheBuildByAClockThatRunsFarAhead) {
  const WallTime t1{5'680'281'600s};
  Conversation talk{{.server = kServer, .era_pivot = WallTime{1'795'219'200s}}};
  const Header query = talk.ask();
  talk.client.on_sent(t1);
  const auto m = talk.hear(honest_reply(query, to_ntp(kT1), to_ntp(kT1)), kServer, t1 + 4ms);
  ASSERT_TRUE(m.has_value());
  EXPECT_EQ(m->offset.value, 1'770'000'000s - 5'680'281'600s - 2ms);
}

TEST(ClientMeasurement, ReportsASlightlyNegativeDelayRaw) {
  Conversation talk;
  Header reply = honest_reply(talk.ask());
  reply.precision = -9;
  reply.transmit = to_ntp(kT2 + 9ms);
  const auto m = talk.hear(reply);
  ASSERT_TRUE(m.has_value());
  EXPECT_EQ(m->delay.value, -1ms);
}

// RFC 5905, section 8: the dispersion is both precisions plus 15 ppm of T4 - T1, which is 8 ms here.
TEST(ClientMeasurement, DispersionIsBothPrecisionsAndTheDriftMeanwhile) {
  Conversation talk{{.server = kServer, .precision = -8}};
  Header reply = honest_reply(talk.ask());
  reply.precision = -9;
  const auto m = talk.hear(reply);
  ASSERT_TRUE(m.has_value());
  const auto exact = 3'906'250ns + 1'953'125ns + 120ns;
  EXPECT_GE(m->dispersion.value, exact);
  EXPECT_LE(m->dispersion.value, exact + 15ns);
}

TEST(ClientMeasurement, ErrorBoundHoldsHoweverTheDelayWasSplit) {
  for (const auto there : {0ms, 1ms, 3ms}) {
    Conversation talk;
    const WallTime t2 = kT1 + 10s + there;
    const auto m = talk.hear(honest_reply(talk.ask(), to_ntp(t2), to_ntp(t2 + 5ms)));
    ASSERT_TRUE(m.has_value());
    const auto error = std::chrono::abs(m->offset.value - 10s);
    EXPECT_LE(error, error_bound(*m));
    EXPECT_LE(error_bound(*m), 1'500us + 3us);
  }
}

}  // namespace
}  // namespace isletime::client_measurement_test
