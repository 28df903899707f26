// SPDX-License-Identifier: MIT
#include <array>

#include <gtest/gtest.h>

#include "tests/policy/conversation.hpp"

namespace isletime::client_validation_test {
namespace {

using namespace fakes;

using Spoil = void (*)(Header&);

// The client ignores the spoilt reply, wherever it comes from, and still accepts the honest one.
template <class... From>
void expect_ignored(Reject reason, Spoil spoil, From... from) {
  Conversation talk;
  const Header honest = honest_reply(talk.ask());
  Header spoilt = honest;
  spoil(spoilt);
  const Observed before = talk.observed();
  EXPECT_EQ(talk.reject_of(spoilt, from...), reason);
  EXPECT_EQ(talk.observed(), before);
  EXPECT_EQ(talk.reject_of(honest), std::nullopt);
}

// The reply is the server's own but unusable: it ends the query and changes nothing else.
void expect_final(Reject reason, Spoil spoil) {
  Conversation talk;
  const Header honest = honest_reply(talk.ask());
  Header spoilt = honest;
  spoil(spoilt);
  const Observed before = talk.observed();
  EXPECT_EQ(talk.reject_of(spoilt), reason);
  EXPECT_FALSE(talk.client.is_awaiting());
  EXPECT_FALSE(talk.client.is_stopped());
  EXPECT_EQ(talk.client.interval(), before.interval);
  EXPECT_EQ(talk.client.next_wakeup(), talk.now + 2s);
  EXPECT_EQ(talk.reject_of(honest), Reject::kDuplicate);
}

TEST(ClientValidation, BelievesTheHonestReply) {
  Conversation talk;
  EXPECT_EQ(talk.reject_of(honest_reply(talk.ask())), std::nullopt);
  EXPECT_FALSE(talk.client.is_awaiting());
}

TEST(ClientValidation, TakesOneReplyPerRequest) {
  Conversation talk;
  const Header reply = honest_reply(talk.ask());
  EXPECT_EQ(talk.reject_of(reply), std::nullopt);
  const Observed after_first = talk.observed();
  EXPECT_EQ(talk.reject_of(reply), Reject::kDuplicate);
  EXPECT_EQ(talk.observed(), after_first);
}

TEST(ClientValidation, TellsADuplicateFromAForgeryDuringTheNextQuery) {
  Conversation talk;
  const Header first = honest_reply(talk.ask());
  EXPECT_EQ(talk.reject_of(first), std::nullopt);
  const Header second = honest_reply(talk.ask_when_due());
  EXPECT_EQ(talk.reject_of(first), Reject::kDuplicate);
  EXPECT_EQ(talk.reject_of(second), std::nullopt);
}

TEST(ClientValidation, TakesNoReplyFromItsTimeoutOn) {
  Conversation talk;
  const Header reply = honest_reply(talk.ask());
  talk.now += 2s;
  EXPECT_EQ(talk.reject_of(reply), Reject::kLate);
}

TEST(ClientValidation, TakesNoLateReplyForTheNextQuerys) {
  Conversation talk;
  const Header first = honest_reply(talk.ask());
  talk.now += 2s;
  EXPECT_FALSE(talk.poll().has_value());
  EXPECT_EQ(talk.reject_of(first), Reject::kLate);
  const Header second = honest_reply(talk.ask_when_due());
  EXPECT_EQ(talk.reject_of(first), Reject::kLate);
  EXPECT_EQ(talk.reject_of(second), std::nullopt);
}

TEST(ClientValidation, TakesNoReplyToAQueryThatWasGivenUp) {
  Conversation talk;
  const Header reply = honest_reply(talk.ask());
  talk.client.give_up();
  EXPECT_EQ(talk.reject_of(reply), Reject::kLate);
}

TEST(ClientValidation, TakesNoReplyBeforeAQuery) {
  Conversation talk;
  EXPECT_EQ(talk.reject_of(honest_reply(Header{})), Reject::kWrongOrigin);
  EXPECT_EQ(talk.client.interval(), 2s);
}

TEST(ClientValidation, TakesNoReplyToAQueryThatWasNotSentYet) {
  Conversation talk;
  const auto query = talk.poll();
  ASSERT_TRUE(query.has_value());
  EXPECT_EQ(talk.reject_of(honest_reply(parse_header(*query))), Reject::kWrongOrigin);
  talk.client.on_sent(kT1);
  EXPECT_EQ(talk.reject_of(honest_reply(parse_header(*query))), std::nullopt);
}

// CVE-2015-8138: a cleared origin was matched by a packet whose origin is zero.
TEST(ClientValidation, RejectsAZeroOriginWhateverIsOutstanding) {
  expect_ignored(Reject::kWrongOrigin, [](Header& h) { h.origin = NtpTimestamp{}; });

  Conversation talk;
  Header reply = honest_reply(Header{});
  EXPECT_EQ(talk.reject_of(reply), Reject::kWrongOrigin);
  EXPECT_EQ(talk.reject_of(honest_reply(talk.ask())), std::nullopt);
  EXPECT_EQ(talk.reject_of(reply), Reject::kWrongOrigin);
}

// CVE-2016-9042, CVE-2016-4955, CVE-2020-11868: a spoofed packet cleared the expected origin, or made the
// client ask later.
TEST(ClientValidation, RejectsAnOriginThatIsNotOursBitForBit) {
  expect_ignored(Reject::kWrongOrigin,
                 [](Header& h) { h.origin = NtpTimestamp::from_raw(h.origin.raw() ^ 1); });
  expect_ignored(Reject::kWrongOrigin,
                 [](Header& h) { h.origin = NtpTimestamp::from_raw(h.origin.raw() ^ 1ULL << 63); });
  expect_ignored(Reject::kWrongOrigin, [](Header& h) { h.origin = to_ntp(kT1); });
}

// CVE-2016-4954: peer variables were taken from packets that failed later checks.
TEST(ClientValidation, TakesNothingFromASpoofedPacket) {
  expect_ignored(Reject::kWrongOrigin, [](Header& h) {
    h.origin = NtpTimestamp::from_raw(1);
    h.leap = Leap::kInsert;
    h.stratum = 15;
    h.poll = 17;
    h.root_delay = ShortTime::from_raw(0xffff'ffff);
  });
}

TEST(ClientValidation, RejectsAReplyFromAnotherAddressPortOrLink) {
  const auto nothing = [](Header&) {};
  expect_ignored(Reject::kWrongAddress, nothing, Endpoint{IpAddress::v4(0xc000'0208), 123});
  expect_ignored(Reject::kWrongAddress, nothing, Endpoint{kServer.address, 1123});
  expect_ignored(Reject::kWrongAddress, nothing, Endpoint{kServer.address, 123, 2});
}

TEST(ClientValidation, RejectsEveryModeButServer) {
  expect_ignored(Reject::kNotAReply, [](Header& h) { h.mode = Mode::kUnspecified; });
  expect_ignored(Reject::kNotAReply, [](Header& h) { h.mode = Mode::kSymmetricActive; });
  expect_ignored(Reject::kNotAReply, [](Header& h) { h.mode = Mode::kSymmetricPassive; });
  expect_ignored(Reject::kNotAReply, [](Header& h) { h.mode = Mode::kClient; });
  expect_ignored(Reject::kNotAReply, [](Header& h) { h.mode = Mode::kBroadcast; });
  expect_ignored(Reject::kNotAReply, [](Header& h) { h.mode = Mode::kControl; });
  expect_ignored(Reject::kNotAReply, [](Header& h) { h.mode = Mode::kPrivate; });
}

TEST(ClientValidation, RejectsOtherVersions) {
  expect_ignored(Reject::kUnsupportedVersion, [](Header& h) { h.version = 0; });
  expect_ignored(Reject::kUnsupportedVersion, [](Header& h) { h.version = 5; });
}

TEST(ClientValidation, RejectsATruncatedReply) {
  for (std::size_t size = 0; size < kHeaderSize; ++size) {
    Conversation talk;
    const auto bytes = bytes_of(honest_reply(talk.ask()));
    const Observed before = talk.observed();
    EXPECT_EQ(talk.reject_of(Bytes{bytes}.first(size)), Reject::kTooShort);
    EXPECT_EQ(talk.observed(), before);
  }
}

TEST(ClientValidation, RejectsTrailersThatAreNone) {
  Conversation talk;
  const Header honest = honest_reply(talk.ask());
  const Observed before = talk.observed();
  EXPECT_EQ(talk.reject_of(with_trailer(honest, std::vector<std::uint8_t>(8))), Reject::kBadMacLength);
  EXPECT_EQ(talk.reject_of(with_trailer(honest, std::vector<std::uint8_t>(28))), Reject::kBadExtensionField);
  EXPECT_EQ(talk.observed(), before);
  EXPECT_EQ(talk.reject_of(honest), std::nullopt);
}

// CVE-2015-7871, CVE-2016-1547, CVE-2016-4953, CVE-2016-4957: a crypto-NAK was accepted without a key, or
// ended the association.
TEST(ClientValidation, NeitherBelievesACryptoNakNorGivesUpForIt) {
  for (std::uint8_t version = 1; version <= 4; ++version) {
    Conversation talk{{.server = kServer, .version = version}};
    const Header honest = honest_reply(talk.ask());
    const Observed before = talk.observed();
    EXPECT_EQ(talk.reject_of(with_trailer(honest, {0, 0, 0, 0})), Reject::kUnexpectedMac);
    EXPECT_EQ(talk.observed(), before);
    EXPECT_EQ(talk.reject_of(honest), std::nullopt);
  }
}

TEST(ClientValidation, RejectsASignatureThatNobodyAskedFor) {
  Conversation talk;
  const Header honest = honest_reply(talk.ask());
  for (const std::size_t size : {20U, 24U}) {
    EXPECT_EQ(talk.reject_of(with_trailer(honest, std::vector<std::uint8_t>(size, 1))),
              Reject::kUnexpectedMac);
  }
  EXPECT_EQ(talk.reject_of(honest), std::nullopt);
}

TEST(ClientValidation, RejectsAnUnsynchronisedServer) {
  expect_final(Reject::kUnsynchronised, [](Header& h) { h.leap = Leap::kUnsynchronised; });
}

TEST(ClientValidation, TakesStrata1To15) {
  expect_final(Reject::kStratumZero, [](Header& h) { h.stratum = 0; });
  expect_final(Reject::kBadStratum, [](Header& h) { h.stratum = 16; });
  expect_final(Reject::kBadStratum, [](Header& h) { h.stratum = 255; });
  for (const std::uint8_t stratum : {std::uint8_t{1}, kMaxStratum}) {
    Conversation talk;
    Header reply = honest_reply(talk.ask());
    reply.stratum = stratum;
    EXPECT_EQ(talk.reject_of(reply), std::nullopt);
  }
}

// An all-zero timestamp means "unset", not 1900 or 2036.
TEST(ClientValidation, RejectsAnUnsetReceiveOrTransmitStamp) {
  expect_final(Reject::kZeroStamp, [](Header& h) { h.receive = NtpTimestamp{}; });
  expect_final(Reject::kZeroStamp, [](Header& h) { h.transmit = NtpTimestamp{}; });
  expect_final(Reject::kZeroStamp, [](Header& h) { h.receive = h.transmit = NtpTimestamp{}; });
}

TEST(ClientValidation, RejectsAReplySentBeforeItsQueryArrived) {
  expect_final(Reject::kBadTurnaround, [](Header& h) { h.transmit = to_ntp(kT2 - 2us); });
}

TEST(ClientValidation, RejectsATurnaroundLongerThanTheTimeout) {
  expect_final(Reject::kBadTurnaround, [](Header& h) { h.transmit = to_ntp(kT2 + 2s + 1ms); });
}

TEST(ClientValidation, RejectsATurnaroundLongerThanTheRoundTrip) {
  expect_final(Reject::kBadDelay, [](Header& h) { h.transmit = to_ntp(kT2 + 8ms + 52us); });
}

TEST(ClientValidation, ForgivesAServerThatSetsItsTransmitStampALittleTooFarAhead) {
  Conversation talk;
  Header reply = honest_reply(talk.ask());
  reply.transmit = to_ntp(kT2 + 8ms + 49us);
  EXPECT_EQ(talk.reject_of(reply), std::nullopt);
}

TEST(ClientValidation, ForgivesWhatTheServersPrecisionExplains) {
  // The server's clock ticks every 2^-9 s, 1.953 ms.
  for (const WallTime transmit : {kT2 - 1'950us, kT2 + 8ms + 1'950us}) {
    Conversation talk;
    Header reply = honest_reply(talk.ask());
    reply.precision = -9;
    reply.transmit = to_ntp(transmit);
    EXPECT_EQ(talk.reject_of(reply), std::nullopt);
  }
  expect_final(Reject::kBadTurnaround, [](Header& h) {
    h.precision = -9;
    h.transmit = to_ntp(kT2 - 1'955us);
  });
}

// A local clock that ticks every 2^-9 s, 1.953 ms, may read the round trip too short by a tick.
TEST(ClientValidation, ForgivesWhatTheLocalPrecisionExplains) {
  const auto reject_at = [](WallTime t4) {
    Conversation talk{{.server = kServer, .precision = -9}};
    return talk.reject_of(honest_reply(talk.ask()), kServer, t4);
  };
  EXPECT_EQ(reject_at(kT1 + 5ms - 1'950us), std::nullopt);
  EXPECT_EQ(reject_at(kT1 + 5ms - 2'005us), Reject::kBadDelay);
}

TEST(ClientValidation, TheLocalPrecisionExplainsNothingOfTheServersStamps) {
  Conversation talk{{.server = kServer, .precision = -9}};
  EXPECT_EQ(talk.reject_of(honest_reply(talk.ask(), to_ntp(kT2), to_ntp(kT2 - 2us))), Reject::kBadTurnaround);
}

TEST(ClientValidation, RejectsARoundTripDuringWhichTheLocalClockStepped) {
  for (const WallTime t4 : {kT1 - 1ns, kT1 + 2s + 1ms, kT1 - 1000h, kT1 + 1000h}) {
    Conversation talk;
    Header reply = honest_reply(talk.ask());
    reply.transmit = reply.receive;
    EXPECT_EQ(talk.reject_of(reply, kServer, t4), Reject::kBadDelay);
  }
}

TEST(ClientValidation, RejectsARootDistanceOf16SecondsAndMore) {
  // The root distance is root_delay / 2 + root_dispersion.
  expect_final(Reject::kRootDistance, [](Header& h) {
    h.root_delay = ShortTime::from_raw(0x0010'0000);
    h.root_dispersion = ShortTime::from_raw(0x0008'0000);
  });
  Conversation talk;
  Header reply = honest_reply(talk.ask());
  reply.root_delay = ShortTime::from_raw(0x0010'0000);
  reply.root_dispersion = ShortTime::from_raw(0x0007'fffe);
  EXPECT_EQ(talk.reject_of(reply), std::nullopt);
}

TEST(ClientValidation, MayDemandASmallerRootDistance) {
  Conversation talk{{.server = kServer, .max_root_distance = {19ms}}};
  Header reply = honest_reply(talk.ask());  // its root distance is 7.8 ms / 2 + 15.6 ms
  reply.root_delay = ShortTime::from_raw(0x0000'0200);
  EXPECT_EQ(talk.reject_of(reply), Reject::kRootDistance);
}

// A public server sent 0xffffff1b, which means 65535 s and not a negative time.
TEST(ClientValidation, TakesRootDelayAndDispersionForUnsigned) {
  expect_final(Reject::kRootDistance, [](Header& h) { h.root_delay = ShortTime::from_raw(0xffff'ff1b); });
  expect_final(Reject::kRootDistance,
               [](Header& h) { h.root_dispersion = ShortTime::from_raw(0xffff'ff1b); });
}

TEST(ClientValidation, RejectsAServerThatFollowsUs) {
  constexpr std::array kOurs{ReferenceId{0xc000'02fe}, ReferenceId{0x0a00'0001}};
  Conversation talk{{.server = kServer, .own_ids = kOurs}};
  for (const auto id : kOurs) {
    Header reply = honest_reply(talk.ask_when_due());
    reply.reference_id = id;
    EXPECT_EQ(talk.reject_of(reply), Reject::kLoop);
  }
  EXPECT_EQ(talk.reject_of(honest_reply(talk.ask_when_due())), std::nullopt);
}

// At stratum 1 the reference id is a name, so it cannot be one of our addresses.
TEST(ClientValidation, SeesNoLoopInTheNameOfAStratum1Clock) {
  constexpr std::array kOurs{ReferenceId::ascii("PPS\0")};
  Conversation talk{{.server = kServer, .own_ids = kOurs}};
  Header reply = honest_reply(talk.ask());
  reply.stratum = 1;
  reply.reference_id = kOurs[0];
  EXPECT_EQ(talk.reject_of(reply), std::nullopt);
}

// CVE-2015-5219: an extreme precision caused an endless loop. All values of poll and precision are legal.
TEST(ClientValidation, TakesEveryPollAndPrecision) {
  for (int value = -128; value <= 127; ++value) {
    Conversation talk;
    Header reply = honest_reply(talk.ask());
    reply.poll = reply.precision = static_cast<std::int8_t>(value);
    EXPECT_EQ(talk.reject_of(reply), std::nullopt) << value;
    EXPECT_EQ(talk.client.interval(), 2s);
  }
}

TEST(ClientValidation, EveryReasonHasItsOwnName) {
  for (int i = 0; i <= static_cast<int>(Reject::kLeapSecond); ++i) {
    EXPECT_STRNE(describe(static_cast<Reject>(i)).text, "");
    for (int j = 0; j < i; ++j) {
      EXPECT_STRNE(describe(static_cast<Reject>(i)).name, describe(static_cast<Reject>(j)).name);
    }
  }
}

}  // namespace
}  // namespace isletime::client_validation_test
