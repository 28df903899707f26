// SPDX-License-Identifier: MIT
#include "tools/common/battery_clock/measurement.hpp"

#include <gtest/gtest.h>

#include "tests/fakes/rtc_world.hpp"

namespace isletime::battery_clock::measurement_test {
namespace {

using namespace std::chrono_literals;

constexpr unsigned kSeeds = 110;

class EveryChip : public testing::TestWithParam<ChipModel> {};

INSTANTIATE_TEST_SUITE_P(BatteryClock, EveryChip, testing::ValuesIn(kChipModels),
                         [](const auto& each) { return to_string(each.param); });

TEST_P(EveryChip, IsReadToTwoMillisecondsInLessThanThreeSeconds) {
  for (unsigned seed = 0; seed < kSeeds; ++seed) {
    fakes::RtcWorld world(GetParam(), fakes::phase_of(seed), fakes::crystal_of(seed), seed);
    ChipClock clock = world.clock();
    const nanoseconds begin = world.now();
    const auto measurement = measure(clock, world, ChipScale::kUtc);
    EXPECT_LT(world.now() - begin, 3s) << seed;
    ASSERT_TRUE(measurement && measurement->comparison) << seed;
    const Comparison& comparison = *measurement->comparison;
    EXPECT_LE(comparison.bound.value, 2ms) << seed;
    // By the chip's crystal, it moved by less than a microsecond since.
    const nanoseconds wrong = comparison.offset.value - world.error();
    EXPECT_LE(std::chrono::abs(wrong), comparison.bound.value + 1us) << seed;
  }
}

}  // namespace
}  // namespace isletime::battery_clock::measurement_test
