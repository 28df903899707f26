// SPDX-License-Identifier: MIT
#include "tools/syncweb/phone/sync_decision.hpp"

#include <chrono>

#include <gtest/gtest.h>

namespace isletime::syncweb {
namespace {

using namespace std::chrono_literals;

constexpr WallTime kBuilt{1'780'000'000s};
constexpr WallTime kHubTime = kBuilt + 24h * 300;
constexpr auto kYear = 24h * 365;

SyncQuestion question_of(SyncBy by, nanoseconds offset, bool is_set, WallTime hub_time = kHubTime) {
  return {.by = by,
          .built = kBuilt,
          .phone_time = hub_time + offset,
          .hub_time = hub_time,
          .offset = {offset},
          .is_hub_connected = true,
          .is_hub_synchronised = is_set};
}

TEST(SyncDecision, LookingFeedsNothingWhateverItSees) {
  EXPECT_EQ(decide_sync(question_of(SyncBy::kLook, 50 * kYear, true)), SyncDecision::kMeasured);
}

TEST(SyncDecision, UpToADayNobodyIsAsked) {
  for (const SyncBy by : {SyncBy::kPage, SyncBy::kHand}) {
    for (const nanoseconds offset : {nanoseconds{24h}, nanoseconds{-24h}}) {
      EXPECT_EQ(decide_sync(question_of(by, offset, true)), SyncDecision::kFeed);
      EXPECT_EQ(decide_sync(question_of(by, offset, false)), SyncDecision::kFeed);
    }
  }
}

TEST(SyncDecision, MoreThanADayOnASetHubNeedsAPersonEitherWay) {
  for (const SyncBy by : {SyncBy::kPage, SyncBy::kHand}) {
    for (const nanoseconds offset : {24h + 1ns, -24h - 1ns}) {
      SyncQuestion question = question_of(by, offset, true);
      EXPECT_EQ(decide_sync(question), SyncDecision::kConfirm);
      question.is_confirmed = true;
      EXPECT_EQ(decide_sync(question), SyncDecision::kFeed);
    }
  }
}

TEST(SyncDecision, APageSetsAnUnsetHubByYears) {
  EXPECT_EQ(decide_sync(question_of(SyncBy::kPage, 57 * kYear, false, WallTime{60s})), SyncDecision::kFeed)
      << "it reads 1970";
  EXPECT_EQ(decide_sync(question_of(SyncBy::kPage, 2 * kYear, false, kBuilt)), SyncDecision::kFeed)
      << "it reads the build time";
  EXPECT_EQ(decide_sync(question_of(SyncBy::kPage, -100 * 24h, false)), SyncDecision::kConfirm)
      << "a plausible clock, which runs on from the last shutdown, is never put back unasked";
  EXPECT_EQ(decide_sync(question_of(SyncBy::kPage, -30 * kYear, false, kBuilt + 31 * kYear)),
            SyncDecision::kConfirm);
}

TEST(SyncDecision, APersonIsAskedOnceAboutAnUnsetHubToo) {
  SyncQuestion question = question_of(SyncBy::kHand, 57 * kYear, false, WallTime{60s});
  EXPECT_EQ(decide_sync(question), SyncDecision::kConfirm);
  question.is_confirmed = true;
  EXPECT_EQ(decide_sync(question), SyncDecision::kFeed);
}

TEST(SyncDecision, NobodyMayLeaveTheProgramsUse) {
  for (const bool is_confirmed : {false, true}) {
    SyncQuestion early = question_of(SyncBy::kHand, elapsed(kHubTime, kBuilt - 1s), false);
    early.is_confirmed = is_confirmed;
    EXPECT_EQ(decide_sync(early), SyncDecision::kBeforeBuild);
    SyncQuestion late = question_of(SyncBy::kHand, 21 * kYear, false);
    late.is_confirmed = is_confirmed;
    EXPECT_EQ(decide_sync(late), SyncDecision::kBeyondUse);
  }
}

TEST(SyncDecision, ItsOwnTimeIsNoNewsUnlessAPersonInsists) {
  SyncQuestion question = question_of(SyncBy::kHand, 10ms, true);
  question.follows_hub = true;
  EXPECT_EQ(decide_sync(question), SyncDecision::kOwnTime);
  question.is_confirmed = true;
  EXPECT_EQ(decide_sync(question), SyncDecision::kFeed);
}

TEST(SyncDecision, WithoutAWordOfTheHubNobodyMakesALargeStepAndNoTimeIsTheHubsOwn) {
  for (const SyncBy by : {SyncBy::kPage, SyncBy::kHand}) {
    SyncQuestion question = question_of(by, kYear, false);
    question.is_hub_connected = false;
    EXPECT_EQ(decide_sync(question), SyncDecision::kDisconnected);
    question.offset = {10ms};
    question.phone_time = question.hub_time + 10ms;
    question.follows_hub = true;
    EXPECT_EQ(decide_sync(question), SyncDecision::kFeed);
  }
}

}  // namespace
}  // namespace isletime::syncweb
