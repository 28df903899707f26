// SPDX-License-Identifier: MIT
// Machines whose clock reads 1970 after boot, and servers beyond the end of NTP's era 0 (2036-02-07) and of
// signed 32-bit time (2038-01-19).
#include <gtest/gtest.h>

#include "tests/clocksim/simulate.hpp"

namespace isletime::clocksim::era_test {
namespace {

constexpr std::int64_t k1970 = 100;  // booting takes a while

// The clock starts in 1970, while the true time is `true_time` (POSIX).
Words booting_in_1970(std::int64_t true_time) {
  return {"CLOCKSIM_EPOCH=" + std::to_string(true_time),
          "CLOCKSIM_OFFSET=" + std::to_string(k1970 - true_time), "CLOCKSIM_SECONDS=1000",
          "CLOCKSIM_SETTLED=30", "CLOCKSIM_ASK=10"};
}

Words serving(const fakes::ScratchFolder& folder) {
  return {"--server",    "192.168.123.1",      "--port",         "123", "--bind", "192.168.123.250",
          "--state-dir", folder.path("state"), "--no-rate-limit"};
}

void expect_comes_right(std::int64_t true_time, const std::string& program = "sntpd") {
  const fakes::ScratchFolder folder;
  const Results results = run_sntpd(booting_in_1970(true_time), serving(folder), program);
  EXPECT_EQ(results.at("steps"), 1) << true_time;
  EXPECT_LE(results.at("usable_s"), 10) << true_time;
  EXPECT_GE(results.at("usable_s"), 0) << true_time;
  EXPECT_LE(results.at("max_us"), 1'000) << true_time;
  EXPECT_EQ(results.at("broken_percent"), 0) << true_time;
}

TEST(Era, AClockOf1970ComesRightByAServerOfTheNextEra) {
  expect_comes_right(2'114'380'800);  // 2037-01-01
  expect_comes_right(2'208'988'800);  // 2040-01-01
  expect_comes_right(2'366'755'200);  // 2045-01-01; no server sets a clock more than 20 years after the build
}

// The offset is half an era, so timestamps do not tell whether the server is ahead or behind.
TEST(Era, AClockOf1970ComesRightByAServerThatIsHalfAnEraAhead) {
  expect_comes_right(2'147'483'648 + k1970);
}

TEST(Era, AClockOf1970ComesRightByAProgramOfAnotherCentury) {
  expect_comes_right(4'102'444'800, "../tests/sntpd_of_2100");  // 2100-01-01
  expect_comes_right(4'702'060'800, "../tests/sntpd_of_2100");  // 2119-01-02
}

// Era 0 ends at 2036-02-07T06:28:16Z, after 500 s.
TEST(Era, AClockThatIsRightPassesTheEndOfTheEra) {
  const Results results = simulate_hub({"CLOCKSIM_EPOCH=2085977996", "CLOCKSIM_SECONDS=1000"});
  EXPECT_EQ(results.at("steps"), 0);
  EXPECT_LE(results.at("max_us"), 1'000);
  EXPECT_EQ(results.at("broken_percent"), 0);
}

}  // namespace
}  // namespace isletime::clocksim::era_test
