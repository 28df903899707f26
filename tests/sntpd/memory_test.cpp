// SPDX-License-Identifier: MIT
#include "tools/sntpd/memory.hpp"

#include <unistd.h>

#include <gtest/gtest.h>

#include "tests/fakes/scratch_folder.hpp"

namespace isletime::sntpd {
namespace {

using namespace std::chrono_literals;

constexpr WallTime kMade{1'770'000'000s};
constexpr WallTime kLater = kMade + 24h;
constexpr MonoTime kUp{10min};
constexpr MonoTime kUpLater{20min};

class RememberedRate : public testing::Test {
 protected:
  // A program that starts, remembers, does `work` and ends; what it remembered.
  template <class Work>
  std::optional<SavedState> run(Work work) const {
    const Log log("test", Log::Level::kErrors);
    Memory memory(log);
    EXPECT_EQ(memory.open(folder_.path("state"), geteuid()), std::nullopt);
    auto state = memory.recall(kLater, kUpLater);
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
    state.frequency = SavedFrequency{Ppm::whole(-12), Ppm::whole(1)};
    memory.save(std::move(state), kUp, true);
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
  EXPECT_EQ(state->frequency->value, Ppm::whole(-12));
  ASSERT_TRUE(state->boot);
  EXPECT_EQ(state->boot->uptime, kUp.time_since_epoch());
  EXPECT_TRUE(state->boot->has_set_clock);
}

TEST_F(RememberedRate, WithoutAFolderIsNone) {
  const Log log("test", Log::Level::kErrors);
  Memory memory(log);
  memory.go_without("a test");
  memory.keep(Ppm::whole(104), kMade);
  EXPECT_EQ(memory.warning(), "nothing is remembered over a restart: a test");
}

}  // namespace
}  // namespace isletime::sntpd
