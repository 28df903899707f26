// SPDX-License-Identifier: MIT
#include "libsync/policy/device_follower.hpp"

#include <optional>
#include <utility>

#include <gtest/gtest.h>

#include "tests/fakes/reply_maker.hpp"

namespace isletime::device_follower_test {
namespace {

using namespace std::chrono_literals;

constexpr Endpoint kServer{IpAddress::v4(0xc0a8'0401), 123};
constexpr Endpoint kOther{IpAddress::v4(0xc0a8'0402), 123};
constexpr Endpoint kOnTheInternet{IpAddress::v4(0xc000'0207), 123};
constexpr WallTime kBuilt{1'790'000'000s};

// A device and the server that it follows. Each way takes 1 ms, the server 100 us.
class Following : public testing::Test {
 protected:
  WallTime truth(MonoTime at) const { return powered_on + at.time_since_epoch(); }

  // Sends the query that is due next, unless lose() has taken it already.
  Header ask() {
    const auto taken = std::exchange(due, std::nullopt);
    if (!taken) now = std::max(now, follower.next_wakeup());
    const auto query = taken ? taken : follower.poll(now, ++random);
    if (!query) return {};
    follower.on_sent(now);
    return parse_header(*query);
  }
  Header reply_to(const Header& query) const {
    return fakes::honest_reply(query, to_ntp(truth(now + 1ms)), to_ntp(truth(now + 1100us)));
  }
  Result<MeasurementUse, Reject> hear(const Header& reply, const Endpoint& from = kServer) {
    now += 2100us;
    return follower.on_datagram(fakes::bytes_of(reply), from, now);
  }
  Result<MeasurementUse, Reject> exchange() { return hear(reply_to(ask())); }
  void exchange(int times) {
    for (int i = 0; i < times; ++i) ASSERT_TRUE(exchange().has_value());
  }
  // Lets the query that is due next time out. By then the one after it may be due.
  void lose() {
    ask();
    now = follower.next_wakeup();
    due = follower.poll(now, ++random);
  }
  nanoseconds until_next() const { return elapsed(now, follower.next_wakeup()); }

  WallTime powered_on = kBuilt + 24h * 400;
  DeviceClock clock{{.built = kBuilt}};
  DeviceFollower follower{{.server = kServer}, clock};
  MonoTime now{3s};
  std::optional<Query> due;
  std::uint64_t random = 0xfeed'5678'9abc'def0;
};

TEST_F(Following, TheFirstReplySetsTheClock) {
  const auto use = exchange();
  ASSERT_TRUE(use.has_value());
  EXPECT_EQ(*use, MeasurementUse::kFollowed);
  EXPECT_LT(magnitude(elapsed(truth(now), *clock.wall(now))), 1us);
  // The server's root distance is 3.9 + 15.6 ms, half of the delay 1 ms.
  EXPECT_GE(clock.at(now)->bound.value, 20ms);
  EXPECT_LT(clock.at(now)->bound.value, 25ms);
}

TEST_F(Following, AsksOftenAtFirstAndEvery32SecondsLater) {
  exchange(1);
  EXPECT_LE(until_next(), 1s);
  exchange(560);
  EXPECT_GE(until_next(), 31s);
}

// RFC 4330, section 10.
TEST_F(Following, AServerOnTheInternetIsNeverAskedWithin15Seconds) {
  follower.set_server(kOnTheInternet, now);
  for (int i = 0; i < 400; ++i) {
    ASSERT_TRUE(hear(reply_to(ask()), kOnTheInternet).has_value());
    if (i % 50 == 0) follower.on_link_up();
    ASSERT_GE(until_next(), 15s) << i;
  }
  lose();
  EXPECT_GE(until_next(), 13s) << "2 s after the query was given up";
}

TEST_F(Following, ASilentServerIsAskedLessOftenButSoonEnoughWhenItComesBack) {
  lose();
  EXPECT_LE(until_next(), 4s);
  for (int i = 0; i < 10; ++i) lose();
  const MonoTime asked = now;
  ask();
  EXPECT_GE(elapsed(asked, now), 20s);
  EXPECT_LE(elapsed(asked, now), 32s);
}

TEST_F(Following, ANewLinkIsReasonToAskSoon) {
  for (int i = 0; i < 10; ++i) lose();
  follower.on_link_up();
  EXPECT_LE(until_next(), 2s);
}

TEST_F(Following, AServerThatIsNotSetYetIsAskedEvery16Seconds) {
  for (int i = 0; i < 10; ++i) {
    Header unset = reply_to(ask());
    unset.leap = Leap::kUnsynchronised;
    unset.stratum = 0;
    unset.reference_id = {};
    const auto use = hear(unset);
    ASSERT_FALSE(use.has_value());
    EXPECT_EQ(use.error(), Reject::kUnsynchronised);
  }
  EXPECT_FALSE(clock.wall(now).has_value());
  EXPECT_GE(until_next(), 15s);
  EXPECT_LE(until_next(), 16s);
}

TEST_F(Following, AServerThatLosesItsTimeIsNotFollowedAndTheClockGoesOn) {
  exchange(70);
  const MonoTime last = now;
  while (now < last + 3h) {
    Header unset = reply_to(ask());
    unset.leap = Leap::kUnsynchronised;
    EXPECT_EQ(hear(unset).error(), Reject::kUnsynchronised);
  }
  EXPECT_LT(magnitude(elapsed(truth(now), *clock.wall(now))), 5ms);
  EXPECT_FALSE(clock.at(now)->is_reliable);
}

TEST_F(Following, ObeysRate) {
  exchange(560);
  Header kiss = reply_to(ask());
  kiss.leap = Leap::kUnsynchronised;
  kiss.stratum = 0;
  kiss.reference_id = kiss::kRate;
  EXPECT_EQ(hear(kiss).error(), Reject::kKissRate);
  EXPECT_GE(until_next(), 63s);
  exchange(1);
  EXPECT_GE(until_next(), 63s) << "also after the next reply";
}

TEST_F(Following, ObeysDeny) {
  exchange(1);
  Header kiss = reply_to(ask());
  kiss.leap = Leap::kUnsynchronised;
  kiss.stratum = 0;
  kiss.reference_id = kiss::kDeny;
  EXPECT_EQ(hear(kiss).error(), Reject::kKissDeny);
  EXPECT_GE(until_next(), 23h);
}

TEST_F(Following, ForgedRepliesChangeNothing) {
  exchange(1);
  const Header query = ask();
  Header forged = reply_to(query);
  forged.transmit = to_ntp(truth(now) + 1h);
  forged.receive = forged.transmit;
  const auto before = clock.at(now);
  EXPECT_EQ(hear(forged, kOther).error(), Reject::kWrongAddress);
  forged.origin = NtpTimestamp::from_raw(query.transmit.raw() + 1);
  EXPECT_EQ(hear(forged).error(), Reject::kWrongOrigin);
  EXPECT_LE(clock.at(now)->bound.value - before->bound.value, 10us);
  EXPECT_TRUE(hear(reply_to(query)).has_value()) << "the true reply is still taken";
}

TEST_F(Following, NoReplyIsTakenBeforeTheQueryWasSent) {
  const auto query = follower.poll(now, ++random);
  ASSERT_TRUE(query.has_value());
  EXPECT_EQ(hear(reply_to(parse_header(*query))).error(), Reject::kWrongOrigin);
}

TEST_F(Following, AQueryThatCouldNotBeSentIsRepeatedSoon) {
  ASSERT_TRUE(follower.poll(now, ++random).has_value());
  follower.on_not_sent();
  EXPECT_LE(until_next(), 4s);
}

TEST_F(Following, AnotherServerIsAskedAtOnceAndTheOldOneIsNotHeard) {
  exchange(350);
  const Header query = ask();
  follower.set_server(kOther, now);
  EXPECT_FALSE(hear(reply_to(query)).has_value());
  EXPECT_LE(until_next(), 0s);
  const auto use = hear(reply_to(ask()), kOther);
  ASSERT_TRUE(use.has_value());
  EXPECT_EQ(*use, MeasurementUse::kFollowed);
  EXPECT_TRUE(clock.is_rate_known(now));
  EXPECT_EQ(clock.settings(), 1U);
}

TEST_F(Following, AHubThatRestartsWithAnotherTimeIsFollowedAfterThreeReplies) {
  exchange(70);
  powered_on += 3h;
  EXPECT_EQ(*exchange(), MeasurementUse::kDoubted);
  EXPECT_LE(until_next(), 2s);
  EXPECT_GE(clock.at(now)->bound.value, 2h);
  exchange(1);
  EXPECT_EQ(*exchange(), MeasurementUse::kStepped);
  EXPECT_LT(magnitude(elapsed(truth(now), *clock.wall(now))), 1ms);
}

}  // namespace
}  // namespace isletime::device_follower_test
