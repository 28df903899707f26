// SPDX-License-Identifier: MIT
// Hubs that follow one another: A asks a root and C, B asks A, and C asks B.
#include <array>

#include <gtest/gtest.h>

#include "tests/hub/hub_play.hpp"

namespace isletime::hub_ring_test {
namespace {

using namespace std::chrono_literals;
using namespace hub_play;

class Ring {
 public:
  Ring() : root(hubs[0].add_server()) {
    for (std::size_t i = 0; i < hubs.size(); ++i) hubs[i].add_server();
  }
  void pass(nanoseconds time) {
    for (; time > 0s; time -= 1s) {
      for (std::size_t i = 0; i < hubs.size(); ++i) state(hubs[before(i)], hubs[i].servers.back());
      for (HubPlay& hub : hubs) hub.pass(1s);
    }
  }
  // The server of the second hub and the third is the hub before it, of the first the third hub.
  static std::size_t before(std::size_t i) { return (i + 2) % 3; }

  std::array<HubPlay, 3> hubs;
  Server& root;

 private:
  // The server answers as the hub does.
  static void state(const HubPlay& hub, Server& server) {
    const ServerState served = hub.served();
    server.off = hub.error();
    server.leap = hub.is_synchronised() ? served.leap : Leap::kUnsynchronised;
    server.stratum = served.stratum;
    server.reference_id = served.reference_id;
    server.reference = to_ntp(served.reference_time);
    server.root_dispersion = hub.root_distance();
  }
};

TEST(HubRing, WhoseRootIsGoneIsNeverFresherNorReliable) {
  Ring ring;
  ring.pass(10min);
  for (HubPlay& hub : ring.hubs) EXPECT_TRUE(hub.is_reliable());
  ring.root.is_silent = true;
  nanoseconds before{};
  for (int minute = 0; minute < 120; ++minute) {
    ring.pass(1min);
    for (HubPlay& hub : ring.hubs) ASSERT_TRUE(hub.is_bound_honest()) << minute;
    ASSERT_GE(ring.hubs[0].root_distance(), before) << minute;
    before = ring.hubs[0].root_distance();
  }
  for (HubPlay& hub : ring.hubs) EXPECT_NE(hub.status().kind, "ntp");
}

// The followers repeat for some polls what the root has said before.
TEST(HubRing, WhoseRootComesRightFollowsItWithinMinutes) {
  for (const nanoseconds lie : {nanoseconds{-10s}, nanoseconds{10s}, nanoseconds{300ms}}) {
    Ring ring;
    ring.root.off = lie;
    ring.pass(10min);
    ring.root.off = 0s;
    ring.pass(30min);
    for (HubPlay& hub : ring.hubs) {
      EXPECT_LT(magnitude(hub.error()), 10ms) << lie.count();
      EXPECT_TRUE(hub.is_bound_honest()) << lie.count();
    }
  }
}

}  // namespace
}  // namespace isletime::hub_ring_test
