// SPDX-License-Identifier: MIT
#include "libsync/drivers/chip_mark.hpp"

#include <gtest/gtest.h>

#include "tests/fakes/rtc_model.hpp"

namespace isletime::chip_mark_test {
namespace {

using namespace std::chrono_literals;

class ChipMark : public testing::TestWithParam<ChipModel> {
 protected:
  ChipMark() { bus_.attach(default_address(GetParam()), chip_); }
  auto mark(bool with_memory = false) {
    return chip_mark(GetParam(), bus_, default_address(GetParam()), with_memory);
  }

  fakes::TrueTime time_;
  fakes::ModelBus bus_{time_};
  fakes::ModelChip chip_{GetParam(), {.date = {2026, 11, 21}}, time_.now};
};

INSTANTIATE_TEST_SUITE_P(Rtc, ChipMark, testing::ValuesIn(kChipModels),
                         [](const auto& tested) { return std::string{to_string(tested.param)}; });

TEST_P(ChipMark, StaysTheSameWhileTheTimePasses) {
  const auto before = mark(true);
  time_.now += 40 * 24h;
  const auto after = mark(true);
  ASSERT_TRUE(before && after);
  EXPECT_EQ(*before, *after);
  EXPECT_EQ(bus_.bytes_written(), 0U);
}

TEST_P(ChipMark, IsUnknownIfTheBusFails) {
  const auto known = mark(true);
  ASSERT_TRUE(known);
  bus_.fail_always(BusError::kStuck);
  EXPECT_EQ(mark(true).has_value(), !*known) << "without such registers nothing is read";
}

class OneMark : public ChipMark {};

INSTANTIATE_TEST_SUITE_P(Ds3231, OneMark, testing::Values(ChipModel::kDs3231));

TEST_P(OneMark, IsAnotherWithAnotherAlarmButNotWithAnotherTrim) {
  const auto before = mark();
  chip_.poke(0x10, 0x12, time_.now);
  EXPECT_EQ(*mark(), *before);
  chip_.poke(0x09, 0x12, time_.now);
  EXPECT_NE(*mark(), *before);
}

class MemoryMark : public ChipMark {};

INSTANTIATE_TEST_SUITE_P(Ds1338, MemoryMark, testing::Values(ChipModel::kDs1338));

TEST_P(MemoryMark, CountsOnlyIfNoProgramUsesIt) {
  const auto before = mark(true);
  chip_.poke(0x3f, 0x12, time_.now);
  EXPECT_NE(*mark(true), *before);
  EXPECT_FALSE(*mark(false));
}

class MarkWithUndefinedBits : public ChipMark {};

INSTANTIATE_TEST_SUITE_P(Pcf8563, MarkWithUndefinedBits, testing::Values(ChipModel::kPcf8563));

TEST_P(MarkWithUndefinedBits, LeavesThemOut) {
  const auto before = mark();
  const std::uint8_t hour = chip_.peek(0x0a, time_.now);
  chip_.poke(0x0a, hour ^ 0x40, time_.now);
  EXPECT_EQ(*mark(), *before);
  chip_.poke(0x0a, hour ^ 0x01, time_.now);
  EXPECT_NE(*mark(), *before);
}

}  // namespace
}  // namespace isletime::chip_mark_test
