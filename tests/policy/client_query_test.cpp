// SPDX-License-Identifier: MIT
#include <algorithm>

#include <gtest/gtest.h>

#include "tests/policy/conversation.hpp"

namespace isletime::client_query_test {
namespace {

using namespace fakes;

constexpr std::uint64_t kNonce = 0x0123'4567'89ab'cdef;

TEST(ClientQuery, HoldsNothingButVersionModeAndTheRandomTransmitStamp) {
  Client client{{.server = kServer}};
  Query expected{};
  expected[0] = 0x23;  // leap 0, version 4, mode 3
  const std::uint8_t transmit[] = {0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef};
  std::copy(std::begin(transmit), std::end(transmit), expected.begin() + 40);
  EXPECT_EQ(client.poll(MonoTime{}, kNonce), expected);
}

TEST(ClientQuery, IsOfTheConfiguredVersion) {
  const std::uint8_t first_bytes[] = {0x0b, 0x13, 0x1b, 0x23};
  for (std::uint8_t version = 1; version <= 4; ++version) {
    Client client{{.server = kServer, .version = version}};
    EXPECT_EQ(client.poll(MonoTime{}, kNonce)->at(0), first_bytes[version - 1]);
  }
}

// CVE-2020-13817: an attacker can guess a transmit timestamp that is the local time.
TEST(ClientQuery, IsTheSameWhateverTheLocalClockReads) {
  const auto second_query = [](WallTime local) {
    Conversation talk;
    const Header first = talk.ask();
    talk.client.on_sent(local);
    talk.hear(honest_reply(first), kServer, local + 8ms).has_value();
    talk.now = talk.client.next_wakeup();
    return talk.poll();
  };
  EXPECT_TRUE(second_query(kT1).has_value());
  EXPECT_EQ(second_query(kT1), second_query(WallTime{1s}));
}

TEST(ClientQuery, IsNeverSentWithAnUnsetTransmitStamp) {
  Client client{{.server = kServer}};
  EXPECT_FALSE(parse_header(*client.poll(MonoTime{}, 0)).transmit.is_unset());
}

TEST(ClientQuery, IsDueAtOnceAtFirst) {
  EXPECT_TRUE(Client{{.server = kServer}}.poll(MonoTime{}, kNonce).has_value());
  EXPECT_TRUE(Client{{.server = kServer}}.poll(MonoTime{1000h}, kNonce).has_value());
}

TEST(ClientQuery, FollowsAnAnsweredOneNoSoonerThanTwoSeconds) {
  Conversation talk;
  const MonoTime first = talk.now;
  EXPECT_TRUE(talk.hear(honest_reply(talk.ask())).has_value());
  talk.now = first + 2s - 1ns;
  EXPECT_FALSE(talk.poll().has_value());
  talk.now = first + 2s;
  EXPECT_TRUE(talk.poll().has_value());
}

TEST(ClientQuery, ToOurOwnServerMayComeSooner) {
  Conversation talk{{.server = kServer, .shortest_interval = 50ms}};
  EXPECT_TRUE(talk.hear(honest_reply(talk.ask())).has_value());
  talk.now += 50ms;
  EXPECT_TRUE(talk.poll().has_value());
}

TEST(ClientQuery, WaitsForTheOneThatIsOutstanding) {
  Conversation talk{{.server = kServer, .timeout = 10s, .shortest_interval = 1s}};
  talk.ask();
  EXPECT_EQ(talk.client.next_wakeup(), talk.now + 10s);
  talk.now += 10s - 1ns;
  EXPECT_FALSE(talk.poll().has_value());
  EXPECT_TRUE(talk.client.is_awaiting());
}

TEST(ClientQuery, IsGivenUpAtItsTimeout) {
  Conversation talk{{.server = kServer, .timeout = 1s}};
  talk.ask();
  talk.now += 1s;
  EXPECT_FALSE(talk.poll().has_value());
  EXPECT_FALSE(talk.client.is_awaiting());
}

TEST(ClientQuery, ExpiresAtItsTimeoutAndNoSooner) {
  Conversation talk{{.server = kServer, .timeout = 1s}};
  EXPECT_FALSE(talk.client.expire(talk.now));
  talk.ask();
  EXPECT_FALSE(talk.client.expire(talk.now + 1s - 1ns));
  EXPECT_TRUE(talk.client.is_awaiting());
  EXPECT_TRUE(talk.client.expire(talk.now + 1s));
  EXPECT_FALSE(talk.client.is_awaiting());
}

TEST(ClientQuery, NextWakeupIsWhenTheNextOneIsDue) {
  Conversation talk;
  const MonoTime first = talk.now;
  EXPECT_TRUE(talk.hear(honest_reply(talk.ask())).has_value());
  EXPECT_EQ(talk.client.next_wakeup(), first + 2s);
  talk.now = first + 2s;
  EXPECT_TRUE(talk.poll().has_value());
}

}  // namespace
}  // namespace isletime::client_query_test
