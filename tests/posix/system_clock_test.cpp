// SPDX-License-Identifier: MIT
// Tests only functions that leave this machine's clock alone: the rates that the kernel would be given.
#include "libsync/posix/system_clock.hpp"

#include <cmath>

#include <gtest/gtest.h>

namespace isletime::system_clock_test {
namespace {

TEST(KernelRate, NoRateIsTheNominalTick) {
  EXPECT_EQ(kernel_rate(0), (KernelRate{10'000, 0}));
}

TEST(KernelRate, CountsPartsPerMillionIn65536ths) {
  EXPECT_EQ(kernel_rate(1e-6), (KernelRate{10'000, 65'536}));
  EXPECT_EQ(kernel_rate(-500e-6), (KernelRate{10'000, -32'768'000}));
}

TEST(KernelRate, MovesTheTickBeyond500Ppm) {
  EXPECT_EQ(kernel_rate(0.01), (KernelRate{10'100, 0}));
  EXPECT_EQ(kernel_rate(-0.01), (KernelRate{9'900, 0}));
  EXPECT_EQ(kernel_rate(640e-6), (KernelRate{10'006, 2'621'440}));
}

TEST(KernelRate, StaysWithinWhatTheKernelTakes) {
  EXPECT_EQ(kernel_rate(5).tick, 11'000);
  EXPECT_EQ(kernel_rate(-5).tick, 9'000);
  for (int step = -730; step <= 730; ++step) {
    const double rate = step * 0.000'137;
    EXPECT_LE(std::abs(kernel_rate(rate).frequency), kMaxFrequency) << rate;
  }
}

TEST(KernelRate, IsWithinHalfAUnitOfWhatWasAsked) {
  for (int step = -1400; step <= 1400; ++step) {
    const double rate = step * 0.000'071'3;
    EXPECT_NEAR(rate_of(kernel_rate(rate)), rate, 0.51e-6 / 65536) << rate;
  }
}

// The kernel's patience is 16 s less the known error, at 500 ppm.
TEST(KernelPatience, IsWhatTheKernelsOwnGrowthLeaves) {
  using namespace std::chrono_literals;
  const auto patience = [](nanoseconds max_error) {
    return kernel_patience({.leap = Leap::kNone, .max_error = max_error, .estimated_error = {}});
  };
  EXPECT_EQ(patience(0s), 32'000s);
  EXPECT_EQ(patience(8s), 16'000s);
  EXPECT_EQ(patience(16s), 0s);
  EXPECT_EQ(patience(nanoseconds::max()), 0s);
  EXPECT_LT(patience(0s), seconds{1 << 15}) << "one poll of 2^15 s outlives it";
}

}  // namespace
}  // namespace isletime::system_clock_test
