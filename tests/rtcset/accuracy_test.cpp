// SPDX-License-Identifier: MIT
// How accurately rtcset compares, sets and trims every supported chip, on a bus of 100 kHz. The seed
// determines the chip's phase, its crystal, and how late the program wakes up.
#include "tests/rtcset/world.hpp"

namespace isletime::rtcset::accuracy_test {
namespace {

using namespace std::chrono_literals;

constexpr unsigned kSeeds = 110;

class EveryChip : public testing::TestWithParam<ChipModel> {};

INSTANTIATE_TEST_SUITE_P(Rtcset, EveryChip, testing::ValuesIn(kChipModels),
                         [](const auto& each) { return to_string(each.param); });

class EveryChipWithATrim : public testing::TestWithParam<ChipModel> {};

INSTANTIATE_TEST_SUITE_P(Rtcset, EveryChipWithATrim, testing::ValuesIn(fakes::kChipsWithATrim),
                         [](const auto& each) { return to_string(each.param); });

double in_seconds(nanoseconds value) {
  return std::chrono::duration<double>(value).count();
}

TEST_P(EveryChip, IsComparedWithABoundThatHoldsTheTruth) {
  for (unsigned seed = 0; seed < kSeeds; seed += 11) {
    World world(GetParam(), fakes::phase_of(seed), fakes::crystal_of(seed), seed);
    const Ran ran = world.run({"--json", "--chip", to_string(GetParam()), "compare"});
    EXPECT_EQ(ran.status, ExitStatus::kGood) << ran.err;
    EXPECT_LE(number(ran.out, "uncertainty_s"), 0.002) << seed;
    EXPECT_NEAR(number(ran.out, "offset_s"), in_seconds(world.error()),
                number(ran.out, "uncertainty_s") + 1e-6);
  }
}

TEST_P(EveryChip, IsSetToTwoMilliseconds) {
  for (unsigned seed = 0; seed < kSeeds; ++seed) {
    World world(GetParam(), 3600s + fakes::phase_of(seed), fakes::crystal_of(seed), seed);
    const Ran ran = world.run({"--json", "--chip", to_string(GetParam()), "set", "from-system"});
    EXPECT_EQ(ran.status, ExitStatus::kGood) << seed << ran.err;
    EXPECT_LE(std::chrono::abs(world.error()), 2ms) << seed;
    EXPECT_NEAR(number(ran.out, "set_error_s"), in_seconds(world.error()),
                number(ran.out, "uncertainty_s") + 1e-6)
        << seed;
  }
}

// Returns the remaining frequency error in parts per 10^9, measured over ten days.
double left_ppb(World& world) {
  const nanoseconds before = world.error();
  constexpr nanoseconds kTenDays = 240h;
  world.pass(kTenDays);
  return static_cast<double>((world.error() - before).count()) / (in_seconds(kTenDays) + 0.0);
}

TEST_P(EveryChipWithATrim, IsTrimmedToWithinOneStepOfTheBest) {
  const auto range = World(GetParam()).clock().trim_range();
  const double most_ppb = std::abs(range->least.value) * static_cast<double>(range->step_ppb);
  for (unsigned seed = 0; seed < kSeeds; ++seed) {
    const double share = seed * 1.9 / kSeeds - 0.95;  // of the trim's range
    const auto error_ppb = static_cast<std::int64_t>(share * most_ppb) + seed;
    World world(GetParam(), 0s, {.error_ppb = error_ppb}, seed);
    world.type(R"({"drift_ppm":)" + std::to_string(static_cast<double>(error_ppb) / 1000) + "}");
    const Ran ran = world.run({"--json", "--chip", to_string(GetParam()), "trim", "-"});
    ASSERT_EQ(ran.status, ExitStatus::kGood) << error_ppb << ran.err;
    // The nearest step is at most half a step away.
    EXPECT_LE(std::abs(left_ppb(world)), 1.5 * range->step_ppb) << error_ppb;
  }
}

TEST_P(EveryChipWithATrim, IsTrimmedAgainFromWhereItIs) {
  const auto range = World(GetParam()).clock().trim_range();
  const bool is_fine = range->most.value * range->step_ppb < 15'000;  // an RV-3032, which has a short range
  World world(GetParam(), 0s, {.error_ppb = is_fine ? 4'345 : 12'345});
  const std::string chip = to_string(GetParam());
  ASSERT_EQ(world.run({"--chip", chip, "trim", is_fine ? "-2" : "-10"}).status, ExitStatus::kGood);
  const double drift_ppm = left_ppb(world) / 1000;
  EXPECT_LT(drift_ppm, 6) << "the trim slows it";
  world.type(R"({"drift_ppm":)" + std::to_string(drift_ppm) + "}");
  ASSERT_EQ(world.run({"--chip", chip, "trim", "-"}).status, ExitStatus::kGood);
  EXPECT_LE(std::abs(left_ppb(world)), 1.5 * range->step_ppb);
}

}  // namespace
}  // namespace isletime::rtcset::accuracy_test
