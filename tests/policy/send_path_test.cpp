// SPDX-License-Identifier: MIT
#include "libsync/policy/send_path.hpp"

#include <initializer_list>

#include <gtest/gtest.h>

namespace isletime::send_path_test {
namespace {

using namespace std::chrono_literals;
using Pause = SendPath::Pause;
using Work = SendPath::Work;

constexpr MonoTime kStart{1000s};
constexpr Work kBusy{Pause::kShort, 0};
constexpr int kFirst = 8;

void learn(SendPath& path, Work work, nanoseconds taken, int times = kFirst) {
  for (int i = 0; i < times; ++i) path.learn(work, taken);
}

TEST(SendPath, IsNothingBeforeItIsKnown) {
  EXPECT_EQ(SendPath{}.advance(kBusy), 0ns);
}

// After a rest the first replies take longest; averaging them would set later timestamps too far ahead.
TEST(SendPath, StartsWithTheLeastOfTheFirstEight) {
  SendPath path;
  path.learn(kBusy, 16us);
  learn(path, kBusy, 3us, 5);
  path.learn(kBusy, 2us);
  EXPECT_EQ(path.advance(kBusy), 0ns);
  path.learn(kBusy, 5us);
  EXPECT_EQ(path.advance(kBusy), 2us);
}

TEST(SendPath, LearnsOfEachWorkByItself) {
  SendPath path;
  learn(path, kBusy, 600ns);
  learn(path, {Pause::kLong, 0}, 3us);
  learn(path, {Pause::kShort, 1}, 2us);
  EXPECT_EQ(path.advance(kBusy), 600ns);
  EXPECT_EQ(path.advance({Pause::kLong, 0}), 3us);
  EXPECT_EQ(path.advance({Pause::kShort, 1}), 2us);
  EXPECT_EQ(path.advance({Pause::kLong, 1}), 0ns);
}

// The path takes 1000 to 1999 ns in no simple order, and 60 us once in 50 times.
TEST(SendPath, SettlesWhereMostTakeLongerWhateverTheOutliers) {
  SendPath path;
  for (int i = 0; i < 5000; ++i) path.learn(kBusy, i % 50 == 0 ? 60us : nanoseconds{1000 + i * 617 % 1000});
  EXPECT_GT(path.advance(kBusy), 1000ns);
  EXPECT_LT(path.advance(kBusy), 1250ns);
}

TEST(SendPath, FollowsAChangeOfTheMachineSoonerDownThanUp) {
  SendPath path;
  learn(path, kBusy, 600ns);
  learn(path, kBusy, 1800ns, 1200);
  EXPECT_GT(path.advance(kBusy), 1700ns);
  learn(path, kBusy, 600ns, 20);
  EXPECT_LT(path.advance(kBusy), 620ns);
}

TEST(SendPath, IgnoresAClockThatWasSetMeanwhile) {
  SendPath path;
  learn(path, kBusy, 600ns);
  for (const auto taken : std::initializer_list<nanoseconds>{-1ns, -1000h, 100us, 1000h})
    path.learn(kBusy, taken);
  EXPECT_EQ(path.advance(kBusy), 600ns);
}

TEST(SendPath, IsNeverNegative) {
  SendPath path;
  learn(path, kBusy, 3ns);
  for (int i = 0; i < 100; ++i) {
    path.learn(kBusy, 0ns);
    EXPECT_GE(path.advance(kBusy), 0ns);
  }
}

// The processor is half as fast: work that took 4 us takes 8, and the send path slows down alike.
TEST(SendPath, GrowsWithThePaceOfTheMachine) {
  SendPath path;
  for (int i = 0; i < kFirst; ++i) path.learn(kBusy, 3us, 4us);
  EXPECT_EQ(path.advance(kBusy, 4us), 3us);
  EXPECT_EQ(path.advance(kBusy, 8us), 6us);
  EXPECT_EQ(path.advance(kBusy, 0us), 0us);
}

// The clock was set between two groups of replies.
TEST(SendPath, IsNeverMoreThanWhatCanBeLearned) {
  SendPath path;
  for (int i = 0; i < kFirst; ++i) path.learn(kBusy, 3us, 4us);
  EXPECT_EQ(path.advance(kBusy, 1h), 100us);
  EXPECT_EQ(path.advance(kBusy, -1h), 0us);
  path.learn(kBusy, 3us, -1h);
  path.learn(kBusy, 3us, 0us);
  EXPECT_EQ(path.advance(kBusy, 4us), 3us);
}

TEST(SendPath, WantsOneStampIn10MillisecondsOfAStream) {
  SendPath path;
  EXPECT_TRUE(path.wants_sample(kBusy, kStart));
  path.on_sample_sent(kBusy, kStart);
  EXPECT_FALSE(path.wants_sample(kBusy, kStart + 9ms));
  EXPECT_TRUE(path.wants_sample(kBusy, kStart + 10ms));
}

// Stamping takes time itself, so what is learned applies to replies that are stamped too.
TEST(SendPath, WantsEachAfterAPause) {
  SendPath path;
  for (const Pause pause : {Pause::kMedium, Pause::kLong}) {
    path.on_sample_sent({pause, 0}, kStart);
    EXPECT_TRUE(path.wants_sample({pause, 0}, kStart));
  }
}

TEST(SendPath, TellsARestFromAStream) {
  EXPECT_EQ(SendPath::pause_of(-1h), Pause::kShort);
  EXPECT_EQ(SendPath::pause_of(10us), Pause::kShort);  // 100'000 requests a second
  EXPECT_EQ(SendPath::pause_of(500us), Pause::kMedium);
  EXPECT_EQ(SendPath::pause_of(5ms), Pause::kLong);  // 200 requests a second
}

}  // namespace
}  // namespace isletime::send_path_test
