// SPDX-License-Identifier: MIT
#include "libsync/hub/discipline/poll_choice.hpp"

#include <vector>

#include <gtest/gtest.h>

namespace isletime::poll_choice_test {
namespace {

using namespace std::chrono_literals;

constexpr MonoTime kStart{1000s};

constexpr auto kAlways = [](nanoseconds) { return true; };
constexpr auto kNever = [](nanoseconds) { return false; };

struct Association {
  explicit Association(PollLimits limits, ServerOwner owner = ServerOwner::kOurselves)
      : choice(limits, owner) {}

  void answered(int samples) {
    for (int i = 0; i < samples; ++i) {
      choice.on_sample(now);
      now += 1s;
    }
  }
  template <class Tolerable>
  nanoseconds interval(Tolerable tolerable) const {
    return choice.interval(now, false, tolerable);
  }

  PollChoice choice;
  MonoTime now = kStart;
};

TEST(PollChoice, StartsWithABurstThatSlowsDown) {
  Association a{{.min = 6, .max = 10}};
  std::vector<nanoseconds> intervals;
  for (int i = 0; i < 16; ++i) {
    intervals.push_back(a.interval(kAlways));
    a.answered(1);
  }
  EXPECT_EQ(intervals,
            (std::vector<nanoseconds>{2s, 2s, 2s, 2s, 2s, 2s, 2s, 2s, 4s, 4s, 8s, 8s, 16s, 16s, 32s, 32s}));
}

TEST(PollChoice, TakesTheLongestTolerableWait) {
  Association a{{.min = 4, .max = 10}};
  a.answered(16);
  EXPECT_EQ(a.interval([](nanoseconds wait) { return wait <= 200s; }), 128s);
}

TEST(PollChoice, KeepsToItsLimits) {
  Association a{{.min = 5, .max = 8}};
  a.answered(16);
  EXPECT_EQ(a.interval(kNever), 32s);
  EXPECT_EQ(a.interval(kAlways), 256s);
}

TEST(PollChoice, EqualLimitsLeaveNoChoiceAfterTheBurst) {
  Association a{{.min = 6, .max = 6}};
  a.answered(16);
  EXPECT_EQ(a.interval(kAlways), 64s);
  EXPECT_EQ(a.interval(kNever), 64s);
  a.choice.on_loss();
  a.choice.on_loss();
  a.choice.on_loss();
  EXPECT_EQ(a.interval(kAlways), 64s);
}

TEST(PollChoice, AsksAgainIn2SecondsAfterASurprise) {
  Association a{{.min = 6, .max = 10}};
  a.answered(16);
  EXPECT_EQ(a.choice.interval(a.now, true, kAlways), 2s);
}

// The last query of the burst followed at once, and the reserve does not pay for it.
TEST(PollChoice, AServerWhoseEveryWordIsASurpriseIsSoonAskedNoMoreOftenThanItsLimitsAllow) {
  Association a{{.min = 6, .max = 10}};
  a.answered(16);
  int hasty = 0;
  const MonoTime begin = a.now;
  while (elapsed(begin, a.now) < 24h) {
    const nanoseconds wait = a.choice.interval(a.now, true, kAlways);
    if (wait == 2s) ++hasty;
    EXPECT_TRUE(wait == 2s || wait == 64s);
    a.now += wait;
    a.choice.on_sample(a.now);
  }
  // Eight polls are in reserve, and each of a day's 1350 polls of 64 s earns an eighth.
  EXPECT_GE(hasty, 8);
  EXPECT_LE(hasty, 8 + 1350 / 8);
}

TEST(PollChoice, ASurpriseOfAnotherDayIsFollowedUpAgain) {
  Association a{{.min = 6, .max = 10}};
  a.answered(16);
  while (a.choice.interval(a.now, true, kAlways) == 2s) {
    a.now += 2s;
    a.choice.on_sample(a.now);
  }
  a.now += 64s * 8 * 8;
  a.choice.on_sample(a.now);
  EXPECT_EQ(a.choice.interval(a.now, true, kAlways), 2s);
}

TEST(PollChoice, AStrangersServerIsNeverAskedInHasteAfterTheFirstMinutes) {
  for (const std::int8_t min : {std::int8_t{0}, std::int8_t{4}, std::int8_t{6}}) {
    Association a{{.min = min, .max = 10}, ServerOwner::kStranger};
    a.answered(16);
    EXPECT_EQ(a.choice.interval(a.now, true, kAlways), 64s);
    EXPECT_EQ(a.interval(kNever), 64s);
    a.choice.restart();
    EXPECT_EQ(a.choice.interval(a.now, true, kAlways), 64s);
    a.choice.on_loss();
    EXPECT_GE(a.interval(kNever), 64s);
  }
}

TEST(PollChoice, AStrangersServerHasItsBurstAtTheStart) {
  Association a{{.min = 6, .max = 10}, ServerOwner::kStranger};
  EXPECT_EQ(a.interval(kAlways), 2s);
  a.answered(4);
  a.choice.restart();
  EXPECT_EQ(a.interval(kAlways), 2s);
}

TEST(PollChoice, FollowsItsOwnServersMoreCloselyThanStrangers) {
  EXPECT_LT(PollChoice(PollLimits{}, ServerOwner::kOurselves).tolerance(),
            PollChoice(PollLimits{}, ServerOwner::kStranger).tolerance());
}

TEST(PollChoice, BacksOffAfterLosses) {
  Association a{{.min = 4, .max = 10}};
  a.answered(16);
  std::vector<nanoseconds> intervals;
  for (int i = 0; i < 6; ++i) {
    a.choice.on_loss();
    intervals.push_back(a.interval(kAlways));
  }
  EXPECT_EQ(intervals, (std::vector<nanoseconds>{16s, 32s, 64s, 128s, 128s, 128s}));
}

TEST(PollChoice, AServerThatNeverAnsweredIsAskedEverMoreSlowly) {
  Association a{{.min = 6, .max = 10}};
  std::vector<nanoseconds> intervals;
  for (int i = 0; i < 8; ++i) {
    a.choice.on_loss();
    intervals.push_back(a.interval(kAlways));
  }
  EXPECT_EQ(intervals, (std::vector<nanoseconds>{2s, 4s, 8s, 16s, 32s, 64s, 128s, 128s}));
}

TEST(PollChoice, AnAnswerEndsTheBackOff) {
  Association a{{.min = 4, .max = 10}};
  a.answered(16);
  for (int i = 0; i < 5; ++i) a.choice.on_loss();
  a.answered(1);
  EXPECT_EQ(a.interval(kAlways), 1024s);
}

TEST(PollChoice, HurriesForAQuarterOfAnOutage) {
  Association a{{.min = 6, .max = 10}};
  a.answered(16);
  a.choice.on_loss();
  a.now += 4000s;
  a.answered(1);
  EXPECT_EQ(a.interval(kAlways), 64s);
  a.now += 990s;
  EXPECT_EQ(a.interval(kAlways), 64s);
  a.now += 20s;
  EXPECT_EQ(a.interval(kAlways), 1024s);
}

TEST(PollChoice, HurriesForAnHourAtMost) {
  Association a{{.min = 6, .max = 10}};
  a.answered(16);
  a.choice.on_loss();
  a.now += 48h;
  a.answered(1);
  a.now += 3500s;
  EXPECT_EQ(a.interval(kAlways), 64s);
  a.now += 100s;
  EXPECT_EQ(a.interval(kAlways), 1024s);
}

TEST(PollChoice, AShortOutageIsNone) {
  Association a{{.min = 6, .max = 10}};
  a.answered(16);
  a.choice.on_loss();
  a.now += 590s;
  a.answered(1);
  EXPECT_EQ(a.interval(kAlways), 1024s);
}

TEST(PollChoice, ItsOwnLongWaitIsNoOutage) {
  Association a{{.min = 6, .max = 10}};
  a.answered(16);
  a.now += 1024s;
  a.answered(1);
  EXPECT_EQ(a.interval(kAlways), 1024s);
}

TEST(PollChoice, ARestartBringsTheBurstBack) {
  Association a{{.min = 6, .max = 10}};
  a.answered(16);
  a.choice.restart();
  EXPECT_EQ(a.interval(kAlways), 2s);
}

TEST(PollChoice, AbsurdLimitsAreHeld) {
  Association a{{.min = 100, .max = -100}};
  a.answered(16);
  EXPECT_EQ(a.interval(kNever), 131'072s);
  Association b{{.min = -100, .max = -100}};
  b.answered(16);
  EXPECT_EQ(b.interval(kAlways), 1s);
}

}  // namespace
}  // namespace isletime::poll_choice_test
