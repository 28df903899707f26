// SPDX-License-Identifier: MIT
#include "firmware/kit/rate_keeper.hpp"

#include <gtest/gtest.h>

namespace isletime::firmware::rate_keeper_test {
namespace {

using namespace std::chrono_literals;

constexpr MonoTime kStart{};

constexpr LearnedRate learned(std::int32_t rate, std::int32_t error = 1) {
  return {Ppm::whole(rate), Ppm::whole(error)};
}

TEST(RateKeeper, StoresTheFirstRateThatIsGood) {
  const RateKeeper keeper{std::nullopt};
  EXPECT_TRUE(keeper.is_due(learned(40), kStart));
  EXPECT_FALSE(keeper.is_due(learned(40, 6), kStart));
}

TEST(RateKeeper, StoresNothingThatIsStoredAlready) {
  const RateKeeper keeper{learned(40)};
  EXPECT_FALSE(keeper.is_due(learned(41), kStart));
  EXPECT_TRUE(keeper.is_due(learned(42), kStart));
  EXPECT_TRUE(keeper.is_due(learned(38), kStart));
}

TEST(RateKeeper, StoresAMuchBetterRate) {
  const RateKeeper keeper{learned(40, 5)};
  EXPECT_TRUE(keeper.is_due(learned(40, 1), kStart));
  EXPECT_FALSE(keeper.is_due(learned(40, 2), kStart));
}

TEST(RateKeeper, WritesAtMostOnceAnHour) {
  RateKeeper keeper{std::nullopt};
  keeper.on_stored(learned(40), kStart);
  EXPECT_FALSE(keeper.is_due(learned(60), kStart + 1h - 1ns));
  EXPECT_TRUE(keeper.is_due(learned(60), kStart + 1h));
}

}  // namespace
}  // namespace isletime::firmware::rate_keeper_test
