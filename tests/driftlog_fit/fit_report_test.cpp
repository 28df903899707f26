// SPDX-License-Identifier: MIT
#include "tools/driftlog/fit_report.hpp"

#include <gtest/gtest.h>

#include "libsync/record/json_value.hpp"

namespace isletime::driftlog::fit_report_test {
namespace {

using analysis::FitVerdict;

FitReport report(FitVerdict verdict) {
  FitReport result{"run.csv", "rtc:/dev/rtc0", WallTime{}, 0, {}};
  result.fit.verdict = verdict;
  result.fit.rate = -1.25e-6;
  result.fit.interval = {-1.5e-6, -1e-6};
  result.fit.window = {1000.0, true};
  return result;
}

std::string member(const FitReport& of, const char* name) {
  const auto json = parse_json(fit_json(of, {}), {65'536, 8});
  if (!json) return json.error();
  const JsonValue* value = json->find(name);
  if (value == nullptr) return "absent";
  if (value->number() != nullptr) return value->number()->text;
  if (value->text() != nullptr) return *value->text();
  return value->flag() ? (*value->flag() ? "true" : "false") : "other";
}

TEST(FitReport, SaysTheDriftInPpmWithItsEnds) {
  EXPECT_EQ(member(report(FitVerdict::kConclusive), "drift_ppm"), "-1.250000");
  EXPECT_EQ(member(report(FitVerdict::kConclusive), "drift_ppm_low"), "-1.500000");
  EXPECT_EQ(member(report(FitVerdict::kConclusive), "drift_ppm_high"), "-1.000000");
}

TEST(FitReport, SaysNoDriftWhereNothingIsConcluded) {
  EXPECT_EQ(member(report(FitVerdict::kTooShort), "drift_ppm"), "absent");
  EXPECT_EQ(member(report(FitVerdict::kTooShort), "drift_ppm_high"), "-1.000000");
  EXPECT_EQ(member(report(FitVerdict::kTooShort), "window_s"), "absent");
  EXPECT_EQ(member(report(FitVerdict::kTooFewRows), "drift_ppm_high"), "absent");
}

TEST(FitReport, SaysThatAWindowIsExtrapolated) {
  EXPECT_EQ(member(report(FitVerdict::kConclusive), "window_extrapolated"), "true");
  EXPECT_NE(fit_words(report(FitVerdict::kConclusive), {}).find("extrapolated"), std::string::npos);
}

TEST(FitReport, ARateHasTwoDigitsOfWhatItMayBeOffBy) {
  EXPECT_EQ(ppm_text(20.000162e-6, 0.000226e-6), "+20.00016");
  EXPECT_EQ(ppm_text(-30.958e-6, 1.131e-6), "-31.0");
  EXPECT_EQ(ppm_text(3.4e-6, 45e-6), "+3");
  EXPECT_EQ(ppm_text(1e-9, 0.0), "+0.001000");
}

TEST(FitReport, NoZeroHasAMinus) {
  EXPECT_EQ(ppm_text(-0.004e-6, 0.5e-6), "+0.00");
  FitReport zero = report(FitVerdict::kConclusive);
  zero.fit.rate = -1e-15;
  zero.fit.interval = {-1e-15, 1e-15};
  EXPECT_EQ(member(zero, "drift_ppm"), "0.000000");
  EXPECT_EQ(member(zero, "drift_ppm_low"), "0.000000");
  EXPECT_EQ(fit_words(zero, {}).find("-0"), std::string::npos);
}

TEST(FitReport, NamesTheIntervalsOfTheMeanRateAndOfTheRateAtOneTime) {
  FitReport both = report(FitVerdict::kConclusive);
  both.fit.mean_interval = {-1.26e-6, -1.24e-6};
  EXPECT_EQ(member(both, "mean_ppm_low"), "-1.260000");
  EXPECT_EQ(member(both, "mean_ppm_high"), "-1.240000");
  const std::string words = fit_words(both, {});
  EXPECT_NE(words.find("the mean over the record, 95 % sure: -1.260 to -1.240 ppm"), std::string::npos)
      << words;
  EXPECT_NE(words.find("at one time  its rate, 95 % sure: -1.50 to -1.00 ppm"), std::string::npos) << words;
}

TEST(FitReport, AFineResolutionIsNotRoundedToNothing) {
  FitReport fine = report(FitVerdict::kConclusive);
  fine.fit.resolution_s = 0.0001;
  EXPECT_EQ(member(fine, "resolution_s"), "0.000100");
}

TEST(FitReport, SaysHowManyRowsRepeatAndLinesWereSkipped) {
  FitReport some = report(FitVerdict::kConclusive);
  EXPECT_EQ(fit_words(some, {}).find("repeat"), std::string::npos);
  some.fit.repeated = 7;
  some.skipped = 8;
  EXPECT_NE(fit_words(some, {}).find(", 7 rows repeat another, 8 lines of the file skipped"),
            std::string::npos);
}

TEST(FitReport, SaysWhyNothingIsConcluded) {
  EXPECT_EQ(member(report(FitVerdict::kNoNoise), "verdict"), "no-noise");
  EXPECT_NE(fit_words(report(FitVerdict::kNoNoise), {}).find("no noise"), std::string::npos);
  EXPECT_EQ(member(report(FitVerdict::kManySteps), "verdict"), "too-many-steps");
  EXPECT_EQ(member(report(FitVerdict::kManySteps), "drift_ppm_low"), "absent");
}

TEST(FitReport, SaysThatARateThatWandersFollowsTheTemperature) {
  FitReport wanders = report(FitVerdict::kWanders);
  EXPECT_NE(fit_words(wanders, {}).find("its rate wanders"), std::string::npos);
  wanders.fit.temperature = {.mean_c = 15.0, .per_degree = {}, .swing = 5e-6};
  EXPECT_NE(fit_words(wanders, {}).find("its rate follows the temperature"), std::string::npos);
  wanders.fit.temperature->swing = 1e-6;
  EXPECT_NE(fit_words(wanders, {}).find("its rate wanders"), std::string::npos);
}

TEST(FitReport, LengthsAreInTheUnitThatFits) {
  EXPECT_EQ(length_text(90.0), "90 s");
  EXPECT_EQ(length_text(600.0), "10 min");
  EXPECT_EQ(length_text(86'400.0), "24 h");
  EXPECT_EQ(length_text(10.0 * 86'400.0), "10 days");
}

}  // namespace
}  // namespace isletime::driftlog::fit_report_test
