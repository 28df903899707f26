// SPDX-License-Identifier: MIT
// No sample is trusted during a leap second or within 5 s of it.
#include <gtest/gtest.h>

#include "tests/policy/conversation.hpp"

namespace isletime::client_leap_second_test {
namespace {

using namespace std::chrono_literals;
using fakes::Conversation;
using fakes::kServer;

// The leap second ends at 2017-01-01T00:00:00Z.
constexpr WallTime kLeapSecond{1'483'228'800s};

// Queries at `time` by both clocks and hears an honest reply with this leap indicator.
std::optional<Reject> reject_at(Conversation& talk, WallTime time, Leap leap) {
  talk.now = talk.client.next_wakeup();
  const auto query = talk.poll();
  talk.client.on_sent(time);
  Header reply = fakes::honest_reply(parse_header(*query), to_ntp(time), to_ntp(time));
  reply.leap = leap;
  return talk.reject_of(reply, kServer, time);
}

TEST(ClientLeapSecond, NoSampleIsTrustedWithin5SecondsBeforeAnAnnouncedOne) {
  for (const Leap leap : {Leap::kInsert, Leap::kDelete}) {
    Conversation talk;
    EXPECT_EQ(reject_at(talk, kLeapSecond - 5s - 1ns, leap), std::nullopt);
    EXPECT_EQ(reject_at(talk, kLeapSecond - 5s, leap), Reject::kLeapSecond);
    EXPECT_EQ(reject_at(talk, kLeapSecond - 1ns, leap), Reject::kLeapSecond);
  }
}

TEST(ClientLeapSecond, NoSampleIsTrustedWithin5SecondsAfterItThoughTheAnnouncementHasEnded) {
  Conversation talk;
  EXPECT_EQ(reject_at(talk, kLeapSecond - 1h, Leap::kInsert), std::nullopt);
  EXPECT_EQ(reject_at(talk, kLeapSecond - 1s, Leap::kNone), Reject::kLeapSecond);
  EXPECT_EQ(reject_at(talk, kLeapSecond, Leap::kNone), Reject::kLeapSecond);
  EXPECT_EQ(reject_at(talk, kLeapSecond + 5s, Leap::kNone), Reject::kLeapSecond);
  EXPECT_EQ(reject_at(talk, kLeapSecond + 5s + 1ns, Leap::kNone), std::nullopt);
}

TEST(ClientLeapSecond, AnyOtherMidnightIsADayLikeAnother) {
  Conversation talk;
  EXPECT_EQ(reject_at(talk, kLeapSecond - 1s, Leap::kNone), std::nullopt);
  EXPECT_EQ(reject_at(talk, kLeapSecond + 1s, Leap::kNone), std::nullopt);
}

// Unfolded near 1970, the timestamps of 2041 would be those of 1904, where the day ends 17 hours later.
TEST(ClientLeapSecond, IsFoundByTheEraOfTheBuildWhereTheClockReads1970) {
  constexpr WallTime kLeapSecondOf2041{2'240'611'200s};
  Conversation talk{{.server = kServer, .era_pivot = WallTime{1'795'219'200s}}};
  for (const auto& [before, expected] :
       {std::pair{nanoseconds{1h}, std::optional<Reject>{}}, {1s, Reject::kLeapSecond}}) {
    talk.now = talk.client.next_wakeup();
    const auto query = talk.poll();
    talk.client.on_sent(WallTime{60s});
    const NtpTimestamp stamp = to_ntp(kLeapSecondOf2041 - before);
    Header reply = fakes::honest_reply(parse_header(*query), stamp, stamp);
    reply.leap = Leap::kInsert;
    EXPECT_EQ(talk.reject_of(reply, kServer, WallTime{60s}), expected);
  }
}

TEST(ClientLeapSecond, AnAnnouncementThatIsNotBelievedIsNotRemembered) {
  Conversation talk;
  Header forged = fakes::honest_reply(talk.ask());
  forged.origin = {};
  forged.leap = Leap::kInsert;
  forged.receive = forged.transmit = to_ntp(kLeapSecond - 1h);
  EXPECT_EQ(talk.reject_of(forged), Reject::kWrongOrigin);
  talk.client.give_up();
  EXPECT_EQ(reject_at(talk, kLeapSecond - 1s, Leap::kNone), std::nullopt);
}

TEST(ClientLeapSecond, HostileClocksAreNoDanger) {
  Conversation talk;
  EXPECT_EQ(reject_at(talk, WallTime::max() - 1s, Leap::kInsert), std::nullopt);
  EXPECT_EQ(reject_at(talk, WallTime::min() + 10s, Leap::kInsert), std::nullopt);
}

}  // namespace
}  // namespace isletime::client_leap_second_test
