// SPDX-License-Identifier: MIT
#include "libsync/policy/device_server_state.hpp"

#include <gtest/gtest.h>

#include "libsync/policy/server_header.hpp"

namespace isletime::device_server_state_test {
namespace {

using namespace std::chrono_literals;

constexpr std::int8_t kPrecision = -20;
constexpr WallTime kNow{1770091506s};
constexpr ReferenceId kServer{0xc000'0207};  // 192.0.2.7

DeviceStanding set_by_hand(Dispersion bound) {
  return {.time = DeviceTime{kNow, bound, true, SourceKind::kManual},
          .confirmed_at = kNow - 60s,
          .is_vouched = true,
          .server = {}};
}

DeviceStanding following(const Header& header) {
  return {.time = DeviceTime{kNow, {30ms}, true, SourceKind::kNtp},
          .confirmed_at = kNow - 20s,
          .is_vouched = true,
          .server = FollowedServer{header, {10ms}, kNow - 20s, kServer}};
}

Header stratum(std::uint8_t stratum) {
  Header header;
  header.leap = Leap::kNone;
  header.stratum = stratum;
  header.root_delay = ShortTime::round_up(4ms);
  header.root_dispersion = ShortTime::round_up(1ms);
  header.reference_id = {0xc000'0201};
  header.reference = to_ntp(kNow - 100s);
  return header;
}

Header served(const DeviceStanding& standing) {
  return describe(server_state(standing, kPrecision), kNow);
}

nanoseconds root_distance_of(const Header& header) {
  return header.root_delay.to_nanoseconds() / 2 + header.root_dispersion.to_nanoseconds();
}

void expect_unsynchronised(const Header& header) {
  EXPECT_EQ(header.leap, Leap::kUnsynchronised);
  EXPECT_EQ(header.stratum, 0);
  EXPECT_TRUE(header.reference.is_unset());
}

TEST(DeviceServerState, WithoutATimeItIsUnsynchronised) {
  expect_unsynchronised(served({}));
}

TEST(DeviceServerState, ATimeThatNothingVouchesForIsNotServed) {
  DeviceStanding standing = set_by_hand({500ms});
  standing.is_vouched = false;
  expect_unsynchronised(served(standing));
}

TEST(DeviceServerState, FromSixteenSecondsOfErrorOnItIsUnsynchronised) {
  EXPECT_EQ(served(set_by_hand({16s - 1ns})).leap, Leap::kNone);
  expect_unsynchronised(served(set_by_hand({16s})));
}

TEST(DeviceServerState, ItsOwnTimeIsThatOfALocalClockWithinItsBound) {
  const Header header = served(set_by_hand({500ms}));
  EXPECT_EQ(header.leap, Leap::kNone);
  EXPECT_EQ(header.stratum, 10);
  EXPECT_EQ(header.reference_id, kLocalClock);
  EXPECT_EQ(unfold(header.reference, kNow), kNow - 60s);
  EXPECT_GE(root_distance_of(header), 500ms);
  EXPECT_LE(root_distance_of(header), 501ms);
}

TEST(DeviceServerState, AFollowersStratumIsOneMoreAndItsRootDistanceTheBound) {
  const Header header = served(following(stratum(3)));
  EXPECT_EQ(header.leap, Leap::kNone);
  EXPECT_EQ(header.stratum, 4);
  EXPECT_EQ(header.reference_id, kServer);
  EXPECT_GE(header.root_delay.to_nanoseconds(), 14ms);
  EXPECT_GE(root_distance_of(header), 30ms);
  EXPECT_LE(root_distance_of(header), 31ms);
}

TEST(DeviceServerState, TheReferenceTimeIsNeverFresherThanTheServers) {
  EXPECT_EQ(unfold(served(following(stratum(3))).reference, kNow), kNow - 100s);
  Header ahead = stratum(3);
  ahead.reference = to_ntp(kNow + 5s);
  EXPECT_EQ(unfold(served(following(ahead)).reference, kNow), kNow - 20s);
}

TEST(DeviceServerState, WhoFollowsALocalClockSaysSo) {
  Header header = stratum(10);
  header.reference_id = kLocalClock;
  EXPECT_EQ(served(following(header)).reference_id, kLocalClock);
  EXPECT_EQ(served(following(header)).stratum, 11);
}

TEST(DeviceServerState, ALeapSecondIsPassedOn) {
  Header header = stratum(3);
  header.leap = Leap::kInsert;
  EXPECT_EQ(served(following(header)).leap, Leap::kInsert);
}

TEST(DeviceServerState, StratumFifteenIsFollowedByNone) {
  EXPECT_EQ(served(following(stratum(14))).stratum, 15);
  expect_unsynchronised(served(following(stratum(15))));
}

}  // namespace
}  // namespace isletime::device_server_state_test
