// SPDX-License-Identifier: MIT
#include "tools/sntpd/storing/memory.hpp"

#include <algorithm>
#include <filesystem>
#include <future>

#include <unistd.h>

#include <gtest/gtest.h>

#include "tests/fakes/scratch_folder.hpp"
#include "tools/common/control_limits.hpp"

namespace isletime::sntpd::memory_test {
namespace {

using namespace std::chrono_literals;

constexpr WallTime kMade{1'770'000'000s};
constexpr WallTime kLater = kMade + 24h;
constexpr MonoTime kUp{10min};
constexpr nanoseconds kRaw = 9min;
constexpr MonoTime kUpLater{20min};

class RememberedRate : public testing::Test {
 protected:
  // Runs a program's life: it starts, restores its state, does `work` and ends. Returns the restored state.
  template <class Work>
  std::optional<SavedState> run(Work work) const {
    const Log log("test", Log::Level::kErrors);
    Background background(log);
    Memory memory(log, background, false);
    EXPECT_EQ(memory.open(folder_.path("state"), geteuid(), true), std::nullopt);
    auto state = memory.recall(kLater, kUpLater);
    memory.start_writing();
    work(memory);
    return state;
  }
  std::optional<SavedState> recalled() const {
    return run([](Memory&) {});
  }

  fakes::ScratchFolder folder_;
};

TEST_F(RememberedRate, NeedsNoTimeThatIsKnown) {
  run([](Memory& memory) { memory.keep(Ppm::whole(104), kMade); });
  const auto state = recalled();
  ASSERT_TRUE(state);
  EXPECT_EQ(state->rate_error, Ppm::whole(104));
  EXPECT_EQ(state->saved_at, kMade);
  EXPECT_FALSE(state->last_good_time);
  EXPECT_FALSE(state->boot) << "nothing is said of when that was since the start";
}

TEST_F(RememberedRate, LeavesWhatWasSavedBefore) {
  run([](Memory& memory) {
    SavedState state;
    state.saved_at = kLater;
    state.last_good_time = kLater - 1s;
    state.frequency = Frequency{12e-6, 1e-6};
    memory.save(std::move(state), {.instant = {kUp, kLater, 0ns}, .asleep = 3h, .raw = kRaw}, true);
    memory.keep(Ppm::whole(104), kMade);
  });
  EXPECT_EQ(recalled()->rate_error, Ppm::whole(104));
  run([](Memory& memory) { memory.keep(Ppm::whole(20), kMade); });
  const auto state = recalled();
  ASSERT_TRUE(state);
  EXPECT_EQ(state->rate_error, Ppm::whole(20));
  EXPECT_EQ(state->saved_at, kLater);
  EXPECT_EQ(state->last_good_time, kLater - 1s);
  ASSERT_TRUE(state->frequency);
  EXPECT_EQ(state->frequency->value, 12e-6);
  ASSERT_TRUE(state->boot);
  EXPECT_EQ(state->boot->uptime, kUp.time_since_epoch());
  EXPECT_TRUE(state->boot->has_set_clock);
  EXPECT_EQ(state->boot->asleep, 3h);
  EXPECT_EQ(state->boot->raw, kRaw);
}

// The kernel states the time since boot to 10 ms, which is then less than the monotonic clock.
TEST_F(RememberedRate, ATimeAsleepThatIsRoundedBelowZeroDoesNotSpoilTheState) {
  run([](Memory& memory) {
    SavedState state;
    state.saved_at = kLater;
    memory.save(std::move(state), {.instant = {kUp, kLater, 0ns}, .asleep = -9ms, .raw = kRaw}, true);
  });
  const auto state = recalled();
  ASSERT_TRUE(state && state->boot);
  EXPECT_EQ(state->boot->asleep, 0s);
}

TEST_F(RememberedRate, WithoutAFolderIsNone) {
  const Log log("test", Log::Level::kErrors);
  Background background(log);
  Memory memory(log, background, false);
  memory.go_without("a test");
  memory.keep(Ppm::whole(104), kMade);
  EXPECT_EQ(memory.warning(), "nothing is remembered over a restart: a test");
}

std::string text_of(int number) {
  return "happening " + std::to_string(number);
}

// The parameter says whether a thread of its own writes the log.
class RememberedActivity : public testing::TestWithParam<bool> {
 protected:
  const Log log_{"test", Log::Level::kErrors};
  fakes::ScratchFolder folder_;
  Background background_{log_};
  Memory memory_{log_, background_, GetParam()};
};
INSTANTIATE_TEST_SUITE_P(WritesAlone, RememberedActivity, testing::Bool());

TEST_P(RememberedActivity, IsShownWithoutADiskThatCouldHang) {
  {
    const auto folder = StateFolder::open(folder_.path("state"), geteuid());
    for (int i = 0; i < 600; ++i) ActivityLog{*folder}.add({kMade, Event::kFault, text_of(i)});
  }
  ASSERT_EQ(memory_.open(folder_.path("state"), geteuid(), true), std::nullopt);
  std::filesystem::remove_all(folder_.path("state"));
  memory_.note(kMade, Event::kFault, text_of(600));
  const auto lines = memory_.activity(kMostActivityLines);
  ASSERT_EQ(lines.size(), kMostActivityLines);
  for (std::size_t i = 0; i < lines.size(); ++i)
    EXPECT_EQ(lines[i], activity_line({kMade, Event::kFault, text_of(static_cast<int>(i) + 101)}));
  EXPECT_EQ(memory_.activity(1), std::vector{lines.back()});
}

TEST_P(RememberedActivity, NothingIsWrittenBeforeItsOwnerWrites) {
  ASSERT_EQ(memory_.open(folder_.path("state"), geteuid(), true), std::nullopt);
  memory_.note(kMade, Event::kFault, text_of(1));
  memory_.keep(Ppm::whole(104), kMade);
  memory_.step();
  background_.finish();
  EXPECT_TRUE(std::filesystem::is_empty(folder_.path("state")));
  memory_.start_writing();
  memory_.finish();
  EXPECT_EQ(folder_.content("state/activity.jsonl"),
            activity_line({kMade, Event::kFault, text_of(1)}) + '\n');
  EXPECT_TRUE(std::filesystem::exists(folder_.path("state/state.json")));
}

TEST_P(RememberedActivity, ADiskThatHangsDoesNotMakeItGrow) {
  ASSERT_EQ(memory_.open(folder_.path("state"), geteuid(), true), std::nullopt);
  std::promise<void> go;
  background_.run([gone = go.get_future().share()] { gone.wait(); });
  if (!GetParam()) memory_.start_writing();
  for (int i = 0; i < 5000; ++i) memory_.note(kMade, Event::kFault, text_of(i));
  go.set_value();
  memory_.start_writing();
  memory_.finish();
  const std::string file = folder_.content("state/activity.jsonl");
  EXPECT_EQ(std::count(file.begin(), file.end(), '\n'), 1000);
}

TEST_P(RememberedActivity, WhoAwaitsTheWritingHearsOfItOnceItIsDone) {
  ASSERT_EQ(memory_.open(folder_.path("state"), geteuid(), true), std::nullopt);
  memory_.start_writing();
  memory_.keep(Ppm::whole(104), kMade);
  bool is_there = false;
  memory_.when_written([&] { is_there = std::filesystem::exists(folder_.path("state/state.json")); });
  memory_.step();
  background_.finish();
  background_.step();
  EXPECT_TRUE(is_there);
}

}  // namespace
}  // namespace isletime::sntpd::memory_test
