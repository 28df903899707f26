// SPDX-License-Identifier: MIT
#include "libsync/hub/discipline/step_detector.hpp"

#include <gtest/gtest.h>

namespace isletime::step_detector_test {
namespace {

constexpr Observation kSuspect{.phase = 1.0, .half_width = 1e-3, .mean_excess = 1e-4, .precision = 2e-7};
constexpr double kInterval = 2.0;

Observation at(double phase) {
  Observation o = kSuspect;
  o.phase = phase;
  return o;
}

TEST(StepDetector, SuspectsNothingAtFirst) {
  EXPECT_FALSE(StepDetector{}.is_suspicious());
}

TEST(StepDetector, ThreeThatAgreeAreAStep) {
  StepDetector detector;
  EXPECT_FALSE(detector.suspect(at(1.0), 64.0, 3));
  EXPECT_TRUE(detector.is_suspicious());
  EXPECT_FALSE(detector.suspect(at(1.001), kInterval, 3));
  EXPECT_TRUE(detector.suspect(at(0.999), kInterval, 3));
}

TEST(StepDetector, MoreEvidenceIsAskedForOnDemand) {
  StepDetector detector;
  for (int i = 1; i < 7; ++i) EXPECT_FALSE(detector.suspect(kSuspect, kInterval, 7)) << i;
  EXPECT_TRUE(detector.suspect(kSuspect, kInterval, 7));
}

TEST(StepDetector, SuspectsThatDisagreeStartAnew) {
  StepDetector detector;
  detector.suspect(at(1.0), kInterval, 3);
  detector.suspect(at(1.0), kInterval, 3);
  EXPECT_FALSE(detector.suspect(at(2.0), kInterval, 3));
  EXPECT_FALSE(detector.suspect(at(2.0), kInterval, 3));
  EXPECT_TRUE(detector.suspect(at(2.0), kInterval, 3));
}

TEST(StepDetector, AnExplicableSampleClearsTheSuspicion) {
  StepDetector detector;
  detector.suspect(kSuspect, kInterval, 3);
  detector.suspect(kSuspect, kInterval, 3);
  detector.clear();
  EXPECT_FALSE(detector.is_suspicious());
  EXPECT_FALSE(detector.suspect(kSuspect, kInterval, 3));
}

Observation of_width(double half_width) {
  Observation o = kSuspect;
  o.half_width = half_width;
  return o;
}

TEST(StepDetector, ASampleThatSaysNoLessSettlesTheMatter) {
  StepDetector detector;
  detector.suspect(kSuspect, kInterval, 3);
  detector.acquit(of_width(1e-3), kInterval);
  EXPECT_FALSE(detector.is_suspicious());
}

// A reply that was delayed by 10 ms fits any phase of the clock.
TEST(StepDetector, ASampleThatSaysLessLeavesTheSuspicion) {
  StepDetector detector;
  detector.suspect(kSuspect, kInterval, 3);
  detector.suspect(kSuspect, kInterval, 3);
  detector.acquit(of_width(1e-2), kInterval);
  EXPECT_TRUE(detector.is_suspicious());
  EXPECT_TRUE(detector.suspect(kSuspect, kInterval, 3));
}

// Otherwise one forged reply with a tiny delay would stay suspect for good.
TEST(StepDetector, ManySamplesThatSayLessSettleItToo) {
  StepDetector detector;
  detector.suspect(of_width(0.0), kInterval, 3);
  for (int i = 1; i < 8; ++i) detector.acquit(of_width(1e-2), kInterval);
  EXPECT_TRUE(detector.is_suspicious());
  detector.acquit(of_width(1e-2), kInterval);
  EXPECT_FALSE(detector.is_suspicious());
}

TEST(StepDetector, TheBestSuspectIsTheOneThatWaitedLeast) {
  StepDetector detector;
  detector.suspect(kSuspect, kInterval, 3);
  Observation quick = at(1.0005);
  quick.half_width = 1e-5;
  detector.suspect(quick, kInterval, 3);
  detector.suspect(kSuspect, kInterval, 3);
  EXPECT_EQ(detector.best().phase, 1.0005);
}

// An unmeasured crystal of 100 ppm drifts by 0.1 s in 1000 s.
TEST(StepDetector, TheBestSuspectAgesAlsoByWhatIsExplained) {
  StepDetector detector;
  detector.suspect(kSuspect, 64.0, 3);
  detector.acquit(of_width(1e-2), 64.0);
  detector.suspect(of_width(2e-3), 64.0, 3);
  EXPECT_EQ(detector.best_age(), 128.0);
}

TEST(StepDetector, SuspectsMayDriftAsAnOscillatorMay) {
  StepDetector detector;
  detector.suspect(at(1.0), kInterval, 2);
  EXPECT_TRUE(detector.suspect(at(1.09), 1000.0, 2));
}

}  // namespace
}  // namespace isletime::step_detector_test
