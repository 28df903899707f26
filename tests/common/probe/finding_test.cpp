// SPDX-License-Identifier: MIT
#include "tools/common/probe/finding.hpp"

#include <gtest/gtest.h>

namespace isletime::probe::finding_test {
namespace {

using namespace std::chrono_literals;

TEST(FindingRecord, UncertaintyIsHalfTheDelayAndTheDispersion) {
  Measurement sample{};
  sample.offset = {7ns};
  sample.delay = {10us};
  sample.dispersion = {3us};
  const SampleRecord record = record_of({"hub", WallTime{}, Measured{sample}});
  EXPECT_EQ(record.source, "ntp:hub");
  EXPECT_EQ(record.offset, 7ns);
  EXPECT_EQ(record.uncertainty, 8us);
  EXPECT_FALSE(record.error);
}

}  // namespace
}  // namespace isletime::probe::finding_test
