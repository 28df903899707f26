// SPDX-License-Identifier: MIT
#include "libsync/core/time_types.hpp"

#include <type_traits>

#include <gtest/gtest.h>

#include "tests/core/vectors/time_types_vectors.hpp"

namespace isletime::vectors::time_types_test {
namespace {

using namespace std::chrono_literals;

static_assert(all_hold(kTimeTypesChecks));

template <class A, class B>
concept Subtractable = requires(A a, B b) {
  a - b;
};
template <class A, class B>
concept Comparable = requires(A a, B b) {
  a < b;
};

TEST(TimeTypes, WallAndMonotonicTimeDoNotMix) {
  static_assert(Subtractable<WallTime, WallTime> && Comparable<MonoTime, MonoTime>);
  static_assert(!std::is_constructible_v<WallTime, MonoTime> && !std::is_constructible_v<MonoTime, WallTime>);
  static_assert(!Subtractable<WallTime, MonoTime> && !Comparable<WallTime, MonoTime>);
}

TEST(TimeTypes, OffsetsDelaysAndDispersionsDoNotMix) {
  static_assert(Comparable<Offset, Offset> && Comparable<Delay, Delay> && Comparable<Ppm, Ppm>);
  static_assert(!Comparable<Offset, Delay> && !Comparable<Delay, Dispersion>);
  static_assert(!std::is_constructible_v<Offset, Delay>);
}

TEST(TimeTypes, OnePpmOverASecondIsAMicrosecond) {
  EXPECT_EQ(first_failing<kDrifts>(), kNone);
}

TEST(TimeTypes, FrequencyToleranceIs15PpmAsInRfc5905) {
  EXPECT_EQ(kFrequencyTolerance, Ppm::whole(15));
  EXPECT_EQ(drift(1000s, kFrequencyTolerance), 15ms);
}

TEST(TimeTypes, PpmCountsAsTheKernelDoes) {
  EXPECT_EQ(Ppm::whole(500).scaled, 32'768'000);  // adjtimex(2): the largest frequency correction
  EXPECT_EQ(Ppm::whole(-500).scaled, -32'768'000);
}

TEST(TimeTypes, ElapsedIsToMinusFromOnEitherClock) {
  EXPECT_EQ(first_failing<kElapsed>(), kNone);
}

TEST(TimeTypes, ElapsedStopsAtTheEndsOfTheRange) {
  EXPECT_EQ(first_failing<kElapsedOutOfRange>(), kNone);
}

TEST(TimeTypes, SubsecondCountsFromTheSecondBeforeEvenInTheEarliestDuration) {
  EXPECT_EQ(first_failing<kSubseconds>(), kNone);
}

}  // namespace
}  // namespace isletime::vectors::time_types_test
