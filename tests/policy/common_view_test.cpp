// SPDX-License-Identifier: MIT
#include "libsync/policy/common_view.hpp"

#include <array>
#include <optional>

#include <gtest/gtest.h>

#include "libsync/policy/fixed_point.hpp"
#include "tests/fakes/reply_maker.hpp"

namespace isletime::common_view_test {
namespace {

using namespace std::chrono_literals;

constexpr Endpoint kServer{IpAddress::v4(0xc0a8'0401), 123};
constexpr Endpoint kOther{IpAddress::v4(0xc0a8'0402), 123};
constexpr WallTime kFreeStart{1'790'000'000s};
constexpr nanoseconds kInterval = 4s;
constexpr nanoseconds kPath = 1ms;

// A station that hears a hub. Its free-running clock is 100 days behind and slow by 40 ppm; the exchanges
// have told it so to within 2 ms.
class Hearing : public testing::Test {
 protected:
  WallTime free_at(MonoTime at) const { return kFreeStart + at.time_since_epoch(); }
  WallTime truth(MonoTime at) const { return free_at(at) + offset(at); }
  nanoseconds offset(MonoTime at) const {
    return 24h * 100 + exact_drift(at.time_since_epoch(), Ppm::whole(40)) + exchange_error;
  }
  DeviceEstimate estimate(MonoTime at) const {
    return {.offset = {offset(at)},
            .rate = Ppm::whole(40),
            .rate_deviation = Ppm::whole(1),
            .deviation = {200us},
            .bound = {2ms}};
  }

  // The broadcast that leaves the hub at this instant by the station's counter.
  Header broadcast(MonoTime leaves) const {
    Header header = fakes::honest_reply({}, {}, to_ntp(truth(leaves - 20us)));
    header.mode = Mode::kBroadcast;
    header.version = kNewestVersion;
    header.receive = {};
    return header;
  }
  std::optional<BroadcastReject> hear(const Header& header, MonoTime at, const Endpoint& from = kServer) {
    return view.on_datagram(fakes::bytes_of(header), from, at, free_at(at), estimate(at));
  }
  std::optional<BroadcastReject> hear_next(nanoseconds delay = kPath) {
    now += kInterval;
    return hear(broadcast(now), now + delay);
  }
  // Every fourth frame is not held up by a queue.
  void hear_many(int count) {
    for (int i = 0; i < count; ++i) ASSERT_EQ(hear_next(kPath + (i % 4) * 800us), std::nullopt);
  }
  std::optional<CommonOffset> common() const { return view.offset(now, estimate(now)); }
  nanoseconds error() const { return common()->offset.value - offset(now); }

  CommonView view{{.server = kServer}};
  nanoseconds exchange_error{};
  MonoTime now{100s};
};

TEST_F(Hearing, GivesTheServersTimeLessTheLeastDelay) {
  hear_many(100);
  ASSERT_TRUE(common().has_value());
  EXPECT_NEAR(static_cast<double>(error().count()), -1e6, 250e3);
}

TEST_F(Hearing, SaysNothingBeforeItIsCertain) {
  hear_many(20);
  EXPECT_FALSE(common().has_value());
}

TEST_F(Hearing, SaysNothingLongAfterTheLastBroadcast) {
  hear_many(100);
  EXPECT_TRUE(view.offset(now + 3min, estimate(now + 3min)).has_value());
  EXPECT_FALSE(view.offset(now + 6h, estimate(now + 6h)).has_value());
}

TEST_F(Hearing, BroadcastsOnceAMinuteAreTooFew) {
  for (int i = 0; i < 500; ++i) {
    now += 60s;
    EXPECT_EQ(hear_next(kPath + (i % 4) * 800us), std::nullopt);
  }
  EXPECT_FALSE(common().has_value());
}

TEST_F(Hearing, TheOriginTimestampChangesNothing) {
  hear_many(100);
  const auto before = error();
  for (int i = 0; i < 8; ++i) {
    now += kInterval;
    Header header = broadcast(now);
    header.origin = to_ntp(truth(now) + i * 1h);
    EXPECT_EQ(hear(header, now + kPath + (i % 4) * 800us), std::nullopt);
  }
  EXPECT_NEAR(static_cast<double>((error() - before).count()), 0, 20e3);
}

TEST_F(Hearing, OnlyTheServersOwnBroadcastsCount) {
  hear_many(3);
  const auto reject_of = [&](auto change, const Endpoint& from = kServer) {
    Header header = broadcast(now + 1s);
    change(header);
    return hear(header, now + 1s + kPath, from);
  };
  EXPECT_EQ(reject_of([](Header&) {}, kOther), BroadcastReject::kWrongAddress);
  EXPECT_EQ(reject_of([](Header& h) { h.mode = Mode::kServer; }), BroadcastReject::kNotABroadcast);
  EXPECT_EQ(reject_of([](Header& h) { h.version = 2; }), BroadcastReject::kUnsupportedVersion);
  EXPECT_EQ(reject_of([](Header& h) { h.leap = Leap::kUnsynchronised; }), BroadcastReject::kUnsynchronised);
  EXPECT_EQ(reject_of([](Header& h) { h.stratum = 0; }), BroadcastReject::kBadStratum);
  EXPECT_EQ(reject_of([](Header& h) { h.stratum = 16; }), BroadcastReject::kBadStratum);
  EXPECT_EQ(reject_of([](Header& h) { h.transmit = {}; }), BroadcastReject::kZeroStamp);
  EXPECT_EQ(reject_of([](Header& h) { h.root_delay = ShortTime::round_up(40s); }),
            BroadcastReject::kRootDistance);
  EXPECT_EQ(hear_next(), std::nullopt) << "none of them has changed anything";
}

TEST_F(Hearing, AReplayedBroadcastIsRefused) {
  hear_many(3);
  const Header header = broadcast(now + 1s);
  ASSERT_EQ(hear(header, now + 1s + kPath), std::nullopt);
  EXPECT_EQ(hear(header, now + 2s), BroadcastReject::kReplay);
  EXPECT_EQ(hear(broadcast(now - 60s), now + 2s), BroadcastReject::kReplay);
}

// Otherwise everything that follows would look like a replay of it.
TEST_F(Hearing, ABroadcastOfAnotherTimeIsNotRemembered) {
  hear_many(100);
  for (const nanoseconds lie : std::array<nanoseconds, 3>{1s, 1h, -1h}) {
    Header forged = broadcast(now + 1s);
    forged.transmit = to_ntp(truth(now + 1s) + lie);
    EXPECT_NE(hear(forged, now + 1s + kPath), std::nullopt);
  }
  EXPECT_EQ(hear_next(), std::nullopt);
}

TEST_F(Hearing, ATruncatedBroadcastIsRefused) {
  const auto bytes = fakes::bytes_of(broadcast(now));
  const auto use = view.on_datagram(Bytes{bytes}.first(47), kServer, now, free_at(now), estimate(now));
  EXPECT_EQ(use, BroadcastReject::kTooShort);
}

TEST_F(Hearing, NothingIsBelievedBeforeAnExchange) {
  const auto bytes = fakes::bytes_of(broadcast(now));
  EXPECT_EQ(view.on_datagram(bytes, kServer, now, free_at(now), std::nullopt),
            BroadcastReject::kNotCalibrated);
}

TEST_F(Hearing, AFrameThatArrivedBeforeItLeftIsNotBelieved) {
  hear_many(100);
  const auto before = error();
  now += kInterval;
  EXPECT_EQ(hear(broadcast(now), now - 5ms), BroadcastReject::kDisagrees);
  EXPECT_EQ(hear_next(), std::nullopt);
  EXPECT_NEAR(static_cast<double>((error() - before).count()), 0, 30e3);
}

TEST_F(Hearing, AFrameThatWasHeldBackForASecondTellsNothing) {
  hear_many(100);
  EXPECT_EQ(hear_next(1s), BroadcastReject::kDisagrees);
  EXPECT_EQ(hear_next(), std::nullopt);
}

TEST_F(Hearing, TheExchangesDecideWhereBothContradict) {
  hear_many(100);
  ASSERT_TRUE(common().has_value());
  exchange_error = 5ms;
  EXPECT_FALSE(common().has_value());
}

TEST_F(Hearing, StartsAnewWhenTheServersClockHasChanged) {
  hear_many(100);
  view.reset();
  EXPECT_FALSE(common().has_value());
  hear_many(20);
  EXPECT_FALSE(common().has_value());
}

// The era ends on 2036-02-07 at 06:28:16 UTC (RFC 5905, section 6).
TEST_F(Hearing, HearsAcrossTheEndOfTheEra) {
  exchange_error = WallTime{2'085'978'496s} - truth(now) - 200s;
  hear_many(100);
  ASSERT_TRUE(common().has_value());
  EXPECT_NEAR(static_cast<double>(error().count()), -1e6, 250e3);
}

// Two stations that hear the same frames, which are delayed by 1 to 5 ms; `own` is what a frame of that
// number takes longer to the second one, or nothing if it misses the frame.
class HearingTogether : public Hearing {
 protected:
  template <class Own>
  nanoseconds apart_after(int frames, Own own) {
    for (int i = 0; i < frames; ++i) {
      now += kInterval;
      random = random * 1664525U + 1013904223U;
      const nanoseconds delay = kPath + nanoseconds{random >> 10};
      const Header header = broadcast(now);
      hear_by(views[0], header, now + delay);
      if (const std::optional<nanoseconds> later = own(i)) hear_by(views[1], header, now + delay + *later);
    }
    const auto first = views[0].offset(now, estimate(now));
    const auto second = views[1].offset(now, estimate(now));
    if (!first || !second) return nanoseconds::max();
    return magnitude(first->offset.value - second->offset.value);
  }
  void hear_by(CommonView& each, const Header& header, MonoTime at) {
    const auto bytes = fakes::bytes_of(header);
    ASSERT_EQ(each.on_datagram(bytes, kServer, at, free_at(at), estimate(at)), std::nullopt);
  }
  std::optional<nanoseconds> hearing() const { return nanoseconds{(random >> 5) % 30'000}; }

  std::array<CommonView, 2> views{CommonView{{.server = kServer}}, CommonView{{.server = kServer}}};
  std::uint32_t random = 1;
};

TEST_F(HearingTogether, TwoStationsAgree) {
  EXPECT_LT(apart_after(300, [&](int) { return hearing(); }), 50us);
}

TEST_F(HearingTogether, TheyAgreeThoughOneHearsSomeFramesMillisecondsLater) {
  const auto own = [&](int i) { return i % 10 == 3 ? std::optional<nanoseconds>{7ms} : hearing(); };
  EXPECT_LT(apart_after(300, own), 100us);
}

TEST_F(HearingTogether, TheyAgreeThoughOneMissesSomeFrames) {
  const auto own = [&](int i) { return i % 20 == 3 ? std::nullopt : hearing(); };
  EXPECT_LT(apart_after(300, own), 100us);
}

TEST_F(HearingTogether, TheyAgreeThoughOneStartedLater) {
  const auto own = [&](int i) { return i < 100 ? std::nullopt : hearing(); };
  EXPECT_LT(apart_after(300, own), 100us);
}

TEST_F(HearingTogether, TheyAgreeAgainAfterTheServersClockHasMoved) {
  ASSERT_LT(apart_after(300, [&](int) { return hearing(); }), 100us);
  for (const nanoseconds by : std::array<nanoseconds, 2>{1ms, -2ms}) {
    exchange_error += by;
    EXPECT_LT(apart_after(300, [&](int) { return hearing(); }), 100us) << by.count();
  }
}

}  // namespace
}  // namespace isletime::common_view_test
