// SPDX-License-Identifier: MIT
// What the hub saves across a restart.
#include <gtest/gtest.h>

#include "libsync/hub/hub.hpp"

namespace isletime::hub_saves_test {
namespace {

using namespace std::chrono_literals;

constexpr WallTime kBuild{1'770'000'000s};
constexpr WallTime kStart = kBuild + 24h;

// A saved state whose last good time lies in the future would be rejected as a whole.
TEST(HubSaves, NoLastGoodTimeThatIsToCome) {
  Instant now{MonoTime{10s}, kStart, 0ns};
  const HubConfig config{.made = kBuild, .latest = kBuild + 200'000h};
  SavedState before;
  before.saved_at = kStart;
  before.last_good_time = kStart;
  Hub hub{config, LastRun{before, true}, {.instant = now}};
  SampleRecord phone;
  phone.time = kStart;
  phone.source = "phone:192.0.2.1";
  phone.offset = 0ns;
  phone.uncertainty = 1ms;
  hub.feed(phone, true, now);
  now.wall -= 5s;
  hub.notice({.instant = now});
  const auto state = hub.state_to_save(now);
  ASSERT_TRUE(state && state->last_good_time);
  EXPECT_LE(*state->last_good_time, state->saved_at);
}

}  // namespace
}  // namespace isletime::hub_saves_test
