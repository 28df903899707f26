// SPDX-License-Identifier: MIT
// Attack classes 7 and 9: a packet that the server's key has not signed changes nothing but a counter.
#include "tools/sntpd/keeping/broadcast_listener.hpp"

#include <vector>

#include <gtest/gtest.h>

#include "libsync/hub/discipline/offset_sample.hpp"
#include "tests/fakes/secrets.hpp"

namespace isletime::sntpd::broadcast_listener_test {
namespace {

using namespace std::chrono_literals;

const Key kKey7 = fakes::key_of(7, KeyType::kSha256, "gentle");

constexpr Endpoint kServer{IpAddress::v4(0x0a01'0001), 123};
constexpr WallTime kStart{1'770'000'000s};
constexpr WallTime kSent = kStart + 1s;

Header broadcast(WallTime sent = kSent) {
  Header header;
  header.mode = Mode::kBroadcast;
  header.stratum = 2;
  header.precision = -20;
  header.transmit = to_ntp(sent);
  return header;
}

struct Listening {
  BroadcastListener listener{{.server = kServer}, kKey7};

  Listening() {
    Measurement m{.time = kStart, .offset = {0ns}, .delay = {200us}, .dispersion = {2us}, .server = {}};
    m.server.receive = m.server.transmit = to_ntp(kStart);
    m.server.precision = -20;
    listener.on_exchange(m, Offset{});
  }

  // Returns whether the broadcast is accepted.
  bool hears(const std::vector<std::uint8_t>& datagram, const Endpoint& from = kServer) {
    return listener.take({datagram, from, kSent + 100us}, {}).has_value();
  }
};

// The oscillator gains 20 ppm and the hub slews the clock by 1 %, so within 10 s the clock gains 10 s *
// (1.00002 * 1.01 - 1), and its offset shrinks by as much.
TEST(BroadcastListener, KnowsWhatTheClockWasSteeredByAndGainsByItself) {
  SteeredClock books(kStart);
  const auto at = [&](WallTime wall) { return free_running(books, wall, Offset{}, Dispersion{}).offset; };
  books.on_rate(kStart, 0.01);
  BroadcastListener listener({.server = kServer}, kKey7);
  Measurement m{.time = kStart, .offset = {500ms}, .delay = {200us}, .dispersion = {2us}, .server = {}};
  listener.on_exchange(m, at(kStart));
  const WallTime now = kStart + 10'100'202us;
  EXPECT_NEAR(Seconds{listener.moved(now, at(now), 20e-6).value}.count(), -0.100'202, 5e-6);
  EXPECT_EQ(listener.moved(kStart, at(kStart), 20e-6).value, 0ns);
}

TEST(BroadcastListener, TakesWhatTheKeyHasSignedInVersions3And4) {
  for (const std::uint8_t version : {std::uint8_t{3}, std::uint8_t{4}}) {
    Listening it;
    Header header = broadcast();
    header.version = version;
    EXPECT_TRUE(it.hears(fakes::signed_with(kKey7, header))) << int{version};
    EXPECT_EQ(it.listener.taken(), 1U);
    EXPECT_EQ(it.listener.refusal(), "");
  }
}

TEST(BroadcastListener, ForgeriesAreCountedAndChangeNothing) {
  Listening it;
  const Key same_secret = fakes::key_of(8, KeyType::kSha256, "gentle");
  const Key same_number = fakes::key_of(7, KeyType::kSha256, "rough");
  auto spoiled = fakes::signed_with(kKey7, broadcast());
  spoiled.back() ^= 1;
  auto altered = fakes::signed_with(kKey7, broadcast());
  altered[field::kStratum] ^= 1;
  const std::vector<std::vector<std::uint8_t>> forgeries{
      fakes::with_trailer(broadcast(), {}),            // unsigned
      fakes::with_trailer(broadcast(), {0, 0, 0, 0}),  // a crypto-NAK
      fakes::signed_with(same_secret, broadcast()),
      fakes::signed_with(same_number, broadcast()),
      spoiled,
      altered,
  };
  for (const auto& forgery : forgeries) {
    EXPECT_FALSE(it.hears(forgery));
    EXPECT_EQ(it.listener.refusal(), "it is not signed by key 7");
  }
  EXPECT_FALSE(it.hears({0x25, 0}));
  EXPECT_EQ(it.listener.refused(), forgeries.size() + 1);
  EXPECT_EQ(it.listener.taken(), 0U);
  EXPECT_TRUE(it.hears(fakes::signed_with(kKey7, broadcast()))) << it.listener.refusal();
}

// CVE-2015-7973: ntpd accepted replayed broadcasts.
TEST(BroadcastListener, IgnoresAReplayedPacketThoughItIsSigned) {
  Listening it;
  const auto datagram = fakes::signed_with(kKey7, broadcast());
  EXPECT_TRUE(it.hears(datagram));
  EXPECT_FALSE(it.hears(datagram));
  EXPECT_NE(it.listener.refusal().find("replay"), std::string::npos);
  EXPECT_EQ(it.listener.taken(), 1U);
}

TEST(BroadcastListener, IgnoresWhatAnotherHostHasSigned) {
  Listening it;
  EXPECT_FALSE(it.hears(fakes::signed_with(kKey7, broadcast()), {IpAddress::v4(0x0a01'0009), 123}));
  EXPECT_NE(it.listener.refusal().find("another address"), std::string::npos);
}

}  // namespace
}  // namespace isletime::sntpd::broadcast_listener_test
