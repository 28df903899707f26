// SPDX-License-Identifier: MIT
#include "tools/syncweb/phone/sync_decision.hpp"

#include <chrono>

#include <gtest/gtest.h>

namespace isletime::syncweb::sync_decision_test {
namespace {

using namespace std::chrono_literals;

constexpr WallTime kBuilt{1'780'000'000s};
constexpr WallTime kHubTime = kBuilt + 24h * 300;
constexpr auto kYear = 24h * 365;

SyncQuestion question_of(SyncBy by, nanoseconds offset, WallTime hub_time = kHubTime) {
  return {.by = by,
          .built = kBuilt,
          .phone_time = hub_time + offset,
          .offset = {offset},
          .is_hub_connected = true};
}

TEST(SyncDecision, LookingFeedsNothingWhateverItSees) {
  EXPECT_EQ(decide_sync(question_of(SyncBy::kLook, 50 * kYear)), SyncDecision::kMeasured);
}

TEST(SyncDecision, UpToADayNobodyIsAsked) {
  for (const SyncBy by : {SyncBy::kPage, SyncBy::kHand}) {
    for (const nanoseconds offset : {nanoseconds{24h}, nanoseconds{-24h}}) {
      EXPECT_EQ(decide_sync(question_of(by, offset)), SyncDecision::kFeed);
    }
  }
}

TEST(SyncDecision, MoreThanADayNeedsAPersonEitherWay) {
  for (const SyncBy by : {SyncBy::kPage, SyncBy::kHand}) {
    for (const nanoseconds offset : {24h + 1ns, -24h - 1ns}) {
      SyncQuestion question = question_of(by, offset);
      EXPECT_EQ(decide_sync(question), SyncDecision::kConfirm);
      question.is_confirmed = true;
      EXPECT_EQ(decide_sync(question), SyncDecision::kFeed);
    }
  }
}

TEST(SyncDecision, NobodySetsAHubByYearsUnaskedWhateverItReads) {
  EXPECT_EQ(decide_sync(question_of(SyncBy::kPage, 57 * kYear, WallTime{60s})), SyncDecision::kConfirm)
      << "it reads 1970";
  EXPECT_EQ(decide_sync(question_of(SyncBy::kPage, 2 * kYear, kBuilt)), SyncDecision::kConfirm)
      << "it reads the build time";
  EXPECT_EQ(decide_sync(question_of(SyncBy::kPage, -100 * 24h)), SyncDecision::kConfirm);
  EXPECT_EQ(decide_sync(question_of(SyncBy::kPage, -30 * kYear, kBuilt + 31 * kYear)),
            SyncDecision::kConfirm);
}

TEST(SyncDecision, APersonIsAskedOnce) {
  SyncQuestion question = question_of(SyncBy::kHand, 57 * kYear, WallTime{60s});
  EXPECT_EQ(decide_sync(question), SyncDecision::kConfirm);
  question.is_confirmed = true;
  EXPECT_EQ(decide_sync(question), SyncDecision::kFeed);
}

TEST(SyncDecision, NobodyMayLeaveTheProgramsUse) {
  for (const bool is_confirmed : {false, true}) {
    SyncQuestion early = question_of(SyncBy::kHand, elapsed(kHubTime, kBuilt - 1s));
    early.is_confirmed = is_confirmed;
    EXPECT_EQ(decide_sync(early), SyncDecision::kBeforeBuild);
    SyncQuestion late = question_of(SyncBy::kHand, 21 * kYear);
    late.is_confirmed = is_confirmed;
    EXPECT_EQ(decide_sync(late), SyncDecision::kBeyondUse);
  }
}

TEST(SyncDecision, ItsOwnTimeIsNoNewsUnlessAPersonInsists) {
  SyncQuestion question = question_of(SyncBy::kHand, 10ms);
  question.follows_hub = true;
  EXPECT_EQ(decide_sync(question), SyncDecision::kOwnTime);
  question.is_confirmed = true;
  EXPECT_EQ(decide_sync(question), SyncDecision::kFeed);
}

TEST(SyncDecision, WithoutAWordOfTheHubNobodyMakesALargeStepAndNoTimeIsTheHubsOwn) {
  for (const SyncBy by : {SyncBy::kPage, SyncBy::kHand}) {
    SyncQuestion question = question_of(by, kYear);
    question.is_hub_connected = false;
    EXPECT_EQ(decide_sync(question), SyncDecision::kDisconnected);
    question.offset = {10ms};
    question.phone_time = kHubTime + 10ms;
    question.follows_hub = true;
    EXPECT_EQ(decide_sync(question), SyncDecision::kFeed);
  }
}

}  // namespace
}  // namespace isletime::syncweb::sync_decision_test
