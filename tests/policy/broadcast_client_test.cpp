// SPDX-License-Identifier: MIT
// Attack class 9, broadcast replay and teardown (CVE-2015-7973, CVE-2015-7979), and everything else that an
// attacker on the network can do with broadcasts that he cannot sign.
#include "libsync/policy/broadcast_client.hpp"

#include <array>
#include <vector>

#include <gtest/gtest.h>

namespace isletime::broadcast_client_test {
namespace {

using namespace std::chrono_literals;

constexpr Endpoint kServer{IpAddress::v4(0x0a01'0001), 123};
constexpr WallTime kStart{1'770'000'000s};
constexpr auto kDelay = 200us;
constexpr auto kTick = 1us;  // of both clocks, rounded up: 2^-20 s
constexpr auto kOffset = 30ms;

// A broadcast from a server that is ahead by `offset`, sent when our clock reads `sent`.
Header broadcast_at(WallTime sent, nanoseconds offset = kOffset) {
  return {
      .leap = Leap::kNone,
      .version = 4,
      .mode = Mode::kBroadcast,
      .stratum = 2,
      .poll = 6,
      .precision = -20,
      .root_delay = ShortTime::from_raw(0x0000'0200),
      .root_dispersion = ShortTime::from_raw(0x0000'0400),
      .reference_id = {0xc000'0201},
      .reference = to_ntp(sent + offset - 10s),
      .origin = {},
      .receive = {},
      .transmit = to_ntp(sent + offset),
  };
}

Measurement exchange_at(WallTime arrival, nanoseconds offset = kOffset, nanoseconds delay = kDelay) {
  Header server = broadcast_at(arrival - delay / 2, offset);
  server.mode = Mode::kServer;
  server.receive = server.transmit;
  return {.time = arrival, .offset = {offset}, .delay = {delay}, .dispersion = {2us}, .server = server};
}

Result<Measurement, BroadcastReject> hear(BroadcastClient& client, const Header& header, WallTime received,
                                          const Endpoint& from = kServer, const SinceExchange& since = {}) {
  std::array<std::uint8_t, kHeaderSize> bytes{};
  emit_header(header, bytes);
  return client.on_datagram({bytes, from, received}, since);
}

std::optional<BroadcastReject> fault_of(BroadcastClient& client, const Header& header, WallTime received,
                                        const Endpoint& from = kServer, const SinceExchange& since = {}) {
  const auto heard = hear(client, header, received, from, since);
  return heard ? std::nullopt : std::optional{heard.error()};
}

// A client that has completed one exchange.
BroadcastClient calibrated(WallTime arrival = kStart) {
  BroadcastClient client({.server = kServer});
  client.on_exchange(exchange_at(arrival));
  return client;
}

TEST(Broadcast, ACoarseServersTickIsInTheDispersion) {
  for (const bool was_coarse : {false, true}) {
    BroadcastClient client({.server = kServer});
    Measurement exchange = exchange_at(kStart);
    if (was_coarse) exchange.server.precision = -6;
    client.on_exchange(exchange);
    Header header = broadcast_at(kStart + 64s);
    if (!was_coarse) header.precision = -6;
    const auto heard = hear(client, header, kStart + 64s + 100us);
    ASSERT_TRUE(heard);
    EXPECT_GE(heard->dispersion.value, 15'625us) << was_coarse;
  }
}

TEST(Broadcast, IsMeasuredByHalfTheDelayOfTheLastExchange) {
  BroadcastClient client = calibrated();
  const WallTime sent = kStart + 64s;
  const auto heard = hear(client, broadcast_at(sent), sent + 100us);
  ASSERT_TRUE(heard);
  EXPECT_EQ(heard->time, sent + 100us);
  EXPECT_EQ(heard->delay.value, kDelay);
  EXPECT_NEAR(static_cast<double>(heard->offset.value.count()), 30e6, 2);
  EXPECT_EQ(heard->server.stratum, 2);
}

// The local clock reads 1970 and the server's 2040. The reply to our query was unfolded, so its offset gives
// the era of the broadcast.
TEST(Broadcast, IsOfTheEraOfTheLastExchange) {
  constexpr nanoseconds kSeventyYears = 2'208'988'800s;
  constexpr WallTime kBoot{60s};
  BroadcastClient client({.server = kServer});
  client.on_exchange(exchange_at(kBoot, kSeventyYears));
  const WallTime sent = kBoot + 64s;
  const auto heard = hear(client, broadcast_at(sent, kSeventyYears), sent + 100us);
  ASSERT_TRUE(heard);
  EXPECT_LE(abs(heard->offset.value - kSeventyYears), 2ns);
}

// The leap second is at 2041-01-01T00:00:00Z; near 1970 the same timestamp would unfold to 1904.
TEST(Broadcast, IsRefusedAtALeapSecondOfTheEraOfTheLastExchange) {
  constexpr WallTime kBoot{60s};
  constexpr nanoseconds kAhead = 2'240'611'200s - 60s - 64s - 2s;
  BroadcastClient client({.server = kServer});
  client.on_exchange(exchange_at(kBoot, kAhead));
  const WallTime sent = kBoot + 64s;
  Header header = broadcast_at(sent, kAhead);
  header.leap = Leap::kInsert;
  EXPECT_EQ(fault_of(client, header, sent + 100us), BroadcastReject::kLeapSecond);
}

TEST(Broadcast, ItsErrorBoundHoldsForWhateverIsTaken) {
  int taken = 0;
  // Each exchange has one of three errors within its bound, and the broadcast is delayed by more and more.
  for (const nanoseconds error : std::initializer_list<nanoseconds>{-100us, 0us, 100us}) {
    for (nanoseconds way = 0us; way < 2ms; way += 20us) {
      BroadcastClient client({.server = kServer});
      client.on_exchange(exchange_at(kStart, kOffset + error));
      const WallTime sent = kStart + 64s;
      const auto heard = hear(client, broadcast_at(sent), sent + way);
      if (!heard) continue;
      ++taken;
      const nanoseconds wrong = heard->offset.value - nanoseconds{kOffset};
      EXPECT_LE(wrong < 0ns ? -wrong : wrong, error_bound(*heard)) << way.count() << ' ' << error.count();
    }
  }
  EXPECT_GT(taken, 100);
  EXPECT_LT(taken, 300);
}

TEST(Broadcast, IsNotTakenBeforeTheServerHasAnswered) {
  BroadcastClient client({.server = kServer});
  EXPECT_EQ(fault_of(client, broadcast_at(kStart), kStart + 100us), BroadcastReject::kNotCalibrated);
  client.on_exchange(exchange_at(kStart));
  EXPECT_EQ(fault_of(client, broadcast_at(kStart + 1s), kStart + 1s + 100us), std::nullopt);
}

TEST(Broadcast, IsNotTakenOnceTheServerHasNotAnsweredForAnHour) {
  BroadcastClient client = calibrated();
  EXPECT_EQ(fault_of(client, broadcast_at(kStart + 1h), kStart + 1h), std::nullopt);
  EXPECT_EQ(fault_of(client, broadcast_at(kStart + 1h), kStart + 1h + 1ns), BroadcastReject::kReplay);
  EXPECT_EQ(fault_of(client, broadcast_at(kStart + 1h + 1s), kStart + 1h + 1s),
            BroadcastReject::kNotCalibrated);
}

TEST(Broadcast, IsNotTakenAfterTheClockWasSet) {
  BroadcastClient client = calibrated();
  client.forget_exchange();
  EXPECT_EQ(fault_of(client, broadcast_at(kStart + 1s), kStart + 1s), BroadcastReject::kNotCalibrated);
}

// CVE-2015-7973: ntpd accepted replayed broadcasts.
TEST(Broadcast, IgnoresAReplayedPacket) {
  BroadcastClient client = calibrated();
  const Header first = broadcast_at(kStart + 64s);
  const Header second = broadcast_at(kStart + 64s + 1ms);
  EXPECT_EQ(fault_of(client, first, kStart + 64s + 100us), std::nullopt);
  EXPECT_EQ(fault_of(client, first, kStart + 64s + 100us), BroadcastReject::kReplay);
  EXPECT_EQ(fault_of(client, second, kStart + 64s + 1100us), std::nullopt);
  EXPECT_EQ(fault_of(client, first, kStart + 64s + 1200us), BroadcastReject::kReplay);
}

TEST(Broadcast, IgnoresWhatWasSentBeforeTheLastAnswer) {
  BroadcastClient client = calibrated();
  const Header sent_with_the_answer = broadcast_at(kStart - kDelay / 2);
  EXPECT_EQ(fault_of(client, sent_with_the_answer, kStart), BroadcastReject::kReplay);
  EXPECT_EQ(fault_of(client, broadcast_at(kStart - 1ms), kStart), BroadcastReject::kReplay);
}

TEST(Broadcast, IgnoresAPacketThatWasHeldBackThoughNobodyHasSeenItBefore) {
  for (const nanoseconds held : std::initializer_list<nanoseconds>{2ms, 50ms, 16s, 59min}) {
    BroadcastClient client = calibrated();
    const WallTime sent = kStart + 1s;
    EXPECT_EQ(fault_of(client, broadcast_at(sent), sent + 100us + held), BroadcastReject::kDisagrees)
        << held.count();
  }
}

// The tolerance is the delay of the exchange, its dispersion, the ticks of both clocks, 15 ppm of its age,
// and 100 us for signing and sending.
TEST(Broadcast, MayDisagreeWithTheLastAnswerByWhatItsDelayAllows) {
  const auto fault_by = [](nanoseconds error) {
    BroadcastClient client = calibrated();
    return fault_of(client, broadcast_at(kStart + 10s, kOffset + error), kStart + 10s + kDelay / 2);
  };
  constexpr nanoseconds kAllowed = kDelay + 2us + 2 * kTick + 150us + 100us;
  EXPECT_EQ(fault_by(kAllowed - 1us), std::nullopt);
  EXPECT_EQ(fault_by(kAllowed + 1us), BroadcastReject::kDisagrees);
  EXPECT_EQ(fault_by(-kAllowed + 1us), std::nullopt);
  EXPECT_EQ(fault_by(-kAllowed - 1us), BroadcastReject::kDisagrees);
}

TEST(Broadcast, IsComparedWithWhatTheClockWasSteeredBySince) {
  BroadcastClient client = calibrated();
  const WallTime sent = kStart + 10s;
  // Steering has removed all but 1 ms of the offset.
  const SinceExchange since{.moved = {-29ms}, .rate = Ppm::whole(1)};
  EXPECT_EQ(fault_of(client, broadcast_at(sent), sent + 100us, kServer, since), BroadcastReject::kDisagrees);
  EXPECT_EQ(fault_of(client, broadcast_at(sent, 1ms), sent + 100us, kServer, since), std::nullopt);
}

// CVE-2015-7979: an attacker could end the association with one bad packet, and then supply the time himself.
TEST(Broadcast, ABadPacketTearsNothingDown) {
  BroadcastClient client = calibrated();
  const WallTime sent = kStart + 64s;
  Header unset = broadcast_at(sent);
  unset.leap = Leap::kUnsynchronised;
  Header far_ahead = broadcast_at(sent + 1h);
  far_ahead.leap = Leap::kInsert;
  EXPECT_EQ(fault_of(client, unset, sent), BroadcastReject::kUnsynchronised);
  EXPECT_EQ(fault_of(client, far_ahead, sent), BroadcastReject::kDisagrees);
  EXPECT_EQ(fault_of(client, broadcast_at(sent), sent, {IpAddress::v4(0x0a01'0009), 123}),
            BroadcastReject::kWrongAddress);
  ASSERT_TRUE(client.exchange());
  EXPECT_EQ(client.exchange()->time, kStart);
  // A rejected packet leaves neither its timestamp nor its leap second behind.
  EXPECT_EQ(fault_of(client, broadcast_at(sent), sent + 100us), std::nullopt);
}

TEST(Broadcast, ACryptoNakOrAnUnknownMacIsNotABroadcast) {
  BroadcastClient client = calibrated();
  std::vector<std::uint8_t> datagram(kHeaderSize);
  emit_header(broadcast_at(kStart + 1s), datagram);
  datagram.resize(kHeaderSize + 4);
  EXPECT_EQ(client.on_datagram({datagram, kServer, kStart + 1s}, {}).error(),
            BroadcastReject::kUnexpectedMac);
  datagram.resize(kHeaderSize + 20, 7);
  EXPECT_EQ(client.on_datagram({datagram, kServer, kStart + 1s}, {}).error(),
            BroadcastReject::kUnexpectedMac);
  datagram.resize(kHeaderSize - 1);
  EXPECT_EQ(client.on_datagram({datagram, kServer, kStart + 1s}, {}).error(), BroadcastReject::kTooShort);
}

TEST(Broadcast, OnlyMode5OfVersion3Or4FromTheServersAddressAndPortIsOne) {
  BroadcastClient client = calibrated();
  const WallTime sent = kStart + 1s;
  for (const Mode mode : {Mode::kUnspecified, Mode::kSymmetricActive, Mode::kSymmetricPassive, Mode::kClient,
                          Mode::kServer, Mode::kControl, Mode::kPrivate}) {
    Header header = broadcast_at(sent);
    header.mode = mode;
    EXPECT_EQ(fault_of(client, header, sent), BroadcastReject::kNotABroadcast);
  }
  for (const std::uint8_t version : {std::uint8_t{1}, std::uint8_t{2}, std::uint8_t{5}, std::uint8_t{0}}) {
    Header header = broadcast_at(sent);
    header.version = version;
    EXPECT_EQ(fault_of(client, header, sent), BroadcastReject::kUnsupportedVersion) << int{version};
  }
  EXPECT_EQ(fault_of(client, broadcast_at(sent), sent, {kServer.address, 124}),
            BroadcastReject::kWrongAddress);
  Header old = broadcast_at(sent);
  old.version = 3;
  EXPECT_EQ(fault_of(client, old, sent), std::nullopt);
}

TEST(Broadcast, OfAServerThatIsNotFitToBeFollowedIsNotTaken) {
  BroadcastClient client = calibrated();
  const WallTime sent = kStart + 1s;
  for (const std::uint8_t stratum : {std::uint8_t{0}, std::uint8_t{16}, std::uint8_t{255}}) {
    Header header = broadcast_at(sent);
    header.stratum = stratum;
    EXPECT_EQ(fault_of(client, header, sent), BroadcastReject::kBadStratum);
  }
  Header far = broadcast_at(sent);
  far.root_dispersion = ShortTime::round_up(16s);
  EXPECT_EQ(fault_of(client, far, sent), BroadcastReject::kRootDistance);
  Header unstamped = broadcast_at(sent);
  unstamped.transmit = {};
  EXPECT_EQ(fault_of(client, unstamped, sent), BroadcastReject::kZeroStamp);
}

// The leap second ends at 2017-01-01T00:00:00Z.
TEST(Broadcast, NoneIsTakenWithin5SecondsOfALeapSecondThatWasAnnouncedBefore) {
  constexpr WallTime kLeapSecond{1'483'228'800s};
  BroadcastClient client({.server = kServer});
  Measurement announced = exchange_at(kLeapSecond - 10min, 0ns);
  announced.server.leap = Leap::kInsert;
  client.on_exchange(announced);
  const auto at = [&](WallTime time) { return fault_of(client, broadcast_at(time, 0ns), time + kDelay / 2); };
  EXPECT_EQ(at(kLeapSecond - 6s), std::nullopt);
  EXPECT_EQ(at(kLeapSecond - 5s), BroadcastReject::kLeapSecond);
  EXPECT_EQ(at(kLeapSecond + 5s), BroadcastReject::kLeapSecond);
  EXPECT_EQ(at(kLeapSecond + 6s), std::nullopt);
}

TEST(Broadcast, AServerWhoseClockWasSetBackIsHeardAgainOnceItHasAnswered) {
  BroadcastClient client({.server = kServer});
  client.on_exchange(exchange_at(kStart, 24h));
  EXPECT_EQ(fault_of(client, broadcast_at(kStart + 1s), kStart + 1s), BroadcastReject::kReplay);
  client.on_exchange(exchange_at(kStart + 2s));
  EXPECT_EQ(fault_of(client, broadcast_at(kStart + 3s), kStart + 3s + 100us), std::nullopt);
}

// RFC 9769: the transmit timestamp of an interleaved reply belongs to the reply before it.
TEST(Broadcast, AnInterleavedAnswerOpensNoDoorForAReplay) {
  BroadcastClient client = calibrated();
  const Header heard = broadcast_at(kStart + 64s);
  EXPECT_EQ(fault_of(client, heard, kStart + 64s + 100us), std::nullopt);
  Measurement interleaved = exchange_at(kStart + 64s + 300us);
  interleaved.server.transmit = to_ntp(kStart + kOffset);
  client.on_exchange(interleaved);
  EXPECT_EQ(fault_of(client, heard, kStart + 64s + 400us), BroadcastReject::kReplay);
}

TEST(Broadcast, AnAnswerThatWasSentBeforeABroadcastWasHeardOpensNoDoorForThatOne) {
  BroadcastClient client = calibrated();
  const Header heard = broadcast_at(kStart + 64s);
  EXPECT_EQ(fault_of(client, heard, kStart + 64s + 100us), std::nullopt);
  client.on_exchange(exchange_at(kStart + 64s + 50us));  // the server sent this reply before the broadcast
  EXPECT_EQ(fault_of(client, heard, kStart + 64s + 200us), BroadcastReject::kReplay);
}

TEST(Broadcast, IsMeasuredAcrossTheEraOf2036) {
  constexpr WallTime kEra{2'085'978'496s};
  BroadcastClient client = calibrated(kEra - 1s);
  EXPECT_EQ(fault_of(client, broadcast_at(kEra - 500ms), kEra - 500ms + 100us), std::nullopt);
  EXPECT_EQ(fault_of(client, broadcast_at(kEra + 1s), kEra + 1s + 100us), std::nullopt);
}

TEST(Broadcast, TheMostHostileClocksAreOnlyRefused) {
  for (const WallTime time : {WallTime::min(), WallTime{}, WallTime::max()}) {
    BroadcastClient client = calibrated();
    EXPECT_FALSE(hear(client, broadcast_at(kStart + 1s), time));
    BroadcastClient other({.server = kServer});
    Measurement m = exchange_at(kStart);
    m.time = time;
    m.offset = {nanoseconds::max()};
    m.delay = {nanoseconds::min()};
    other.on_exchange(m);
    EXPECT_FALSE(hear(other, broadcast_at(kStart + 1s), time, kServer, {.moved = {nanoseconds::max()}}));
  }
}

}  // namespace
}  // namespace isletime::broadcast_client_test
