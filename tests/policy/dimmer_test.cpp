// SPDX-License-Identifier: MIT
#include "libsync/policy/dimmer.hpp"

#include <gtest/gtest.h>

namespace isletime::dimmer_test {
namespace {

constexpr int kLongEnough = 20;  // measurements, for any fade

std::uint8_t settle(Dimmer& dimmer, std::uint16_t light) {
  for (int i = 0; i < kLongEnough; ++i) dimmer.on_light(light);
  return dimmer.level();
}

TEST(Dimmer, IsDarkestInTheDarkAndBrightestInFullLight) {
  Dimmer dimmer;
  EXPECT_EQ(settle(dimmer, 4095), 15);
  EXPECT_EQ(settle(dimmer, 0), 0);
}

TEST(Dimmer, EveryLevelIsReachedInTheMiddleOfItsSixteenth) {
  Dimmer dimmer;
  for (int level = 0; level < 16; ++level) {
    EXPECT_EQ(settle(dimmer, static_cast<std::uint16_t>(level * 256 + 128)), level);
  }
  for (int level = 15; level >= 0; --level) {
    EXPECT_EQ(settle(dimmer, static_cast<std::uint16_t>(level * 256 + 128)), level);
  }
}

TEST(Dimmer, NoiseAtABorderDoesNotMakeItFlicker) {
  for (const int border : {256, 1024, 2048, 3840}) {
    for (const int from : {0, 4095}) {
      Dimmer dimmer;
      settle(dimmer, static_cast<std::uint16_t>(from));
      const int settled = settle(dimmer, static_cast<std::uint16_t>(border));
      for (int i = 0; i < 100; ++i) {
        const int noise = i % 3 == 0 ? -60 : i % 3 == 1 ? 60 : 0;
        EXPECT_EQ(dimmer.on_light(static_cast<std::uint16_t>(border + noise)), settled) << border;
      }
    }
  }
}

TEST(Dimmer, ALampFadesItInByOneLevelAtATime) {
  Dimmer dimmer;
  for (int level = 1; level < 16; ++level) EXPECT_EQ(dimmer.on_light(4095), level);
  for (int level = 14; level >= 0; --level) EXPECT_EQ(dimmer.on_light(0), level);
}

}  // namespace
}  // namespace isletime::dimmer_test
