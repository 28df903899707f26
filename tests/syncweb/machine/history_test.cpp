// SPDX-License-Identifier: MIT
#include "tools/syncweb/machine/history.hpp"

#include <gtest/gtest.h>

#include "libsync/record/json_value.hpp"
#include "tests/syncweb/hub_lines.hpp"

namespace isletime::syncweb::history_test {
namespace {

using namespace std::chrono_literals;

class Histories : public testing::Test {
 protected:
  static HubTime hub(nanoseconds later) {
    return {.time = kWall + later,
            .is_synchronised = true,
            .is_reliable = true,
            .bound = Dispersion{10ms},
            .offset = Offset{-3us}};
  }
  bool step(nanoseconds later) { return history.step(hub(later), kMono + later).has_value(); }
  std::size_t size(nanoseconds later) const {
    const auto value = parse_json(history.json(hub(later), kMono + later), {1'000'000, 4});
    return value->find("points")->array()->size();
  }

  History history;
};

TEST_F(Histories, HaveAPointAMinute) {
  EXPECT_EQ(history.step(hub(0s), kMono),
            R"({"unix":1770091506.000000000,"offset_s":-0.000003000,"bound_s":0.010000000,"reliable":true})");
  EXPECT_FALSE(step(60s - 1ns));
  EXPECT_TRUE(step(60s));
  EXPECT_EQ(
      history.json(hub(61s), kMono + 61s),
      R"({"step_s":60,"points":[)"
      R"({"unix":1770091506.000000000,"offset_s":-0.000003000,"bound_s":0.010000000,"reliable":true},)"
      R"({"unix":1770091566.000000000,"offset_s":-0.000003000,"bound_s":0.010000000,"reliable":true}]})");
}

TEST_F(Histories, KeepSixHours) {
  for (int i = 0; i < 500; ++i) step(i * 1min);
  EXPECT_EQ(size(500min), 360);
}

TEST_F(Histories, PointsMoveWithTheClockWhenItIsSet) {
  step(0s);
  HubTime set = hub(30s);
  set.time += 24h;
  EXPECT_NE(history.json(set, kMono + 30s).find(R"("unix":1770177906.000000000)"), std::string::npos);
}

TEST_F(Histories, AnUnsynchronisedHubLeavesAGapAndHasNoTimeToShowPointsAt) {
  step(0s);
  EXPECT_EQ(history.step({.time = kWall}, kMono + 1min), std::nullopt);
  EXPECT_EQ(history.json({.time = kWall}, kMono + 1min), R"({"step_s":60,"points":[]})");
  EXPECT_TRUE(step(90s)) << "the next point is due at once";
  EXPECT_EQ(size(90s), 2);
}

TEST_F(Histories, OldPointsGoEvenIfNoneFollow) {
  step(0s);
  history.step({.time = kWall}, kMono + 6h + 1s);
  EXPECT_EQ(size(6h + 1s), 0);
}

}  // namespace
}  // namespace isletime::syncweb::history_test
