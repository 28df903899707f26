// SPDX-License-Identifier: MIT
#include "libsync/policy/instant.hpp"

#include <vector>

#include <gtest/gtest.h>

namespace isletime::instant_test {
namespace {

using namespace std::chrono_literals;

constexpr WallTime kStart{1'790'000'000s};

// Each reading of a clock takes as long as the list says; after its end, readings take no time.
class Clocks {
 public:
  explicit Clocks(std::vector<nanoseconds> delays) : delays_(std::move(delays)) {}

  Instant read() {
    return read_instant([this] { return MonoTime{pass()}; }, [this] { return kStart + pass(); });
  }
  std::size_t readings() const { return readings_; }

 private:
  nanoseconds pass() {
    const nanoseconds before = now_;
    if (readings_ < delays_.size()) now_ += delays_[readings_];
    ++readings_;
    return before;
  }

  std::vector<nanoseconds> delays_;
  std::size_t readings_ = 0;
  nanoseconds now_{};
};

TEST(Instant, ReadingsCloseTogetherAreTakenAtOnce) {
  Clocks clocks({40ns, 60ns});
  const Instant instant = clocks.read();
  EXPECT_EQ(clocks.readings(), 3U);
  EXPECT_EQ(instant.bound, 50ns);
  EXPECT_EQ(instant.mono, MonoTime{50ns});
  EXPECT_EQ(instant.wall_less_mono(), kStart.time_since_epoch() - 10ns);
}

TEST(Instant, WhereSomethingElseRanInBetweenTheyAreRepeated) {
  Clocks clocks({1900us, 0ns, 0ns, 30us, 30us});
  const Instant instant = clocks.read();
  EXPECT_EQ(clocks.readings(), 6U);
  EXPECT_EQ(instant.bound, 30us);
  EXPECT_EQ(instant.wall_less_mono(), kStart.time_since_epoch());
}

TEST(Instant, NeverLeftInPeaceItIsTheBestOfSomeAndSaysHowGood) {
  Clocks clocks(std::vector<nanoseconds>(1000, 3ms));
  const Instant instant = clocks.read();
  EXPECT_LT(clocks.readings(), 100U);
  EXPECT_EQ(instant.bound, 3ms);
}

}  // namespace
}  // namespace isletime::instant_test
