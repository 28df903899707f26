// SPDX-License-Identifier: MIT
#include "libsync/hub/discipline/holdover_source.hpp"

#include <cmath>
#include <optional>

#include <gtest/gtest.h>

#include "tests/sim/random.hpp"

namespace isletime {
namespace {

using namespace std::chrono_literals;

constexpr WallTime kStart{1'790'000'000s};
constexpr nanoseconds kEvery = 64s;
constexpr Dispersion kUncertainty{1ms};
constexpr Dispersion kOthersBound{20ms};

// The local oscillator runs at +20 ppm, and the RTC at -2 ppm from 0.3 s ahead. The other sources know the
// local clock to 10 us.
class Board {
 public:
  HoldoverSource::Reading read() {
    const nanoseconds wrong = rounded((2 * random_.uniform() - 1) * Seconds{kUncertainty.value});
    return {.local = FreeTime{truth().time_since_epoch()} + phase(),
            .clock = truth() + 300ms + set_by - rounded(2e-6 * Seconds{passed}) + wrong,
            .uncertainty = kUncertainty};
  }
  Estimate known() const { return {.phase = phase() + others_wrong, .var_phase = 1e-10}; }
  void learn(int readings) {
    for (int i = 0; i < readings; ++i) {
      passed += kEvery;
      source.learn(read(), known(), kOthersBound);
    }
  }
  // Returns what the source reports less the truth.
  std::optional<Seconds> error(const HoldoverSource::Reading& reading) const {
    const auto told = source.tell(reading);
    if (!told) return std::nullopt;
    return told->sample.offset.value + phase() + leap;
  }
  std::optional<Seconds> error() { return error(read()); }

  HoldoverSource source;
  nanoseconds passed{};
  nanoseconds set_by{};
  nanoseconds others_wrong{};
  nanoseconds leap{};

 private:
  WallTime truth() const { return kStart + passed; }
  nanoseconds phase() const { return rounded(20e-6 * Seconds{passed}); }

  sim::Random random_{1};
};

TEST(HoldoverSource, TellsNothingBeforeItHasLearned) {
  Board board;
  EXPECT_FALSE(board.source.tell(board.read()));
  board.learn(15);
  EXPECT_FALSE(board.source.tell(board.read()));
  board.learn(1);
  EXPECT_TRUE(board.source.tell(board.read()));
}

// Even a straight line through 337 readings, each wrong by at most 1 ms, gives the frequency to 5e-9, which
// is half a millisecond in a day. The reading itself may be wrong by another millisecond.
TEST(HoldoverSource, ADayAloneItIsRightToAMillisecondAndItsReading) {
  Board board;
  board.learn(337);
  board.passed += 24h;
  const auto error = board.error();
  ASSERT_TRUE(error);
  EXPECT_LT(std::abs(error->count()), 2e-3);
}

TEST(HoldoverSource, ItsOwnRateIsLearnedAndNotOnlyItsOffset) {
  Board board;
  board.learn(337);
  const auto before = board.error();
  board.passed += 24h;
  const auto after = board.error();
  ASSERT_TRUE(before && after);
  // Without the learned rate, -2 ppm would make 173 ms.
  EXPECT_LT(std::abs(after->count() - before->count()), 3e-3);
}

TEST(HoldoverSource, TheReadingsUncertaintyIsTheSamples) {
  Board board;
  board.learn(50);
  const auto told = board.source.tell(board.read());
  ASSERT_TRUE(told);
  EXPECT_EQ(told->sample.dispersion, kUncertainty);
  EXPECT_FALSE(told->sample.delay);
}

TEST(HoldoverSource, ItsRootDispersionHoldsTheOthersBoundAndGrows) {
  Board board;
  board.learn(337);
  const auto soon = board.source.tell(board.read());
  board.passed += 24h;
  const auto later = board.source.tell(board.read());
  ASSERT_TRUE(soon && later);
  EXPECT_GE(soon->root_dispersion, kOthersBound);
  EXPECT_GT(later->root_dispersion, soon->root_dispersion);
  const auto error = board.error();
  ASSERT_TRUE(error);
  EXPECT_LT(std::abs(error->count()), Seconds{later->root_dispersion.value + kUncertainty.value}.count());
}

TEST(HoldoverSource, SettingTheClockLosesNothing) {
  Board board;
  board.learn(337);
  board.set_by = -300ms;
  board.source.on_set({board.set_by});
  board.passed += 1h;
  const auto error = board.error();
  ASSERT_TRUE(error);
  EXPECT_LT(std::abs(error->count()), 1.5e-3);
}

TEST(HoldoverSource, SaysNothingOnceSomebodySetTheClockBack) {
  Board board;
  board.learn(50);
  board.set_by = -1h;
  EXPECT_FALSE(board.source.tell(board.read()));
}

TEST(HoldoverSource, SaysNothingWhileItIsInDoubt) {
  Board board;
  board.learn(50);
  board.set_by = 10s;
  board.learn(1);
  EXPECT_FALSE(board.source.tell(board.read()));
  // The other sources keep contradicting it by the same amount, so the RTC must have been set.
  board.learn(3);
  const auto error = board.error();
  ASSERT_TRUE(error);
  EXPECT_LT(std::abs(error->count()), 3e-3);
}

TEST(HoldoverSource, FollowsALeapSecondThatTheClockDoesNotKnowOf) {
  Board board;
  board.learn(50);
  board.source.on_leap_second({-1s});
  board.leap = 1s;
  const auto error = board.error();
  ASSERT_TRUE(error);
  EXPECT_LT(std::abs(error->count()), 2e-3);
}

// The other sources are all 100 ms wrong, and the RTC cannot know better than they do.
TEST(HoldoverSource, KnowsNoMoreThanTheOthers) {
  Board board;
  board.others_wrong = -100ms;
  board.learn(100);
  const auto error = board.error();
  ASSERT_TRUE(error);
  EXPECT_NEAR(error->count(), 0.1, 2e-3);
}

}  // namespace
}  // namespace isletime
