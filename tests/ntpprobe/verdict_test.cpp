// SPDX-License-Identifier: MIT
#include "tools/ntpprobe/verdict.hpp"

#include <gtest/gtest.h>

namespace isletime::ntpprobe::verdict_test {
namespace {

using namespace std::chrono_literals;

Finding measured(nanoseconds offset, nanoseconds delay, std::uint8_t stratum = 2) {
  Measurement m{};
  m.offset = {offset};
  m.delay = {delay};
  m.server.stratum = stratum;
  return {"hub", WallTime{}, Measured{m}};
}

TEST(Verdict, SaysWhichWayTheClockIsOff) {
  const Options options;
  EXPECT_EQ(verdict_of(measured(5ms, 2ms), options).sentence,
            "this clock is 5.000 ms behind, give or take 1.000 ms");
  EXPECT_EQ(verdict_of(measured(-5ms, 2ms), options).sentence,
            "this clock is 5.000 ms ahead, give or take 1.000 ms");
}

TEST(Verdict, ClaimsNoMoreThanTheBoundAllows) {
  EXPECT_EQ(verdict_of(measured(1ms, 4ms), Options{}).sentence, "the clocks agree to within 3.000 ms");
}

TEST(Verdict, IsBadBeyondTheLimits) {
  Options options;
  options.max_offset = 5ms;
  options.max_stratum = 3;
  EXPECT_TRUE(verdict_of(measured(5ms, 0ns, 3), options).good);
  EXPECT_FALSE(verdict_of(measured(5ms + 1ns, 0ns, 3), options).good);
  EXPECT_EQ(verdict_of(measured(-6ms, 0ns, 3), options).word, "offset");
  EXPECT_EQ(verdict_of(measured(0ns, 0ns, 4), options).word, "stratum");
}

TEST(Verdict, AFailureIsBadAndKeepsItsName) {
  const ProbeVerdict verdict =
      verdict_of({"hub", WallTime{}, Failure{"no-reply", "no reply within 2 s"}}, Options{});
  EXPECT_FALSE(verdict.good);
  EXPECT_EQ(verdict.word, "no-reply");
}

TEST(Verdict, WarnsOfAServerThatFollowsUs) {
  Finding finding = measured(0ns, 1ms);
  std::get<Measured>(finding.outcome).follows_us = true;
  EXPECT_NE(verdict_of(finding, Options{}).sentence.find("do not follow it"), std::string::npos);
}

}  // namespace
}  // namespace isletime::ntpprobe::verdict_test
