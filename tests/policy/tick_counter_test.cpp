// SPDX-License-Identifier: MIT
#include "libsync/policy/tick_counter.hpp"

#include <gtest/gtest.h>

namespace isletime::tick_counter_test {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t kWrap = std::uint64_t{1} << 32;

TEST(TickExtender, CountsOnWhenTheCounterWraps) {
  TickExtender extender;
  EXPECT_EQ(extender.extend(5), 5U);
  EXPECT_EQ(extender.extend(0xffff'fff0), 0xffff'fff0U);
  EXPECT_EQ(extender.extend(3), kWrap + 3);
  EXPECT_EQ(extender.extend(2), 2 * kWrap + 2);
}

TEST(TickExtender, ACountThatStandsStillIsTheSameTime) {
  TickExtender extender;
  extender.extend(7);
  EXPECT_EQ(extender.extend(7), 7U);
}

TEST(TickExtender, PlacesAnEarlierCountBeforeTheLastOne) {
  TickExtender extender;
  extender.extend(0xffff'fff0);
  extender.extend(10);
  EXPECT_EQ(extender.near(0xffff'ffff), kWrap - 1);
  EXPECT_EQ(extender.near(11), kWrap + 11);
  EXPECT_EQ(extender.extend(12), kWrap + 12);
}

TEST(TickExtender, CountsDecadesOfWraps) {
  TickExtender extender;
  for (std::uint64_t half = 1; half < 10'000; ++half) {
    EXPECT_EQ(extender.extend(static_cast<std::uint32_t>(half * kWrap / 2)), half * kWrap / 2);
  }
}

TEST(TickCounter, ItsTimeIsTicksOverTheNominalRate) {
  EXPECT_EQ(mono_time(0, 1'000'000), MonoTime{0ns});
  EXPECT_EQ(mono_time(1'500'001, 1'000'000), MonoTime{1'500'001us});
  EXPECT_EQ(mono_time(81, 80'000'000), MonoTime{1'012ns});
  EXPECT_EQ(mono_time(32'768, 32'768), MonoTime{1s});
}

TEST(TickCounter, ACenturyOfTheFastestCounterFits) {
  constexpr std::uint32_t kFastest = 4'294'967'295;
  constexpr seconds kCentury{3'155'760'000};
  EXPECT_EQ(mono_time(std::uint64_t{kFastest} * 3'155'760'000, kFastest), MonoTime{kCentury});
}

}  // namespace
}  // namespace isletime::tick_counter_test
