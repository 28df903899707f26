// SPDX-License-Identifier: MIT
#include "tools/sntpctl/rate_error_fit.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace isletime::sntpctl::rate_error_fit_test {
namespace {

// Returns a fit as driftlog fit --json prints it, without the members that are not read here.
std::string fit(const std::string& source, const std::string& low, const std::string& high,
                const std::string& more = "") {
  return fmt::format(R"({{"file":"run.csv","source":"{}","verdict":"conclusive","drift_ppm_low":{},)"
                     R"("drift_ppm_high":{}{}}})",
                     source, low, high, more);
}

void expect_refused(const std::string& text, ExitStatus status, const std::string& words) {
  const auto refused = parse_rate_error_fit(text);
  ASSERT_FALSE(refused) << text;
  EXPECT_EQ(refused.error().status, status) << text;
  EXPECT_NE(refused.error().text.find(words), std::string::npos) << refused.error().text;
}

// The clock loses what the server gains on it, and its rate error may have either sign.
TEST(RateErrorFit, TheClockMayBeWrongByTheLargerEndOfTheInterval) {
  EXPECT_EQ(parse_rate_error_fit(fit("ntp:192.168.4.1", "103.5", "104"))->rate_error, Ppm::whole(104));
  EXPECT_EQ(parse_rate_error_fit(fit("ntp:192.168.4.1", "-104", "-103.5"))->rate_error, Ppm::whole(104));
  EXPECT_EQ(parse_rate_error_fit(fit("ntp:192.168.4.1", "-2", "1"))->rate_error, Ppm::whole(2));
  EXPECT_EQ(parse_rate_error_fit(fit("ntp:192.168.4.1", "499", "500"))->rate_error, Ppm::whole(500));
}

void expect_doubts(const std::string& text, const std::vector<std::string>& doubts) {
  const auto taken = parse_rate_error_fit(text);
  ASSERT_TRUE(taken) << taken.error().text;
  EXPECT_EQ(taken->doubts, doubts) << text;
}

TEST(RateErrorFit, DoubtsAWindowThatIsLongerThanTheRecord) {
  expect_doubts(fit("ntp:a", "1", "2"), {});
  expect_doubts(fit("ntp:a", "1", "2", R"(,"window_extrapolated":false)"), {});
  expect_doubts(fit("ntp:a", "1", "2", R"(,"window_extrapolated":true)"),
                {"the window is longer than the record: log for longer to be sure"});
}

TEST(RateErrorFit, OfARecordWithoutASourceAndOfATrialIsDoubted) {
  expect_doubts(R"({"verdict":"conclusive","drift_ppm_low":1,"drift_ppm_high":2})",
                {"the fit names no source; accepted as that of an NTP server that is right"});
  expect_doubts(fit("simulated:clock", "1", "2"),
                {"fit of a simulated clock (simulated:clock); accepted as a trial run"});
}

TEST(RateErrorFit, AClockThatDoesNotClaimToBeRightSaysNothingOfThisMachines) {
  for (const char* source : {"ccapi:https://192.168.4.9", "cmd:date", "ssh:pi", "http://192.168.4.2",
                             "phone:192.168.4.17", "NTP:192.168.4.1"})
    expect_refused(fit(source, "1", "2"), ExitStatus::kUsage, "log an ntp: source");
  expect_refused(fit("rtc:/dev/i2c-1@0x68", "1", "2"), ExitStatus::kUsage, "its fit is for rtcset trim");
}

TEST(RateErrorFit, WhatConcludesNothingIsABadVerdict) {
  expect_refused(
      R"({"source":"ntp:a","verdict":"too-short","drift_ppm_low":1,"drift_ppm_high":20,"run_for_s":86400})",
      ExitStatus::kBadVerdict, "concludes nothing (too-short): log for 86400 s in all");
  expect_refused(R"({"source":"ntp:a","verdict":"too-few-rows"})", ExitStatus::kBadVerdict,
                 "concludes nothing");
  expect_refused(R"({"source":"ntp:a","drift_ppm_low":1,"drift_ppm_high":2})", ExitStatus::kUsage,
                 "verdict: is not there");
}

TEST(RateErrorFit, NoClockIsExactNorBeyondSteering) {
  expect_refused(fit("ntp:a", "0.000000", "0.000000"), ExitStatus::kUsage, "0 ppm is no clock's drift");
  expect_refused(fit("ntp:a", "-500.1", "1"), ExitStatus::kBadVerdict,
                 "500.1 ppm is more than any clock's drift");
  expect_refused(fit("ntp:a", "1", "1e200"), ExitStatus::kBadVerdict, "is more than any clock's drift");
}

TEST(RateErrorFit, AnIntervalThatIsSeldomRightIsNoBound) {
  expect_refused(fit("ntp:a", "1", "2", R"(,"confidence":0.800000)"), ExitStatus::kUsage,
                 "is 80 % sure only");
  EXPECT_TRUE(parse_rate_error_fit(fit("ntp:a", "1", "2", R"(,"confidence":0.950000)")));
}

TEST(RateErrorFit, WhatIsNoFitIsNamed) {
  expect_refused("", ExitStatus::kUsage, "is empty");
  expect_refused(fit("ntp:a", "1", "2") + "\n" + fit("ntp:b", "1", "2"), ExitStatus::kUsage, "holds 2 fits");
  expect_refused(fit("ntp:a", "1", "2").substr(0, 60), ExitStatus::kUsage, "");
  expect_refused(fit("ntp:a", "2", "1"), ExitStatus::kUsage, "drift_ppm_low: is above drift_ppm_high");
  expect_refused(fit("ntp:a", "\"1\"", "2"), ExitStatus::kUsage, "are not both there");
  expect_refused(fit("ntp:a", "null", "2"), ExitStatus::kUsage, "are not both there");
  expect_refused(fit("ntp:a", "NaN", "2"), ExitStatus::kUsage, "");
}

TEST(RateErrorFit, AFileThatCannotBeReadIsTheSystemsFault) {
  const auto missing = read_rate_error_fit("/nowhere/fit.json");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().status, ExitStatus::kSystemFailed);
  EXPECT_EQ(missing.error().text, "/nowhere/fit.json: No such file or directory");
}

}  // namespace
}  // namespace isletime::sntpctl::rate_error_fit_test
