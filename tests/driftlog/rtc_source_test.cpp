// SPDX-License-Identifier: MIT
// A battery clock as a source, on a modelled bus.
#include "tools/driftlog/rtc_source.hpp"

#include <gtest/gtest.h>

#include "tests/fakes/rtc_world.hpp"
#include "tools/driftlog/make_source.hpp"

namespace isletime::driftlog::rtc_source_test {
namespace {

using namespace std::chrono_literals;
using World = fakes::RtcWorld;

std::unique_ptr<Source> source_of(World& world, const std::string& text = "rtc:/dev/i2c-1") {
  return make_source(*parse_source(text), {}, world, world, fakes::kMade);
}

void expect_true(World& world, Source& source) {
  const auto record = source.measure(world.mono_now() + 10s);
  ASSERT_TRUE(record) << record.error().text;
  EXPECT_LE(std::chrono::abs(*record->offset - world.error()), *record->uncertainty);
  EXPECT_LE(*record->uncertainty, 3ms);
}

TEST(RtcSource, TheBoundHoldsTheTruth) {
  for (unsigned seed = 0; seed < 20; ++seed) {
    World world(ChipModel::kDs3231, 137ms * seed - 1s, {}, seed);
    expect_true(world, *source_of(world));
  }
}

TEST(RtcSource, ItsTemperatureIsInTheRecord) {
  World world(ChipModel::kDs3231);
  const auto record = source_of(world)->measure(world.mono_now() + 10s);
  ASSERT_TRUE(record);
  EXPECT_TRUE(record->temperature_c);
}

TEST(RtcSource, AnAddressMayBeNamed) {
  World world(ChipModel::kDs3231);
  expect_true(world, *source_of(world, "rtc:/dev/i2c-1@0x68"));
  EXPECT_FALSE(source_of(world, "rtc:/dev/i2c-1@0x51")->measure(world.mono_now() + 10s));
}

TEST(RtcSource, IsSetByTheSystemClock) {
  World world(ChipModel::kDs3231, 2500ms);
  const auto source = source_of(world);
  EXPECT_FALSE(source->set(world.mono_now() + 10s));
  EXPECT_LT(std::chrono::abs(world.error()), 5ms);
  expect_true(world, *source);
}

TEST(RtcSource, IsNotSetByASystemClockThatIsCertainlyWrongAndSaysWhy) {
  World world(ChipModel::kDs3231);
  world.shift_system_clock(-24h * 365);
  testing::internal::CaptureStderr();
  const auto failure = source_of(world)->set(world.mono_now() + 10s);
  const std::string messages = testing::internal::GetCapturedStderr();
  ASSERT_TRUE(failure);
  EXPECT_EQ(failure->name, "not-set");
  EXPECT_EQ(
      messages,
      "driftlog: /dev/i2c-1@0x68: 2025-11-21 is before 2026-11-18, when this program was made: set this "
      "machine's clock first, or --force\n");
  EXPECT_EQ(world.bus().bytes_written(), 0U);
}

TEST(RtcSource, ABusThatIsRefusedIsAnError) {
  World world(ChipModel::kDs3231);
  world.refuse("/dev/i2c-1", {"not-permitted", "not permitted"});
  EXPECT_EQ(source_of(world)->measure(world.mono_now() + 10s).error().name, "not-permitted");
}

}  // namespace
}  // namespace isletime::driftlog::rtc_source_test
