// SPDX-License-Identifier: MIT
#include "tools/syncweb/event_log.hpp"

#include <gtest/gtest.h>

namespace isletime::syncweb::event_log_test {
namespace {

TEST(EventLog, AreNumberedWithoutGapsAndCaughtUpWith) {
  EventLog log;
  EXPECT_EQ(log.next(0), nullptr);
  log.add("status", "1");
  log.add("press", "2");
  ASSERT_NE(log.next(0), nullptr);
  EXPECT_EQ(log.next(0)->number, 1);
  EXPECT_EQ(log.next(1)->json, "2");
  EXPECT_EQ(log.next(2), nullptr);
}

TEST(EventLog, WhoMissedTooManyOrComesFromAnotherRunStartsWithTheOldest) {
  EventLog log;
  for (std::size_t i = 0; i < EventLog::kMostKept + 10; ++i) log.add("press", "{}");
  EXPECT_EQ(log.next(3)->number, 11);
  EXPECT_EQ(log.next(1'000'000)->number, 11);
}

TEST(EventLog, TheOldestMakeRoomForLargeOnes) {
  EventLog log;
  for (int i = 0; i < 20; ++i) log.add("activity", std::string(EventLog::kMostBytes / 4, 'x'));
  EXPECT_EQ(log.next(0)->number, 17);
  log.add("activity", std::string(2 * EventLog::kMostBytes, 'x'));
  EXPECT_EQ(log.next(0)->number, 21) << "the latest is kept, however large";
}

}  // namespace
}  // namespace isletime::syncweb::event_log_test
