// SPDX-License-Identifier: MIT
#include "tools/sntpd/background.hpp"

#include <future>
#include <string>

#include <poll.h>

#include <gtest/gtest.h>

namespace isletime::sntpd::background_test {
namespace {

constexpr int kPatience = 30'000;  // ms; only a hang takes it

class BackgroundTest : public testing::Test {
 protected:
  // Runs an event loop until the background work has ended.
  void settle() {
    while (background_.descriptor() != -1) {
      pollfd polled{background_.descriptor(), POLLIN, 0};
      ASSERT_EQ(poll(&polled, 1, kPatience), 1);
      background_.step();
    }
  }

  const Log log_{"test", Log::Level::kErrors};
  Background background_{log_};
};

TEST_F(BackgroundTest, NeverKeepsItsCallerWaiting) {
  std::promise<void> go;
  std::string said;
  background_.run([&, gone = go.get_future().share()] { gone.wait(); }, [&] { said += "one "; });
  background_.run([] {}, [&] { said += "two"; });
  background_.step();
  EXPECT_EQ(said, "");
  pollfd polled{background_.descriptor(), POLLIN, 0};
  EXPECT_EQ(poll(&polled, 1, 0), 0);
  go.set_value();
  settle();
  EXPECT_EQ(said, "one two");
}

TEST_F(BackgroundTest, WorksInAnotherThreadAndGoesOnInTheLoops) {
  const auto loop = std::this_thread::get_id();
  std::thread::id at_work;
  std::thread::id after;
  background_.run([&] { at_work = std::this_thread::get_id(); }, [&] { after = std::this_thread::get_id(); });
  settle();
  EXPECT_NE(at_work, loop);
  EXPECT_EQ(after, loop);
}

TEST_F(BackgroundTest, WhatFollowsMayGiveItMoreToDo) {
  int count = 0;
  std::function<void()> again = [&] {
    if (++count < 100) background_.run([] {}, again);
  };
  background_.run([] {}, again);
  settle();
  EXPECT_EQ(count, 100);
}

TEST_F(BackgroundTest, HasNoDescriptorWhereNothingFollows) {
  background_.run([] {});
  EXPECT_EQ(background_.descriptor(), -1);
}

TEST_F(BackgroundTest, FinishesAllWorkButNotWhatFollows) {
  std::atomic<int> done = 0;
  bool has_followed = false;
  for (int i = 0; i < 100; ++i) background_.run([&] { ++done; }, [&] { has_followed = true; });
  background_.finish();
  EXPECT_EQ(done, 100);
  EXPECT_FALSE(has_followed);
}

}  // namespace
}  // namespace isletime::sntpd::background_test
