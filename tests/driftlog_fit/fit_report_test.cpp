// SPDX-License-Identifier: MIT
#include "tools/driftlog/fit_report.hpp"

#include <gtest/gtest.h>

#include "libsync/record/json_value.hpp"

namespace isletime::driftlog {
namespace {

using analysis::Verdict;

FitReport report(Verdict verdict) {
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
  EXPECT_EQ(member(report(Verdict::kConclusive), "drift_ppm"), "-1.250000");
  EXPECT_EQ(member(report(Verdict::kConclusive), "drift_ppm_low"), "-1.500000");
  EXPECT_EQ(member(report(Verdict::kConclusive), "drift_ppm_high"), "-1.000000");
}

TEST(FitReport, SaysNoDriftWhereNothingIsConcluded) {
  EXPECT_EQ(member(report(Verdict::kTooShort), "drift_ppm"), "absent");
  EXPECT_EQ(member(report(Verdict::kTooShort), "drift_ppm_high"), "-1.000000");
  EXPECT_EQ(member(report(Verdict::kTooShort), "window_s"), "absent");
  EXPECT_EQ(member(report(Verdict::kTooFewRows), "drift_ppm_high"), "absent");
}

TEST(FitReport, SaysThatAWindowIsExtrapolated) {
  EXPECT_EQ(member(report(Verdict::kConclusive), "window_extrapolated"), "true");
  EXPECT_NE(fit_words(report(Verdict::kConclusive), {}).find("extrapolated"), std::string::npos);
}

TEST(FitReport, ARateHasTwoDigitsOfWhatItMayBeOffBy) {
  EXPECT_EQ(ppm_text(20.000162e-6, 0.000226e-6), "+20.00016");
  EXPECT_EQ(ppm_text(-30.958e-6, 1.131e-6), "-31.0");
  EXPECT_EQ(ppm_text(3.4e-6, 45e-6), "+3");
  EXPECT_EQ(ppm_text(1e-9, 0.0), "+0.001000");
}

TEST(FitReport, LengthsAreInTheUnitThatFits) {
  EXPECT_EQ(length_text(90.0), "90 s");
  EXPECT_EQ(length_text(600.0), "10 min");
  EXPECT_EQ(length_text(86'400.0), "24 h");
  EXPECT_EQ(length_text(10.0 * 86'400.0), "10 days");
}

}  // namespace
}  // namespace isletime::driftlog
