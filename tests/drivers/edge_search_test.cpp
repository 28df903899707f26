// SPDX-License-Identifier: MIT
#include "libsync/drivers/edge_search.hpp"

#include <random>

#include <gtest/gtest.h>

namespace isletime::edge_search_test {
namespace {

using namespace std::chrono_literals;

// A chip on a bus, whose second 0 began at `origin` on the local clock.
struct Chip {
  MonoTime origin{0s};
  double ppm = 0;
  nanoseconds read_time = 1100us;
  nanoseconds overhead = 40us;  // of the system, per look

  MonoTime began(seconds second) const {
    const double gained = static_cast<double>(second.count()) * -ppm * 1e3;
    return origin + second + nanoseconds{static_cast<std::int64_t>(gained)};
  }
  seconds shown_at(MonoTime time) const {
    auto second = std::chrono::floor<seconds>(time - origin);
    while (began(second) > time) second -= 1s;
    while (began(second + 1s) <= time) second += 1s;
    return second;
  }
  // The chip latches its registers after a third of the look.
  EdgeLook look(MonoTime& now) const {
    const MonoTime before = now;
    now += read_time + overhead;
    return {before, now, shown_at(before + (read_time + overhead) / 3)};
  }
};

// Looks until the edge is found, and returns how long that took.
nanoseconds search(EdgeSearch& search, const Chip& chip, MonoTime& now, nanoseconds patience = 10s) {
  const MonoTime start = now;
  while (search.state() == EdgeState::kSearching && now - start < patience) {
    now = search.next_look(now);
    search.add(chip.look(now));
  }
  return now - start;
}

void expect_right(const EdgeSearch& found, const Chip& chip, MonoTime now) {
  const auto edge = found.edge(now);
  ASSERT_TRUE(edge);
  EXPECT_LE(edge->at, now);
  EXPECT_LE(std::chrono::abs(edge->at - chip.began(edge->second)), edge->bound.value) << edge->second.count();
}

TEST(EdgeSearch, KnowsNothingBeforeItsFirstLook) {
  const EdgeSearch fresh;
  EXPECT_EQ(fresh.state(), EdgeState::kSearching);
  EXPECT_FALSE(fresh.edge(MonoTime{5s}));
  EXPECT_EQ(fresh.next_look(MonoTime{5s}), MonoTime{5s});
}

TEST(EdgeSearch, OneLookBoundsTheEdgeByHalfASecond) {
  EdgeSearch found;
  const Chip chip{.origin = MonoTime{300ms}};
  MonoTime now{7s};
  found.add(chip.look(now));
  expect_right(found, chip, now);
  EXPECT_LE(found.edge(now)->bound.value, 502ms);
  EXPECT_GE(found.edge(now)->bound.value, 500ms);
}

TEST(EdgeSearch, FindsTheEdgeWithinTwoMillisecondsInLessThanThreeSeconds) {
  std::mt19937_64 random(1);
  std::uniform_int_distribution<std::int64_t> phase(0, 999'999'999);
  std::uniform_real_distribution<double> ppm(-150, 150);
  for (int seed = 0; seed < 2000; ++seed) {
    const Chip chip{.origin = MonoTime{nanoseconds{phase(random)}},
                    .ppm = ppm(random),
                    .read_time = nanoseconds{200'000 + phase(random) / 600}};
    MonoTime now{1000s};
    EdgeSearch found;
    EXPECT_LT(search(found, chip, now), 3s) << "seed " << seed;
    EXPECT_EQ(found.state(), EdgeState::kFound) << "seed " << seed;
    expect_right(found, chip, now);
    EXPECT_LE(found.edge(now)->bound.value, 2ms) << "seed " << seed;
  }
}

// The bus is bit-banged at 16 kHz, or the kernel's driver reads seven registers.
TEST(EdgeSearch, OnASlowBusTheBoundIsThatOfALook) {
  for (const nanoseconds read_time : {3ms, 5ms, 12ms, 30ms}) {
    for (int phase = 0; phase < 1000; phase += 37) {
      const Chip chip{.origin = MonoTime{1ms * phase}, .ppm = 30, .read_time = read_time};
      MonoTime now{1000s};
      EdgeSearch found;
      EXPECT_LT(search(found, chip, now), 3s) << read_time.count() << ' ' << phase;
      EXPECT_EQ(found.state(), EdgeState::kFound);
      expect_right(found, chip, now);
      EXPECT_LE(found.edge(now)->bound.value, read_time + 1ms);
    }
  }
}

TEST(EdgeSearch, LeavesTheBusAloneForMostOfTheTime) {
  const Chip chip{.origin = MonoTime{999ms}};
  MonoTime now{1s};
  EdgeSearch found;
  int looks = 0;
  while (found.state() == EdgeState::kSearching && looks < 1000) {
    now = found.next_look(now);
    found.add(chip.look(now));
    ++looks;
  }
  EXPECT_LT(looks, 160);
}

TEST(EdgeSearch, TheBoundGrowsBehindTheLastLookAsTheClocksMayDiffer) {
  const Chip chip{.origin = MonoTime{123ms}, .ppm = 190};
  MonoTime now{50s};
  EdgeSearch found;
  search(found, chip, now);
  const auto then = found.edge(now)->bound.value;
  now += 100s;
  expect_right(found, chip, now);
  EXPECT_GE(found.edge(now)->bound.value, then + 19ms);
}

TEST(EdgeSearch, ALateLookWidensTheIntervalAndNothingElse) {
  const Chip chip{.origin = MonoTime{500ms}};
  const Chip preempted{.origin = MonoTime{500ms}, .overhead = 60ms};
  MonoTime now{9s};
  EdgeSearch found;
  for (int i = 0; i < 10; ++i) {
    now = found.next_look(now);
    found.add(preempted.look(now));
    expect_right(found, chip, now);
  }
  search(found, chip, now);
  EXPECT_EQ(found.state(), EdgeState::kFound);
  expect_right(found, chip, now);
}

TEST(EdgeSearch, AChipThatDoesNotTickIsSaidToStandStill) {
  EdgeSearch found;
  MonoTime now{3s};
  while (found.state() == EdgeState::kSearching && now < MonoTime{10s}) {
    now = found.next_look(now);
    found.add({now, now + 1ms, 77s});
    now += 1ms;
  }
  EXPECT_EQ(found.state(), EdgeState::kStandsStill);
  EXPECT_LE(now, MonoTime{5s});
}

TEST(EdgeSearch, AChipThatTicksBackwardsIsErratic) {
  EdgeSearch found;
  MonoTime now{3s};
  const Chip chip;
  while (found.state() == EdgeState::kSearching && now < MonoTime{20s}) {
    now = found.next_look(now);
    EdgeLook look = chip.look(now);
    look.second = 1000s - look.second;
    found.add(look);
  }
  EXPECT_EQ(found.state(), EdgeState::kErratic);
  EXPECT_LE(now, MonoTime{13s});
}

TEST(EdgeSearch, AGarbledLookCostsNothing) {
  const Chip chip{.origin = MonoTime{200ms}};
  for (int garbled = 0; garbled < 150; ++garbled) {
    MonoTime now{40s};
    EdgeSearch found;
    for (int i = 0; found.state() == EdgeState::kSearching && i < 2000; ++i) {
      now = found.next_look(now);
      EdgeLook look = chip.look(now);
      if (i == garbled) look.second += 17s;
      found.add(look);
    }
    EXPECT_EQ(found.state(), EdgeState::kFound) << garbled;
    EXPECT_LE(now, MonoTime{44s}) << garbled;
    expect_right(found, chip, now);
  }
}

TEST(EdgeSearch, ALookGarbledToTheNextSecondShiftsNothingByMoreThanALook) {
  const Chip chip{.origin = MonoTime{200ms}};
  for (int garbled = 1; garbled < 150; ++garbled) {
    MonoTime now{40s};
    EdgeSearch found;
    for (int i = 0; found.state() == EdgeState::kSearching && i < 2000; ++i) {
      now = found.next_look(now);
      EdgeLook look = chip.look(now);
      if (i == garbled) look.second += 1s;
      found.add(look);
    }
    EXPECT_EQ(found.state(), EdgeState::kFound) << garbled;
    const auto edge = found.edge(now);
    // A garbled second one look before the edge cannot be told from the edge.
    EXPECT_LE(std::chrono::abs(edge->at - chip.began(edge->second)), edge->bound.value + 2 * chip.read_time)
        << garbled;
  }
}

TEST(EdgeSearch, AChipThatWasSetMeanwhileIsSearchedAnew) {
  const Chip before{.origin = MonoTime{200ms}};
  const Chip after{.origin = MonoTime{-3600s + 650ms}};
  MonoTime now{40s};
  EdgeSearch found;
  for (int i = 0; i < 60; ++i) {
    now = found.next_look(now);
    found.add(before.look(now));
  }
  search(found, after, now);
  EXPECT_EQ(found.state(), EdgeState::kFound);
  expect_right(found, after, now);
}

TEST(EdgeSearch, SecondsAtTheEndsOfTheRangeOverflowNothing) {
  EdgeSearch found;
  MonoTime now{1s};
  for (const seconds second : {seconds::max(), seconds::min(), 0s, seconds::max(), seconds::max()}) {
    now = found.next_look(now) + 1ms;
    found.add({now, now + 1ms, second});
    now += 1ms;
  }
  EXPECT_NE(found.state(), EdgeState::kFound);
}

}  // namespace
}  // namespace isletime::edge_search_test
