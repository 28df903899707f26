// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include "tests/policy/conversation.hpp"

namespace isletime::client_backoff_test {
namespace {

using namespace fakes;

// Returns the time between the next two queries, both answered by `answer`.
template <class Answer>
nanoseconds spacing(Conversation& talk, Answer answer) {
  answer(talk.ask_when_due());
  const MonoTime first = talk.now;
  answer(talk.ask_when_due());
  return talk.now - first;
}

TEST(ClientBackoff, DoublesTheIntervalForEveryLostQueryUpToTheLongest) {
  Conversation talk{{.server = kServer, .longest_interval = 15s}};
  for (const auto expected : {4s, 8s, 15s, 15s}) {
    talk.lose_a_query();
    EXPECT_EQ(talk.client.interval(), expected);
  }
}

TEST(ClientBackoff, CountsTheIntervalFromTheLostQuery) {
  Conversation talk;
  const MonoTime first = talk.now;
  talk.ask();
  talk.now = first + 2s;
  EXPECT_FALSE(talk.poll().has_value());
  EXPECT_EQ(talk.client.next_wakeup(), first + 4s);
}

TEST(ClientBackoff, FollowsAnExpiryOnlyOnce) {
  Conversation talk;
  talk.ask();
  talk.now += 2s;
  EXPECT_TRUE(talk.client.expire(talk.now));
  EXPECT_EQ(talk.client.interval(), 4s);
  EXPECT_FALSE(talk.client.expire(talk.now));
  EXPECT_FALSE(talk.poll().has_value());
  EXPECT_EQ(talk.client.interval(), 4s);
}

TEST(ClientBackoff, FollowsAQueryThatWasGivenUpOnlyOnce) {
  Conversation talk;
  const MonoTime first = talk.now;
  talk.ask();
  talk.client.give_up();
  EXPECT_EQ(talk.client.next_wakeup(), first + 4s);
  talk.client.give_up();
  EXPECT_EQ(talk.client.next_wakeup(), first + 4s);
}

TEST(ClientBackoff, DoesNotFollowGivingUpNothing) {
  Conversation talk;
  talk.client.give_up();
  EXPECT_EQ(talk.client.interval(), 2s);
  EXPECT_TRUE(talk.poll().has_value());
}

// A step of the local clock says nothing about the server.
TEST(ClientBackoff, DoesNotFollowAnExchangeThatASettingOfTheClockSpoiled) {
  Conversation talk;
  const MonoTime first = talk.now;
  const Header query = talk.ask();
  talk.client.forget_exchange();
  EXPECT_FALSE(talk.client.is_awaiting());
  EXPECT_EQ(talk.client.interval(), 2s);
  EXPECT_EQ(talk.client.next_wakeup(), first + 2s);
  EXPECT_EQ(talk.reject_of(honest_reply(query)), Reject::kLate);
  EXPECT_FALSE(talk.client.expire(first + 2s));
  EXPECT_EQ(talk.reject_of(honest_reply(talk.ask_when_due())), std::nullopt);
}

TEST(ClientBackoff, AsksSoonAgainWhatASettingOfTheClockSpoiled) {
  Conversation talk;
  talk.client.set_interval(1024s);
  const MonoTime first = talk.now;
  talk.ask();
  talk.client.forget_exchange();
  EXPECT_EQ(talk.client.next_wakeup(), first + 2s);
  EXPECT_EQ(talk.client.interval(), 1024s);
  talk.now = first + 2s;
  EXPECT_TRUE(talk.poll().has_value());
}

TEST(ClientBackoff, ASettingOfTheClockBetweenExchangesChangesNoSchedule) {
  Conversation talk;
  EXPECT_EQ(talk.reject_of(honest_reply(talk.ask())), std::nullopt);
  talk.client.set_interval(64s);
  const Observed before = talk.observed();
  talk.client.forget_exchange();
  EXPECT_EQ(talk.observed(), before);
}

TEST(ClientBackoff, KissRateHoldsAlsoForWhatASettingOfTheClockSpoiled) {
  Conversation talk;
  talk.hear(kiss_reply(talk.ask(), kiss::kRate)).has_value();
  talk.ask_when_due();
  talk.client.forget_exchange();
  EXPECT_EQ(talk.client.next_wakeup(), talk.now + 4s);
}

TEST(ClientBackoff, EndsWithAnAnswer) {
  Conversation talk;
  talk.lose_a_query();
  talk.lose_a_query();
  EXPECT_EQ(talk.reject_of(honest_reply(talk.ask_when_due())), std::nullopt);
  EXPECT_EQ(talk.client.interval(), 2s);
  EXPECT_EQ(talk.client.next_wakeup(), talk.now + 2s);
}

TEST(ClientBackoff, NeverAsksMoreOftenThanConfiguredEvenIfTheLongestIsShorter) {
  Conversation talk{{.server = kServer, .shortest_interval = 64s, .longest_interval = 10s}};
  talk.lose_a_query();
  EXPECT_EQ(talk.client.interval(), 64s);
}

TEST(ClientBackoff, KissRateLowersThePollRate) {
  Conversation talk;
  const MonoTime first = talk.now;
  EXPECT_EQ(talk.reject_of(kiss_reply(talk.ask(), kiss::kRate)), Reject::kKissRate);
  EXPECT_EQ(talk.client.next_wakeup(), first + 4s);
  EXPECT_EQ(talk.reject_of(kiss_reply(talk.ask_when_due(), kiss::kRate)), Reject::kKissRate);
  EXPECT_EQ(talk.client.next_wakeup(), first + 4s + 8s);
}

TEST(ClientBackoff, KissRateIsRememberedAfterAnHonestReply) {
  Conversation talk;
  talk.hear(kiss_reply(talk.ask(), kiss::kRate)).has_value();
  const auto be_honest = [&](const Header& query) {
    EXPECT_EQ(talk.reject_of(honest_reply(query)), std::nullopt);
  };
  EXPECT_EQ(spacing(talk, be_honest), 4s);
}

TEST(ClientBackoff, KissRateSlowsDownAClientThatBurstsOnItsOwnServer) {
  Conversation talk{{.server = kServer, .shortest_interval = 1ms}};
  talk.hear(kiss_reply(talk.ask(), kiss::kRate)).has_value();
  EXPECT_EQ(talk.client.interval(), 2s);
}

// Without the limit, an attacker who can forge RATE kisses could silence a client for good.
TEST(ClientBackoff, KissRateSlowsPollingDownToOnceIn1024SecondsAtMost) {
  Conversation talk;
  for (int i = 0; i < 70; ++i) {
    talk.hear(kiss_reply(talk.ask_when_due(), kiss::kRate)).has_value();
    ASSERT_LE(talk.client.interval(), 1024s);
  }
  EXPECT_EQ(talk.client.interval(), 1024s);
}

TEST(ClientBackoff, KissRateSlowsPollingDownNoFurtherThanConfigured) {
  Conversation talk{{.server = kServer, .longest_after_rate = 4096s}};
  for (int i = 0; i < 70; ++i) talk.hear(kiss_reply(talk.ask_when_due(), kiss::kRate)).has_value();
  EXPECT_EQ(talk.client.interval(), 4096s);
}

TEST(ClientBackoff, KissRateNeverHastensAClientThatAsksMoreSeldom) {
  Conversation talk;
  talk.client.set_interval(131'072s);
  const MonoTime first = talk.now;
  talk.hear(kiss_reply(talk.ask(), kiss::kRate)).has_value();
  talk.client.set_interval(64s);  // as after a loss
  EXPECT_EQ(talk.client.next_wakeup(), first + 131'072s);
}

void be_honest(Conversation& talk) {
  EXPECT_EQ(talk.reject_of(honest_reply(talk.ask_when_due())), std::nullopt);
}

TEST(ClientBackoff, KissRateIsForgottenStepByStepWhileTheServerAnswers) {
  Conversation talk;
  for (int i = 0; i < 3; ++i) talk.hear(kiss_reply(talk.ask_when_due(), kiss::kRate)).has_value();
  ASSERT_EQ(talk.client.interval(), 16s);
  for (const auto expected : {8s, 4s, 2s}) {
    const MonoTime since = talk.now;
    const nanoseconds before = talk.client.interval();
    while (talk.client.interval() == before && talk.now - since < 2h) be_honest(talk);
    EXPECT_EQ(talk.client.interval(), expected);
    EXPECT_GE(talk.now - since, 1h);
    EXPECT_LE(talk.now - since, 1h + before);
  }
  be_honest(talk);
  EXPECT_EQ(talk.client.interval(), 2s);
}

TEST(ClientBackoff, KissRateIsNotForgottenBeforeEightAnswers) {
  Conversation talk;
  for (int i = 0; i < 70; ++i) talk.hear(kiss_reply(talk.ask_when_due(), kiss::kRate)).has_value();
  for (int answers = 0; answers < 7; ++answers) be_honest(talk);
  EXPECT_EQ(talk.client.interval(), 1024s);
  be_honest(talk);
  EXPECT_EQ(talk.client.interval(), 512s);
}

TEST(ClientBackoff, KissRateIsNotForgottenWhileNobodyAnswers) {
  Conversation talk{{.server = kServer, .longest_interval = 0s}};
  talk.hear(kiss_reply(talk.ask(), kiss::kRate)).has_value();
  for (int i = 0; i < 5000; ++i) talk.lose_a_query();
  EXPECT_EQ(talk.client.interval(), 4s);
}

TEST(ClientBackoff, ANewKissRateBeginsTheWaitAnew) {
  Conversation talk;
  talk.hear(kiss_reply(talk.ask(), kiss::kRate)).has_value();
  const MonoTime first = talk.now;
  while (talk.client.next_wakeup() < first + 1h) be_honest(talk);
  talk.hear(kiss_reply(talk.ask_when_due(), kiss::kRate)).has_value();
  for (int answers = 0; answers < 8; ++answers) be_honest(talk);
  EXPECT_EQ(talk.client.interval(), 8s);
}

TEST(ClientBackoff, KissDenyAndRstrStopForADay) {
  for (const auto code : {kiss::kDeny, kiss::kRestrict}) {
    Conversation talk;
    const MonoTime first = talk.now;
    EXPECT_EQ(talk.reject_of(kiss_reply(talk.ask(), code)), Reject::kKissDeny);
    EXPECT_TRUE(talk.client.is_stopped());
    EXPECT_EQ(talk.client.next_wakeup(), first + 24h);
    EXPECT_EQ(talk.client.stopped_until(), first + 24h);
    talk.now = first + 24h - 1ns;
    EXPECT_FALSE(talk.poll().has_value());
    talk.now = first + 24h;
    EXPECT_TRUE(talk.poll().has_value());
  }
}

TEST(ClientBackoff, KissDenyStopsForADayWhateverTheIntervalIsSetTo) {
  Conversation talk;
  const MonoTime first = talk.now;
  talk.hear(kiss_reply(talk.ask(), kiss::kDeny)).has_value();
  talk.client.set_interval(2s);
  talk.client.forget_exchange();
  EXPECT_EQ(talk.client.next_wakeup(), first + 24h);
}

TEST(ClientBackoff, WhoSaysKissDenyEveryDayIsAskedOnceADay) {
  Conversation talk;
  const MonoTime first = talk.now;
  talk.hear(kiss_reply(talk.ask(), kiss::kDeny)).has_value();
  for (int day = 1; day < 5; ++day) {
    EXPECT_EQ(talk.reject_of(kiss_reply(talk.ask_when_due(), kiss::kDeny)), Reject::kKissDeny);
    EXPECT_EQ(talk.now, first + day * 24h);
  }
}

// A server that has sent DENY may stop answering altogether.
TEST(ClientBackoff, WhoIsSilentAfterAKissDenyIsAskedOnceADay) {
  Conversation talk;
  const MonoTime first = talk.now;
  talk.hear(kiss_reply(talk.ask(), kiss::kDeny)).has_value();
  for (int day = 1; day < 5; ++day) {
    talk.ask_when_due();
    EXPECT_EQ(talk.now, first + day * 24h);
    talk.now = talk.client.next_wakeup();
    EXPECT_TRUE(talk.client.expire(talk.now));
    EXPECT_TRUE(talk.client.is_stopped());
  }
}

TEST(ClientBackoff, WhoAnswersADayAfterAKissDenyIsAskedAsEver) {
  Conversation talk;
  talk.hear(kiss_reply(talk.ask(), kiss::kDeny)).has_value();
  be_honest(talk);
  EXPECT_FALSE(talk.client.is_stopped());
  EXPECT_EQ(talk.client.next_wakeup(), talk.now + 2s);
}

TEST(ClientBackoff, AForgeryADayAfterAKissDenyChangesNothing) {
  Conversation talk;
  talk.hear(kiss_reply(talk.ask(), kiss::kDeny)).has_value();
  Header forged = honest_reply(talk.ask_when_due());
  forged.origin = NtpTimestamp::from_raw(1);
  const Observed before = talk.observed();
  EXPECT_EQ(talk.reject_of(forged), Reject::kWrongOrigin);
  EXPECT_EQ(talk.observed(), before);
  EXPECT_TRUE(talk.client.is_stopped());
}

TEST(ClientBackoff, OtherKissesChangeNoSchedule) {
  Conversation talk;
  const MonoTime first = talk.now;
  EXPECT_EQ(talk.reject_of(kiss_reply(talk.ask(), ReferenceId::ascii("INIT"))), Reject::kKissOther);
  EXPECT_EQ(talk.client.interval(), 2s);
  EXPECT_EQ(talk.client.next_wakeup(), first + 2s);
  EXPECT_FALSE(talk.client.is_stopped());
}

TEST(ClientBackoff, IgnoresTheOtherFieldsOfAKiss) {
  Conversation talk;
  Header kiss = kiss_reply(talk.ask(), kiss::kRate);
  kiss.poll = 17;
  kiss.root_dispersion = ShortTime::from_raw(0xffff'ffff);
  kiss.receive = kiss.transmit = NtpTimestamp{};
  EXPECT_EQ(talk.reject_of(kiss), Reject::kKissRate);
  EXPECT_EQ(talk.client.interval(), 4s);
}

// CVE-2015-7704 and CVE-2015-7705: an off-path attacker who knew the server's address could silence a client.
TEST(ClientBackoff, ActsOnAKissOnlyAfterTheOriginMatches) {
  for (const auto code : {kiss::kRate, kiss::kDeny, kiss::kRestrict}) {
    for (const std::uint64_t guess : {std::uint64_t{0}, std::uint64_t{1}, to_ntp(kT1).raw()}) {
      Conversation talk;
      Header forged = kiss_reply(talk.ask(), code);
      forged.origin = NtpTimestamp::from_raw(guess);
      const Observed before = talk.observed();
      EXPECT_EQ(talk.reject_of(forged), Reject::kWrongOrigin);
      EXPECT_EQ(talk.observed(), before);
    }
  }
}

TEST(ClientBackoff, ActsOnAKissOnlyFromTheServerAsked) {
  Conversation talk;
  const Header kiss = kiss_reply(talk.ask(), kiss::kDeny);
  const Observed before = talk.observed();
  EXPECT_EQ(talk.reject_of(kiss, Endpoint{kServer.address, 124}), Reject::kWrongAddress);
  EXPECT_EQ(talk.reject_of(kiss, Endpoint{IpAddress::v4(0xc000'0208), 123}), Reject::kWrongAddress);
  EXPECT_EQ(talk.observed(), before);
}

TEST(ClientBackoff, ActsOnAKissOnlyOnce) {
  Conversation talk;
  const Header kiss = kiss_reply(talk.ask(), kiss::kRate);
  EXPECT_EQ(talk.reject_of(kiss), Reject::kKissRate);
  const Observed after_first = talk.observed();
  EXPECT_EQ(talk.reject_of(kiss), Reject::kDuplicate);
  EXPECT_EQ(talk.observed(), after_first);
}

TEST(ClientBackoff, ActsOnNoKissBehindAnAnswer) {
  Conversation talk;
  const Header query = talk.ask();
  EXPECT_EQ(talk.reject_of(honest_reply(query)), std::nullopt);
  EXPECT_EQ(talk.reject_of(kiss_reply(query, kiss::kDeny)), Reject::kDuplicate);
  EXPECT_FALSE(talk.client.is_stopped());
}

TEST(ClientBackoff, ActsOnNoKissAfterTheTimeout) {
  Conversation talk;
  const Header query = talk.ask();
  talk.now += 2s;
  EXPECT_EQ(talk.reject_of(kiss_reply(query, kiss::kDeny)), Reject::kLate);
  EXPECT_FALSE(talk.client.is_stopped());
}

TEST(ClientBackoff, ActsOnAKissOnlyIfItIsUnsigned) {
  Conversation talk;
  const auto kiss = with_trailer(kiss_reply(talk.ask(), kiss::kDeny), std::vector<std::uint8_t>(20, 1));
  const Observed before = talk.observed();
  EXPECT_EQ(talk.reject_of(Bytes{kiss}), Reject::kUnexpectedMac);
  EXPECT_EQ(talk.observed(), before);
}

TEST(ClientBackoff, TakesNoKissFromASynchronisedServer) {
  Conversation talk;
  Header kiss = kiss_reply(talk.ask(), kiss::kDeny);
  kiss.leap = Leap::kNone;
  EXPECT_EQ(talk.reject_of(kiss), Reject::kStratumZero);
  EXPECT_FALSE(talk.client.is_stopped());
}

TEST(ClientBackoff, TakesNoKissFromAServerWithAStratum) {
  Conversation talk;
  Header kiss = kiss_reply(talk.ask(), kiss::kDeny);
  kiss.stratum = 2;
  EXPECT_EQ(talk.reject_of(kiss), Reject::kUnsynchronised);
  EXPECT_FALSE(talk.client.is_stopped());
}

TEST(ClientBackoff, TakesAReferenceIdThatIsNoCodeForAnUnsetClock) {
  Conversation talk;
  for (const std::uint32_t id : {0x0000'0000U, 0x7f7f'0101U, 0x4445'4e01U, 0x0045'4e59U}) {
    EXPECT_EQ(talk.reject_of(kiss_reply(talk.ask_when_due(), ReferenceId{id})), Reject::kUnsynchronised);
  }
  EXPECT_EQ(talk.client.interval(), 2s);
}

TEST(ClientInterval, IsCountedFromTheLastQuery) {
  Conversation talk;
  const MonoTime first = talk.now;
  EXPECT_EQ(talk.reject_of(honest_reply(talk.ask())), std::nullopt);
  talk.client.set_interval(64s);
  EXPECT_EQ(talk.client.next_wakeup(), first + 64s);
  talk.client.set_interval(16s);
  EXPECT_EQ(talk.client.next_wakeup(), first + 16s);
}

TEST(ClientInterval, NeverUndercutsWhatTheServersRateLeft) {
  Conversation talk;
  EXPECT_EQ(talk.reject_of(kiss_reply(talk.ask(), kiss::kRate)), Reject::kKissRate);
  talk.client.set_interval(2s);
  EXPECT_EQ(talk.client.interval(), 4s);
  talk.client.set_interval(16s);
  EXPECT_EQ(talk.client.interval(), 16s);
}

TEST(ClientInterval, NeverExceedsMaxpoll) {
  Conversation talk;
  talk.client.set_interval(std::chrono::hours{24 * 365});
  EXPECT_EQ(talk.client.interval(), 131'072s);
}

TEST(ClientInterval, BeforeTheFirstQueryDoesNotDelayIt) {
  Conversation talk;
  talk.client.set_interval(64s);
  EXPECT_TRUE(talk.poll().has_value());
}

}  // namespace
}  // namespace isletime::client_backoff_test
