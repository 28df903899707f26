// SPDX-License-Identifier: MIT
#include "libsync/record/fit_object.hpp"

#include <gtest/gtest.h>

namespace isletime::fit_object_test {
namespace {

std::string fault(std::string_view text) {
  const auto fit = parse_fit_object(text);
  EXPECT_FALSE(fit) << text;
  return fit.error();
}

std::string reservation(std::string_view text) {
  const auto fit = parse_fit_object(text);
  EXPECT_TRUE(fit) << fit.error();
  return fit_reservation(*fit);
}

TEST(FitObject, IsOneObjectOnALineOrOverSeveral) {
  EXPECT_EQ(fit_source(*parse_fit_object(R"({"source":"rtc:/dev/rtc0"})"
                                         "\n")),
            "rtc:/dev/rtc0");
  EXPECT_EQ(fit_source(*parse_fit_object("{\n  \"steps\": [\n    {\n      \"row\": 1\n    }\n  ],\n"
                                         "  \"source\": \"ntp:192.0.2.1\"\n}\n")),
            "ntp:192.0.2.1");
  EXPECT_EQ(fit_source(*parse_fit_object("{}")), "");
}

TEST(FitObject, OfSeveralOneIsToBePicked) {
  EXPECT_EQ(fault("{\"a\":1}\n{\"a\":2}\n{\"a\":3}\n"),
            "holds 3 fits: pick one by its source, for example with grep");
  EXPECT_EQ(fault("{\n  \"a\": 1\n}\n{\n  \"a\": 2\n}\n").substr(0, 12), "holds 2 fits");
}

TEST(FitObject, NothingAtAllIsTheFaultOfWhoWasToPrintIt) {
  EXPECT_EQ(fault(""), "is empty: driftlog fit --json may have said why");
  EXPECT_EQ(fault(" \r\n\t\n"), fault(""));
}

TEST(FitObject, WhatIsTornOrNoObjectIsNone) {
  const std::string whole = R"({"source":"ntp:192.0.2.1","drift_ppm_low":-1.5,"steps":[{"row":1}]})";
  for (std::size_t length = 0; length < whole.size(); ++length)
    EXPECT_FALSE(parse_fit_object(whole.substr(0, length))) << length;
  EXPECT_EQ(fault("[]"), "is not a JSON object");
  EXPECT_EQ(fault("1.5"), "is not a JSON object");
  EXPECT_FALSE(parse_fit_object("driftlog: run.csv: has no rows"));
  EXPECT_FALSE(parse_fit_object(std::string(1000, '[')));
}

TEST(FitObject, OneThatConcludesNothingSaysHowLongToLogForIfItKnows) {
  EXPECT_EQ(reservation(R"({"verdict":"conclusive"})"), "");
  EXPECT_EQ(reservation(R"({"drift_ppm":1})"), "");
  EXPECT_EQ(reservation(R"({"verdict":"too-short","run_for_s":86400})"),
            "concludes nothing (too-short): log for 86400 s in all");
  EXPECT_EQ(reservation(R"({"verdict":"wanders"})"), "concludes nothing (wanders)");
  EXPECT_EQ(reservation(R"({"verdict":7})"), "concludes nothing ()");
}

}  // namespace
}  // namespace isletime::fit_object_test
