// SPDX-License-Identifier: MIT
// The contents of a reply.
#include <gtest/gtest.h>

#include "tests/policy/request_maker.hpp"

namespace isletime::responder_reply_test {
namespace {

using namespace fakes;

void expect_unsynchronised(const Header& reply) {
  EXPECT_EQ(reply.leap, Leap::kUnsynchronised);
  EXPECT_EQ(reply.stratum, 0);
  EXPECT_FALSE(is_ascii_code(reply.reference_id)) << "would be a kiss-o'-death";
  EXPECT_TRUE(reply.reference.is_unset());
  EXPECT_EQ(reply.root_dispersion.raw(), 0x0010'0000U);  // MAXDISP, 16 s
}

TEST(Responder, EchoesTheVersion) {
  for (std::uint8_t version = 1; version <= 4; ++version) {
    EXPECT_EQ(parse_header(*respond_to(request_of(Mode::kClient, version))).version, version);
    EXPECT_EQ(parse_header(*respond_to(request_of(Mode::kSymmetricActive, version))).version, version);
  }
}

TEST(Responder, EchoesTheTransmitStampAsOriginBitForBit) {
  for (const std::uint64_t raw : {0x0123'4567'89ab'cdefULL, 0xffff'ffff'ffff'ffffULL, 1ULL, 0ULL}) {
    Header request = request_of(Mode::kClient);
    request.transmit = NtpTimestamp::from_raw(raw);
    EXPECT_EQ(parse_header(*respond_to(request)).origin.raw(), raw);
  }
}

// RFC 4330, section 6: the server copies the poll field. CVE-2015-5219: extreme values are legal.
TEST(Responder, EchoesEveryPoll) {
  for (int poll = -128; poll <= 127; ++poll) {
    Header request = request_of(Mode::kClient);
    request.poll = static_cast<std::int8_t>(poll);
    request.precision = request.poll;
    const Header reply = parse_header(*respond_to(request));
    EXPECT_EQ(reply.poll, poll);
    EXPECT_EQ(reply.precision, kState.precision);
  }
}

TEST(Responder, EchoesNothingElseOfTheRequest) {
  Header noisy = request_of(Mode::kClient);
  noisy.leap = Leap::kUnsynchronised;
  noisy.stratum = 16;
  noisy.precision = 127;
  noisy.root_delay = noisy.root_dispersion = ShortTime::from_raw(0xffff'ff1b);
  noisy.reference_id = kiss::kDeny;
  noisy.reference = noisy.origin = noisy.receive = NtpTimestamp::from_raw(~0ULL);
  EXPECT_EQ(*respond_to(noisy), *respond_to(request_of(Mode::kClient)));
}

// The time is 1'770'000'000 + 2'208'988'800 s since 1900, and a quarter of a second.
TEST(Responder, StampsTheArrival) {
  EXPECT_EQ(reply_to_client().receive.raw(), 0xed2a'8d00'4000'0000U);
}

TEST(Responder, LeavesTransmitUnsetUntilItIsStamped) {
  auto reply = respond_to(request_of(Mode::kClient));
  const Header before = parse_header(*reply);
  EXPECT_TRUE(before.transmit.is_unset());
  stamp_transmit(*reply, kArrival + 500ms);
  Header expected = before;
  expected.transmit = NtpTimestamp::from_raw(0xed2a'8d00'c000'0000);
  EXPECT_EQ(parse_header(*reply), expected);
}

// 2036-02-07T06:28:16Z is 2^32 s after 1900, so its timestamp would be zero, which means "unset".
TEST(Responder, SendsNoUnsetStampWhenAnEraStarts) {
  const WallTime era{2'085'978'496s};
  auto reply = respond_to(request_of(Mode::kClient), kState, kAsker, era);
  stamp_transmit(*reply, era);
  EXPECT_FALSE(parse_header(*reply).receive.is_unset());
  EXPECT_FALSE(parse_header(*reply).transmit.is_unset());
}

// The transmit timestamps are only estimates of the time at which a reply leaves.
TEST(Responder, ClaimsNoPrecisionThatItsStampsDoNotHave) {
  ServerState state = kState;
  state.precision = -26;
  EXPECT_EQ(reply_to_client(state).precision, -20);
  state.precision = -18;
  EXPECT_EQ(reply_to_client(state).precision, -18);
}

TEST(Responder, SaysWhatTheStateSays) {
  const Header reply = reply_to_client();
  EXPECT_EQ(reply.leap, Leap::kNone);
  EXPECT_EQ(reply.stratum, 3);
  EXPECT_EQ(reply.precision, -20);
  EXPECT_EQ(reply.reference_id.value, 0xc000'0201U);
  EXPECT_EQ(reply.reference.raw(), 0xed2a'8c9c'4000'0000U);  // 100 s before the arrival
}

TEST(Responder, PassesOnALeapSecondAhead) {
  for (const Leap leap : {Leap::kInsert, Leap::kDelete}) {
    ServerState state = kState;
    state.leap = leap;
    EXPECT_EQ(reply_to_client(state).leap, leap);
  }
}

TEST(Responder, IsUnsynchronisedUntilASourceHasSetTheClock) {
  expect_unsynchronised(reply_to_client(unsynchronised(-20)));
  EXPECT_EQ(reply_to_client(unsynchronised(-20)).precision, -20);
}

TEST(Responder, HidesAllButThePrecisionOfAStateThatIsUnsynchronised) {
  ServerState state = kState;
  state.leap = Leap::kUnsynchronised;
  expect_unsynchronised(reply_to_client(state));
  EXPECT_EQ(reply_to_client(state).precision, kState.precision);
}

TEST(Responder, SendsStratum16AndAboveAsZero) {
  for (const std::uint8_t stratum : std::initializer_list<std::uint8_t>{0, 16, 17, 255}) {
    ServerState state = kState;
    state.stratum = stratum;
    expect_unsynchronised(reply_to_client(state));
  }
}

TEST(Responder, RefusesToBeBelievedWithAClockBeforeTheBuildDate) {
  ServerState state = kState;
  state.not_before = kArrival + 1ns;
  expect_unsynchronised(reply_to_client(state));
  state.not_before = kArrival;
  EXPECT_EQ(reply_to_client(state).stratum, 3);
}

TEST(Responder, ReferenceTimeAgesHonestly) {
  const Header later = reply_to_client(kState, kAsker, kArrival + 10h);
  EXPECT_EQ(later.receive - later.reference, 10h + 100s);
}

TEST(Responder, ReferenceTimeIsNeverAfterTheReplysOwnStamps) {
  ServerState state = kState;
  state.reference_time = kArrival + 1s;
  EXPECT_EQ(reply_to_client(state).reference, reply_to_client(state).receive);
}

// RFC 5905, section 4: 15 ppm of 100'000 s is 1.5 s; the growth is damped towards its limit.
TEST(Responder, DispersionAgesHonestly) {
  const auto fresh = reply_to_client(kState, kAsker, kState.reference_time).root_dispersion.to_nanoseconds();
  EXPECT_GE(fresh, 20ms);
  EXPECT_LE(fresh, 20ms + 16us);
  const auto aged =
      reply_to_client(kState, kAsker, kState.reference_time + 100'000s).root_dispersion.to_nanoseconds();
  EXPECT_GT(aged, 20ms + 1'300ms);
  EXPECT_LT(aged, 20ms + 1'500ms);
}

TEST(Responder, RoundsRootDelayAndDispersionUp) {
  ServerState state = kState;
  state.root_delay = {1ns};
  state.root_dispersion = {1s + 1ns};
  const Header reply = reply_to_client(state, kAsker, state.reference_time);
  EXPECT_EQ(reply.root_delay.raw(), 1U);
  EXPECT_EQ(reply.root_dispersion.raw(), 0x0001'0001U);
}

TEST(Responder, SaysUnsynchronisedWhereItsRootDelayIsBeyondTheFieldsRange) {
  ServerState state = kState;
  state.root_delay = {100'000s};
  EXPECT_EQ(reply_to_client(state).leap, Leap::kUnsynchronised);
  EXPECT_EQ(reply_to_client(state).stratum, 0);
}

TEST(Responder, NeverSendsANegativeRootDelay) {
  ServerState state = kState;
  state.root_delay = {-1ms};
  EXPECT_EQ(reply_to_client(state).root_delay.raw(), 0U);
}

TEST(Responder, TakesHostileClocks) {
  for (const WallTime received : {WallTime::min(), WallTime{}, WallTime::max()}) {
    for (const WallTime reference : {WallTime::min(), WallTime{}, WallTime::max()}) {
      ServerState state = kState;
      state.reference_time = reference;
      state.not_before = WallTime::min();
      const Header reply = reply_to_client(state, kAsker, received);
      EXPECT_EQ(reply.stratum, 3);
      EXPECT_FALSE(reply.reference.is_unset());
    }
  }
}

ParsedRequest parsed(const Header& request) {
  return *parse_request({bytes_of(request), kAsker, kUs, kArrival}, kAnyone);
}

// RFC 9769, section 2: the origin is the request's receive timestamp, by which the client recognises the
// mode.
TEST(Responder, AnInterleavedReplyTellsWhenTheOneBeforeLeft) {
  Header request = request_of(Mode::kClient);
  request.origin = NtpTimestamp::from_raw(0x1111);
  request.receive = NtpTimestamp::from_raw(0x2222);
  const auto left = NtpTimestamp::from_raw(0x3333);
  const Account account(kState, kArrival);
  const Header interleaved = parse_header(account.interleaved_answer(parsed(request), kArrival, left));
  Header expected = parse_header(account.answer(parsed(request), kArrival));
  expected.origin = request.receive;
  expected.transmit = left;
  EXPECT_EQ(interleaved, expected);
}

// RFC 5905, section 7.4, defines the kiss codes.
TEST(Responder, ARateKissIsUnsynchronisedAndAsksForALongerPoll) {
  Header request = request_of(Mode::kClient, 3);
  request.poll = 4;
  const Header kiss = parse_header(kiss_rate(parsed(request), kArrival, 6));
  EXPECT_EQ(kiss.leap, Leap::kUnsynchronised);
  EXPECT_EQ(kiss.stratum, 0);
  EXPECT_EQ(kiss.version, 3);
  EXPECT_EQ(kiss.mode, Mode::kServer);
  EXPECT_EQ(kiss.reference_id, kiss::kRate);
  EXPECT_EQ(kiss.origin, request.transmit);
  EXPECT_EQ(kiss.poll, 6);
  request.poll = 10;
  EXPECT_EQ(parse_header(kiss_rate(parsed(request), kArrival, 6)).poll, 10);
}

}  // namespace
}  // namespace isletime::responder_reply_test
