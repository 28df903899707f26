// SPDX-License-Identifier: MIT
#include "libsync/analysis/distinct_rows.hpp"

#include <cmath>
#include <random>

#include <gtest/gtest.h>

namespace isletime::analysis::distinct_rows_test {
namespace {

// A clock of +5 ppm, logged each 10 s; its source is updated once in `held` rows.
std::vector<ClockRow> held_rows(int held, double digit) {
  std::mt19937_64 random(3);
  std::normal_distribution<double> normal;
  std::vector<ClockRow> rows;
  double offset = 0.0;
  for (int i = 0; i < 2000; ++i) {
    if (i % held == 0) offset = digit * std::round((5e-6 * 10.0 * i + 0.001 * normal(random)) / digit);
    rows.push_back({10.0 * i, offset, std::nullopt, std::nullopt, false});
  }
  return rows;
}

TEST(DistinctRows, ARowThatIsWrittenAgainIsLeftOut) {
  const std::vector<ClockRow> rows{{0.0, 1.0, {}, {}, false},
                                   {0.0, 1.0, {}, {}, false},
                                   {0.0, 2.0, {}, {}, false},
                                   {0.0, 1.0, {}, {}, true},
                                   {1.0, 1.0, {}, {}, false}};
  const DistinctRows distinct = without_repeats(rows);
  EXPECT_EQ(distinct.numbers, (std::vector<std::size_t>{0, 2, 4}));
  EXPECT_TRUE(distinct.rows[2].is_marked);
}

TEST(DistinctRows, HeldValuesAreToldFromNoiseOfAFewDigits) {
  EXPECT_TRUE(has_held_offsets(without_repeats(held_rows(6, 1e-9))));
  EXPECT_TRUE(has_held_offsets(without_repeats(held_rows(3, 1e-6))));
  EXPECT_FALSE(has_held_offsets(without_repeats(held_rows(1, 1e-9))));
  EXPECT_FALSE(has_held_offsets(without_repeats(held_rows(1, 1e-3))));
}

TEST(DistinctRows, AHeldValueIsOneReading) {
  const DistinctRows distinct = without_held(without_repeats(held_rows(8, 1e-9)));
  ASSERT_EQ(distinct.rows.size(), 250U);
  EXPECT_EQ(distinct.numbers[1], 8U);
  EXPECT_EQ(distinct.rows[1].time_s, 80.0);
}

TEST(DistinctRows, AMarkWithinAHeldValueKeepsItsRow) {
  auto rows = held_rows(8, 1e-9);
  rows[3].is_marked = true;
  const DistinctRows distinct = without_held(without_repeats(rows));
  EXPECT_EQ(distinct.numbers[1], 3U);
  EXPECT_TRUE(distinct.rows[1].is_marked);
  EXPECT_FALSE(distinct.rows[2].is_marked);
}

TEST(DistinctRows, ValuesThatRepeatByChanceAreNotHeld) {
  // One value in ten repeats the one before.
  auto rows = held_rows(1, 1e-9);
  for (std::size_t i = 10; i < rows.size(); i += 10) rows[i].offset_s = rows[i - 1].offset_s;
  EXPECT_FALSE(has_held_offsets(without_repeats(rows)));
}

}  // namespace
}  // namespace isletime::analysis::distinct_rows_test
