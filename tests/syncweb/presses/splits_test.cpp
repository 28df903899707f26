// SPDX-License-Identifier: MIT
#include "tools/syncweb/presses/splits.hpp"

#include <algorithm>

#include <gtest/gtest.h>

namespace isletime::syncweb::splits_test {
namespace {

using namespace std::chrono_literals;

constexpr WallTime kStart{1'770'091'506s};

StoredPress pressed(std::int64_t id, nanoseconds at, std::optional<nanoseconds> bound = 1ms,
                    const char* sender = nullptr, std::optional<bool> is_reliable = true) {
  StoredPress out;
  out.id = id;
  out.press.sender = sender == nullptr ? "button-" + std::to_string(id) : sender;
  out.press.time = kStart + at;
  if (bound) out.press.uncertainty = Dispersion{*bound};
  out.press.is_reliable = is_reliable;
  return out;
}

std::vector<std::int64_t> ids(const std::vector<SplitRow>& rows) {
  std::vector<std::int64_t> out;
  for (const SplitRow& row : rows) out.push_back(row.press.id);
  return out;
}

std::vector<PressOrder> orders(const std::vector<SplitRow>& rows) {
  std::vector<PressOrder> out;
  for (const SplitRow& row : rows) out.push_back(row.order);
  return out;
}

constexpr auto kSure = PressOrder::kCertain;
constexpr auto kClose = PressOrder::kTooClose;
constexpr auto kUnsure = PressOrder::kUnknown;

TEST(Splits, AreInTheOrderOfTimeNotOfArrival) {
  const auto rows = make_splits({pressed(1, 61'250ms), pressed(2, 0s), pressed(3, 30'125ms)}, {});
  EXPECT_EQ(ids(rows), (std::vector<std::int64_t>{2, 3, 1}));
  EXPECT_EQ(rows[0].split, std::nullopt);
  EXPECT_EQ(rows[0].total, std::nullopt);
  EXPECT_EQ(rows[1].split, 30'125ms);
  EXPECT_EQ(rows[1].total, 30'125ms);
  EXPECT_EQ(rows[2].split, 31'125ms);
  EXPECT_EQ(rows[2].total, 61'250ms);
  EXPECT_EQ(orders(rows), (std::vector{kSure, kSure, kSure}));
}

TEST(Splits, BoundsAddUp) {
  const auto rows = make_splits({pressed(1, 0s, 3ms), pressed(2, 10s, 1ms), pressed(3, 20s, 2ms)}, {});
  EXPECT_EQ(rows[2].split_bound, Dispersion{3ms});
  EXPECT_EQ(rows[2].total_bound, Dispersion{5ms});
}

TEST(Splits, OfNoPressAndOfOneAreNone) {
  EXPECT_TRUE(make_splits({}, {}).empty());
  const auto rows = make_splits({pressed(1, 0s)}, {});
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].order, kSure);
  EXPECT_EQ(rows[0].split, std::nullopt);
}

TEST(Splits, OverlappingBoundsAreTooCloseAndTouchingOnesToo) {
  EXPECT_EQ(orders(make_splits({pressed(1, 0s, 2ms), pressed(2, 3ms, 2ms), pressed(3, 9s)}, {})),
            (std::vector{kClose, kClose, kSure}));
  EXPECT_EQ(orders(make_splits({pressed(1, 0s, 2ms), pressed(2, 4ms, 2ms)}, {})),
            (std::vector{kClose, kClose}));
  EXPECT_EQ(orders(make_splits({pressed(1, 0s, 2ms), pressed(2, 4ms + 1ns, 2ms)}, {})),
            (std::vector{kSure, kSure}));
  EXPECT_EQ(orders(make_splits({pressed(1, 0s, 0s), pressed(2, 0s, 0s)}, {})), (std::vector{kClose, kClose}));
}

TEST(Splits, AChainIsTooCloseAsAWholeAndEachHasThePlacesItMayHave) {
  // The first and the third do not overlap, but both overlap the second.
  const auto rows =
      make_splits({pressed(1, 0s, 2ms), pressed(2, 3ms, 2ms), pressed(3, 6ms, 2ms), pressed(4, 1s)}, {});
  EXPECT_EQ(orders(rows), (std::vector{kClose, kClose, kClose, kSure}));
  EXPECT_EQ(rows[0].places->first, 1U);
  EXPECT_EQ(rows[0].places->last, 2U);
  EXPECT_EQ(rows[1].places->first, 1U);
  EXPECT_EQ(rows[1].places->last, 3U);
  EXPECT_EQ(rows[2].places->first, 2U);
  EXPECT_EQ(rows[2].places->last, 3U);
  EXPECT_EQ(rows[3].places->first, 4U);
  EXPECT_EQ(rows[3].places->last, 4U);
}

TEST(Splits, AWideBoundReachesBeyondItsNeighbours) {
  const auto rows = make_splits({pressed(1, 0s), pressed(2, 10s), pressed(3, 20s, 30s)}, {});
  EXPECT_EQ(orders(rows), (std::vector{kClose, kClose, kClose}));
  EXPECT_EQ(rows[0].places->last, 2U);
}

TEST(Splits, WithoutAReliableBoundNoOrderLooksCertain) {
  for (const auto& vague : {pressed(2, 10s, std::nullopt), pressed(2, 10s, 1ms, "b", false),
                            pressed(2, 10s, 1ms, "b", std::nullopt)}) {
    const auto rows = make_splits({pressed(1, 0s), vague, pressed(3, 20s), pressed(4, 30s)}, {});
    EXPECT_EQ(orders(rows), (std::vector{kUnsure, kUnsure, kUnsure, kSure}));
    EXPECT_FALSE(rows[1].places);
    EXPECT_EQ(rows[1].split, 10s);
    EXPECT_FALSE(rows[1].split_bound);
    EXPECT_FALSE(rows[2].split_bound);
    EXPECT_EQ(rows[2].total_bound, Dispersion{2ms});
  }
}

TEST(Splits, ASecondPressInsideTheLockoutIsMarkedAndDoesNotCount) {
  const auto rows = make_splits({pressed(1, 0s, 1ms, "a"), pressed(2, 1'999ms, 1ms, "a"),
                                 pressed(3, 2'000ms, 1ms, "a"), pressed(4, 2'500ms, 1ms, "b")},
                                {});
  EXPECT_EQ(rows[1].standing, PressStanding::kRepeated);
  EXPECT_FALSE(rows[1].split);
  EXPECT_FALSE(rows[1].places);
  EXPECT_EQ(rows[2].standing, PressStanding::kCounted);
  EXPECT_EQ(rows[2].split, 2s);
  EXPECT_EQ(rows[3].standing, PressStanding::kCounted);
  EXPECT_EQ(rows[3].places->first, 3U);
}

TEST(Splits, ALatePressFromBeforeTheResetIsMarkedIfThatIsCertain) {
  const RunStart start{0, kStart, Dispersion{1s}};
  const auto rows = make_splits({pressed(1, -1'002ms, 1ms), pressed(2, -1'001ms, 1ms),
                                 pressed(3, -1h, std::nullopt), pressed(4, -1h, 2h)},
                                start);
  EXPECT_EQ(ids(rows), (std::vector<std::int64_t>{3, 4, 1, 2}));
  EXPECT_EQ(rows[0].standing, PressStanding::kCounted);
  EXPECT_EQ(rows[1].standing, PressStanding::kCounted);
  EXPECT_EQ(rows[2].standing, PressStanding::kBeforeRun);
  EXPECT_EQ(rows[3].standing, PressStanding::kCounted);
  const auto unknown = make_splits({pressed(1, -1h)}, {0, std::nullopt, std::nullopt});
  EXPECT_EQ(unknown[0].standing, PressStanding::kCounted);
}

TEST(Splits, AHubWithoutABoundIsTheReferenceOfItsPresses) {
  const RunStart start{0, kStart, std::nullopt};
  const auto rows =
      make_splits({pressed(1, -22min), pressed(2, -1'000'001ns, 1ms), pressed(3, -1ms, 1ms)}, start);
  EXPECT_EQ(rows[0].standing, PressStanding::kBeforeRun);
  EXPECT_EQ(rows[1].standing, PressStanding::kBeforeRun);
  EXPECT_EQ(rows[2].standing, PressStanding::kCounted);
}

TEST(Splits, CenturiesApartDoNotOverflow) {
  StoredPress earliest = pressed(1, 0s, nanoseconds::max());
  earliest.press.time = WallTime::min();
  StoredPress latest = pressed(2, 0s, nanoseconds::max());
  latest.press.time = WallTime::max();
  const auto rows = make_splits({latest, earliest}, {});
  EXPECT_EQ(rows[1].split, nanoseconds::max());
  EXPECT_EQ(rows[1].split_bound, Dispersion{nanoseconds::max()});
  EXPECT_EQ(orders(rows), (std::vector{kSure, kSure}));
}

}  // namespace
}  // namespace isletime::syncweb::splits_test
