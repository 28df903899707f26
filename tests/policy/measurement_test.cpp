// SPDX-License-Identifier: MIT
#include "libsync/policy/measurement.hpp"

#include <gtest/gtest.h>

namespace isletime::measurement_test {
namespace {

using namespace std::chrono_literals;

Measurement with(Delay delay, Dispersion dispersion) {
  Measurement m{};
  m.delay = delay;
  m.dispersion = dispersion;
  return m;
}

TEST(Measurement, PrecisionIsAPowerOfTwoOfSeconds) {
  EXPECT_EQ(precision_of(-1), 500ms);
  EXPECT_EQ(precision_of(-9), 1'953'125ns);
}

TEST(Measurement, PrecisionIsRoundedUpAsItBoundsAnError) {
  EXPECT_EQ(precision_of(-20), 954ns);  // 953.67
  EXPECT_EQ(precision_of(-29), 2ns);    // 1.86
}

// CVE-2015-5219: an extreme precision caused an endless loop.
TEST(Measurement, ExtremePrecisionsAreHeldBetweenANanosecondAndASecond) {
  for (int value = -128; value <= -30; ++value) EXPECT_EQ(precision_of(static_cast<std::int8_t>(value)), 1ns);
  for (int value = 0; value <= 127; ++value) EXPECT_EQ(precision_of(static_cast<std::int8_t>(value)), 1s);
}

TEST(Measurement, ErrorBoundIsHalfTheDelayPlusTheDispersion) {
  EXPECT_EQ(error_bound(with({4ms}, {1ms})), 3ms);
}

TEST(Measurement, ErrorBoundIsNotLessenedByANegativeDelay) {
  EXPECT_EQ(error_bound(with({-4ms}, {1ms})), 1ms);
}

TEST(Measurement, RootDistanceIsHalfTheRootDelayPlusTheRootDispersion) {
  Header server;
  server.root_delay = ShortTime::from_raw(0x0000'8000);
  server.root_dispersion = ShortTime::from_raw(0x0001'0000);
  EXPECT_EQ(root_distance(server), 1250ms);
}

TEST(Measurement, RootDistanceTakesBothForUnsigned) {
  Header server;
  server.root_delay = ShortTime::from_raw(0xffff'0000);
  server.root_dispersion = ShortTime::from_raw(0xffff'0000);
  EXPECT_EQ(root_distance(server), 98'302'500ms);
}

}  // namespace
}  // namespace isletime::measurement_test
