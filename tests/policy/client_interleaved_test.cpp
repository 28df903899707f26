// SPDX-License-Identifier: MIT
// Interleaved mode (RFC 9769, section 2). As in its figure, t1 to t4 are the first exchange and t5 to t8 the
// second: the second reply carries t3 as the kernel stamped it, 300 us after the estimate in the first one.
#include <gtest/gtest.h>

#include "tests/policy/conversation.hpp"

namespace isletime::client_interleaved_test {
namespace {

using namespace fakes;

constexpr auto kSendPath = 300us;
constexpr auto kPoll = 2s;

// The server's clock is 10 s ahead. The query takes 2 ms, the server 5 ms and the reply 1 ms; the send path
// adds 300 us, which only an interleaved reply reveals.
struct Round {
  WallTime sent;

  WallTime received() const { return sent + 10s + 2ms; }
  WallTime stamped() const { return received() + 5ms; }
  WallTime really_left() const { return stamped() + kSendPath; }
  WallTime arrived() const { return really_left() - 10s + 1ms; }
};

class Interleaved : public testing::Test {
 protected:
  static Round round(int number) { return {kT1 + number * kPoll}; }

  // Sends the query of the round when it is due.
  Header ask(int number) {
    talk_.now = talk_.client.next_wakeup();
    const auto query = talk_.poll();
    EXPECT_TRUE(query.has_value()) << "no query is due";
    if (!query) return {};
    talk_.client.on_sent(round(number).sent);
    return parse_header(*query);
  }
  static Header basic_reply(const Header& query, int number) {
    return honest_reply(query, to_ntp(round(number).received()), to_ntp(round(number).stamped()));
  }
  // `told` is the round whose kernel transmit timestamp this reply carries.
  static Header interleaved_reply(const Header& query, int number, int told) {
    Header reply = honest_reply(query, to_ntp(round(number).received()), to_ntp(round(told).really_left()));
    reply.origin = query.receive;
    return reply;
  }
  Result<Measurement, Reject> hear(const Header& reply, int number) {
    return talk_.hear(reply, kServer, round(number).arrived());
  }
  std::optional<Reject> reject_of(const Header& reply, int number) {
    const auto result = hear(reply, number);
    return result ? std::nullopt : std::optional{result.error()};
  }
  void converse_in_basic_mode(int number) {
    EXPECT_EQ(reject_of(basic_reply(ask(number), number), number), std::nullopt);
  }
  // Sends the query when it is due and lets it time out.
  void lose(int number) {
    ask(number);
    talk_.now = talk_.client.next_wakeup();
    EXPECT_FALSE(talk_.poll().has_value());
  }
  static bool is_basic(const Header& query) { return query.origin.is_unset() && query.receive.is_unset(); }
  // Returns how the client rejects the second reply after `spoil` has changed it.
  template <class Spoil>
  std::optional<Reject> second_reject(Spoil spoil) {
    converse_in_basic_mode(0);
    Header reply = interleaved_reply(ask(1), 1, 0);
    spoil(reply);
    return reject_of(reply, 1);
  }

  Conversation talk_{{.server = kServer, .shortest_interval = kPoll, .interleaved = true}};
};

TEST_F(Interleaved, IsNotAskedForUnlessConfigured) {
  Conversation talk;
  EXPECT_EQ(talk.reject_of(honest_reply(talk.ask())), std::nullopt);
  EXPECT_TRUE(is_basic(talk.ask_when_due()));
}

TEST_F(Interleaved, TheFirstExchangeIsBasic) {
  const Header query = ask(0);
  EXPECT_TRUE(is_basic(query));
  const auto m = hear(basic_reply(query, 0), 0);
  ASSERT_TRUE(m.has_value());
  EXPECT_FALSE(m->is_interleaved);
}

TEST_F(Interleaved, AQueryNamesTheReplyBeforeByTheServersReceiveStamp) {
  converse_in_basic_mode(0);
  const Header query = ask(1);
  EXPECT_EQ(query.origin, to_ntp(round(0).received()));
  EXPECT_FALSE(query.receive.is_unset());
  EXPECT_NE(query.receive, query.transmit) << "by this the server tells the modes";
}

// Attack class 6: neither timestamp in the query reveals the local time.
TEST_F(Interleaved, AQueryIsTheSameWhateverTheLocalClockReads) {
  const auto second_query = [](WallTime local) {
    Conversation talk{{.server = kServer, .interleaved = true}};
    const Header first = talk.ask();
    talk.client.on_sent(local);
    EXPECT_TRUE(talk.hear(honest_reply(first), kServer, local + 8ms).has_value());
    talk.now = talk.client.next_wakeup();
    return talk.poll();
  };
  EXPECT_EQ(second_query(kT1), second_query(WallTime{1s}));
}

TEST_F(Interleaved, NoNonceMakesTheTwoStampsAlikeOrUnset) {
  for (const std::uint64_t nonce :
       {std::uint64_t{0}, std::uint64_t{1}, ~std::uint64_t{0}, std::uint64_t{1} << 63}) {
    Conversation talk{{.server = kServer, .interleaved = true}};
    EXPECT_EQ(talk.reject_of(honest_reply(talk.ask())), std::nullopt);
    talk.now = talk.client.next_wakeup();
    const Header query = parse_header(*talk.client.poll(talk.now, nonce));
    EXPECT_FALSE(query.transmit.is_unset() || query.receive.is_unset()) << nonce;
    EXPECT_NE(query.transmit, query.receive) << nonce;
  }
}

// T1, T2 and T4 are of the first exchange; T3 comes with the second reply.
TEST_F(Interleaved, AReplyCompletesTheExchangeBefore) {
  converse_in_basic_mode(0);
  const auto m = hear(interleaved_reply(ask(1), 1, 0), 1);
  ASSERT_TRUE(m.has_value());
  EXPECT_TRUE(m->is_interleaved);
  EXPECT_EQ(m->delay.value, 3ms);
  EXPECT_EQ(m->offset.value, 10s + 500us);
  EXPECT_EQ(m->time, round(0).arrived());
  EXPECT_EQ(m->turnaround, 5ms + kSendPath);
}

TEST_F(Interleaved, TheBasicReplyWasOffByHalfOfItsSendPath) {
  const auto m = hear(basic_reply(ask(0), 0), 0);
  ASSERT_TRUE(m.has_value());
  EXPECT_EQ(m->delay.value, 3ms + kSendPath);
  EXPECT_EQ(m->offset.value, 10s + 500us - kSendPath / 2);
}

TEST_F(Interleaved, EveryFurtherReplyCompletesTheOneBeforeIt) {
  converse_in_basic_mode(0);
  for (int number = 1; number < 20; ++number) {
    const Header query = ask(number);
    EXPECT_EQ(query.origin, to_ntp(round(number - 1).received()));
    const auto m = hear(interleaved_reply(query, number, number - 1), number);
    ASSERT_TRUE(m.has_value());
    EXPECT_EQ(m->delay.value, 3ms);
    EXPECT_EQ(m->time, round(number - 1).arrived());
  }
}

// RFC 5905, section 8: the dispersion covers the drift between t1 and t4, not the time since.
TEST_F(Interleaved, DispersionIsThatOfTheExchangeBefore) {
  const auto basic = hear(basic_reply(ask(0), 0), 0);
  const auto interleaved = hear(interleaved_reply(ask(1), 1, 0), 1);
  ASSERT_TRUE(basic.has_value() && interleaved.has_value());
  EXPECT_EQ(interleaved->dispersion.value, basic->dispersion.value);
}

TEST_F(Interleaved, AServerThatDoesNotKnowItIsMeasuredAsEver) {
  for (int number = 0; number < 5; ++number) {
    const auto m = hear(basic_reply(ask(number), number), number);
    ASSERT_TRUE(m.has_value());
    EXPECT_FALSE(m->is_interleaved);
    EXPECT_EQ(m->delay.value, 3ms + kSendPath);
    EXPECT_EQ(m->time, round(number).arrived());
  }
}

TEST_F(Interleaved, AServerThatRestartedAnswersInBasicModeAndIsAskedAgain) {
  converse_in_basic_mode(0);
  EXPECT_TRUE(hear(interleaved_reply(ask(1), 1, 0), 1)->is_interleaved);
  const auto forgotten = hear(basic_reply(ask(2), 2), 2);
  ASSERT_TRUE(forgotten.has_value());
  EXPECT_FALSE(forgotten->is_interleaved);
  EXPECT_EQ(forgotten->time, round(2).arrived());
  const auto again = hear(interleaved_reply(ask(3), 3, 2), 3);
  ASSERT_TRUE(again.has_value());
  EXPECT_EQ(again->time, round(2).arrived());
}

TEST_F(Interleaved, AfterALossTheNextReplyCompletesTheLastExchangeThatThereWas) {
  converse_in_basic_mode(0);
  lose(1);
  const Header query = ask(2);
  EXPECT_EQ(query.origin, to_ntp(round(0).received()));
  const auto m = hear(interleaved_reply(query, 2, 0), 2);
  ASSERT_TRUE(m.has_value());
  EXPECT_EQ(m->delay.value, 3ms);
  EXPECT_EQ(m->time, round(0).arrived());
}

TEST_F(Interleaved, AfterFourLossesTheExchangeIsOfThePast) {
  converse_in_basic_mode(0);
  for (int number = 1; number <= 3; ++number) lose(number);
  EXPECT_FALSE(is_basic(ask(4)));
  talk_.now = talk_.client.next_wakeup();
  EXPECT_FALSE(talk_.poll().has_value());
  EXPECT_TRUE(is_basic(ask(5)));
}

TEST_F(Interleaved, ADuplicateIsRefused) {
  converse_in_basic_mode(0);
  const Header reply = interleaved_reply(ask(1), 1, 0);
  EXPECT_EQ(reject_of(reply, 1), std::nullopt);
  const Observed after_first = talk_.observed();
  EXPECT_EQ(reject_of(reply, 1), Reject::kDuplicate);
  EXPECT_EQ(talk_.observed(), after_first);
  // It is still a duplicate while the next reply is awaited, and that one is still accepted.
  const Header next = interleaved_reply(ask(2), 2, 1);
  EXPECT_EQ(reject_of(reply, 2), Reject::kDuplicate);
  EXPECT_EQ(hear(next, 2)->time, round(1).arrived());
}

// The server answers the same query twice, once in each mode.
TEST_F(Interleaved, OneReplyIsTakenOfAQueryWhateverItsMode) {
  converse_in_basic_mode(0);
  const Header query = ask(1);
  EXPECT_EQ(reject_of(interleaved_reply(query, 1, 0), 1), std::nullopt);
  EXPECT_EQ(reject_of(basic_reply(query, 1), 1), Reject::kDuplicate);
}

TEST_F(Interleaved, AReplyToAnOlderQueryIsLateAndCompletesNothing) {
  converse_in_basic_mode(0);
  const Header late = interleaved_reply(ask(1), 1, 0);
  talk_.now = talk_.client.next_wakeup();
  EXPECT_FALSE(talk_.poll().has_value());
  EXPECT_EQ(reject_of(late, 1), Reject::kLate);
  const Header query = ask(2);
  EXPECT_EQ(reject_of(late, 2), Reject::kLate);
  EXPECT_EQ(hear(interleaved_reply(query, 2, 0), 2)->delay.value, 3ms);
}

// Attack classes 1 and 5: an off-path attacker does not know our nonces.
TEST_F(Interleaved, AForgedOriginIsRefusedAndChangesNothing) {
  converse_in_basic_mode(0);
  const Header query = ask(1);
  const Header honest = interleaved_reply(query, 1, 0);
  const Observed before = talk_.observed();
  for (const NtpTimestamp origin :
       {NtpTimestamp{}, query.origin, to_ntp(round(0).sent), to_ntp(round(0).arrived()),
        to_ntp(round(1).sent), NtpTimestamp::from_raw(query.receive.raw() + 0x100),
        NtpTimestamp::from_raw(query.transmit.raw() + 0x100)}) {
    Header forged = honest;
    forged.origin = origin;
    EXPECT_EQ(reject_of(forged, 1), Reject::kWrongOrigin);
    EXPECT_EQ(talk_.observed(), before);
  }
  EXPECT_EQ(hear(honest, 1)->delay.value, 3ms);
}

TEST_F(Interleaved, AReplyInAModeThatWasNotAskedForIsRefused) {
  const Header query = ask(0);
  Header reply = basic_reply(query, 0);
  reply.origin = NtpTimestamp::from_raw(~query.transmit.raw());
  EXPECT_EQ(reject_of(reply, 0), Reject::kWrongOrigin);
  EXPECT_EQ(reject_of(basic_reply(query, 0), 0), std::nullopt);
}

TEST_F(Interleaved, AStampThatDoesNotFitTheExchangeBeforeIsRefused) {
  // By this timestamp the reply left before the query arrived.
  EXPECT_EQ(second_reject([](Header& reply) { reply.transmit = to_ntp(round(0).received() - 1ms); }),
            Reject::kBadTurnaround);
  EXPECT_TRUE(is_basic(ask(2))) << "nothing is built upon what is refused";
}

TEST_F(Interleaved, AStampLaterThanTheArrivalIsRefused) {
  EXPECT_EQ(second_reject([](Header& reply) { reply.transmit = to_ntp(round(0).stamped() + 20ms); }),
            Reject::kBadDelay);
}

TEST_F(Interleaved, TheStampOfThePresentReplyIsRefused) {
  // A server that answers in basic mode but marks the reply as interleaved would send this.
  EXPECT_EQ(second_reject([](Header& reply) { reply.transmit = to_ntp(round(1).stamped()); }),
            Reject::kBadTurnaround);
}

TEST_F(Interleaved, AServerWhoseClockWasSetBackMeanwhileIsAskedAnew) {
  EXPECT_EQ(second_reject([](Header& reply) { reply.receive = to_ntp(round(1).received() - 1h); }),
            Reject::kBadTurnaround);
  EXPECT_TRUE(is_basic(ask(2)));
}

TEST_F(Interleaved, AReplyThatRepeatsTheReceiveStampIsRefused) {
  EXPECT_EQ(second_reject([](Header& reply) { reply.receive = to_ntp(round(0).received()); }),
            Reject::kBadTurnaround);
}

TEST_F(Interleaved, AnUnsetStampIsRefused) {
  EXPECT_EQ(second_reject([](Header& reply) { reply.transmit = {}; }), Reject::kZeroStamp);
}

TEST_F(Interleaved, AnUnusableReplyEndsIt) {
  EXPECT_EQ(second_reject([](Header& reply) { reply.leap = Leap::kUnsynchronised; }),
            Reject::kUnsynchronised);
  EXPECT_TRUE(is_basic(ask(2)));
}

TEST_F(Interleaved, AKissIsObeyedInEitherMode) {
  for (const bool is_interleaved : {false, true}) {
    Conversation talk{{.server = kServer, .interleaved = true}};
    EXPECT_EQ(talk.reject_of(honest_reply(talk.ask())), std::nullopt);
    const Header query = talk.ask_when_due();
    Header kiss = kiss_reply(query, kiss::kDeny);
    if (is_interleaved) kiss.origin = query.receive;
    EXPECT_EQ(talk.reject_of(kiss), Reject::kKissDeny);
    EXPECT_TRUE(talk.client.is_stopped());
  }
}

TEST_F(Interleaved, NoExchangeSpansASettingOfTheClock) {
  converse_in_basic_mode(0);
  talk_.client.forget_exchange();
  EXPECT_TRUE(is_basic(ask(1)));
}

TEST_F(Interleaved, AQueryThatWasUnderWayWhenTheClockWasSetCompletesNothing) {
  converse_in_basic_mode(0);
  const Header query = ask(1);
  talk_.client.forget_exchange();
  EXPECT_EQ(reject_of(interleaved_reply(query, 1, 0), 1), Reject::kLate);
  EXPECT_EQ(reject_of(basic_reply(query, 1), 1), Reject::kLate);
  EXPECT_TRUE(is_basic(ask(2)));
}

}  // namespace
}  // namespace isletime::client_interleaved_test
