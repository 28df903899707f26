// SPDX-License-Identifier: MIT
#include "libsync/hub/hub_clock.hpp"

#include <gtest/gtest.h>

namespace isletime {
namespace {

using namespace std::chrono_literals;

constexpr WallTime kStart{1'790'000'000s};

// RFC 5905, section 8: the error of a coarse server's timestamps is dispersion, not noise of the path.
TEST(HubClock, HandsOnWhatTheStampsMayBeWrongBy) {
  const HubClock clock{kStart};
  const Measurement m{
      .time = kStart + 5s, .offset = {3ms}, .delay = {1ms}, .dispersion = {precision_of(-6)}, .server = {}};
  const OffsetSample sample = clock.sample_of(m);
  EXPECT_EQ(sample.dispersion.value, 15'625us);
  EXPECT_EQ(sample.offset.value, 3ms);
  EXPECT_EQ(sample.delay->value, 1ms);
  EXPECT_EQ(sample.at, FreeTime{(kStart + 5s).time_since_epoch()});
}

}  // namespace
}  // namespace isletime
