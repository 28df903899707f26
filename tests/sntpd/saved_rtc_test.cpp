// SPDX-License-Identifier: MIT
#include "tools/sntpd/storing/saved_rtc.hpp"

#include <gtest/gtest.h>

#include "tools/sntpd/storing/saved_state.hpp"

namespace isletime::sntpd::saved_rtc_test {
namespace {

using namespace std::chrono_literals;

constexpr WallTime kAt{1'770'000'000s + 7ns};
constexpr JsonLimits kLimits{4096, 3};

SavedRtc example() {
  RtcDrift drift{{.is_compensated = true, .has_thermometer = true}};
  for (int hour = 0; hour < 10; ++hour) {
    drift.compare({.chip = kAt + hour * 1h,
                   .offset = {hour * 3us},
                   .bound = {2ms},
                   .temperature = Celsius{20.0 + hour}});
  }
  SavedRtc saved{"rtc:/dev/i2c-1@0x68", "ds3231", drift.state()};
  saved.drift.trim = -1.2e-6;
  saved.lead = -507ms;
  saved.observed = 49h;
  saved.mark = "cbf29ce484222325";
  saved.right = RtcRight{.at = kAt, .local_less_utc = -9h - 30min};
  return saved;
}

std::optional<SavedRtc> read(const std::string& text) {
  const auto object = parse_json(text, kLimits);
  EXPECT_TRUE(object) << text;
  return object ? read_rtc(*object) : std::nullopt;
}

std::string replaced(std::string text, const std::string& what, const std::string& by) {
  const auto at = text.find(what);
  EXPECT_NE(at, std::string::npos) << what;
  return at == std::string::npos ? text : text.replace(at, what.size(), by);
}

TEST(SavedRtc, SurvivesTheWayThroughItsText) {
  const SavedRtc saved = example();
  const auto again = read(rtc_object(saved));
  ASSERT_TRUE(again);
  EXPECT_EQ(again->source, saved.source);
  EXPECT_EQ(again->chip, saved.chip);
  EXPECT_EQ(again->drift.oscillator, saved.drift.oscillator);
  EXPECT_EQ(again->drift.at, saved.drift.at);
  EXPECT_EQ(again->drift.is_phase_known, saved.drift.is_phase_known);
  EXPECT_EQ(again->drift.mean, saved.drift.mean);
  EXPECT_EQ(again->drift.covariance, saved.drift.covariance);
  EXPECT_EQ(again->drift.temperature.value, saved.drift.temperature.value);
  EXPECT_EQ(again->drift.bound, saved.drift.bound);
  EXPECT_EQ(again->drift.trim, saved.drift.trim);
  EXPECT_EQ(again->lead, saved.lead);
  EXPECT_EQ(again->observed, saved.observed);
  EXPECT_EQ(again->mark, saved.mark);
  ASSERT_TRUE(again->right);
  EXPECT_EQ(again->right->at, saved.right->at);
  EXPECT_EQ(again->right->local_less_utc, saved.right->local_less_utc);
}

TEST(SavedRtc, WhatNoChipCanComeToIsNotRead) {
  const std::string text = rtc_object(example());
  EXPECT_FALSE(read(replaced(text, R"("mean":[)", R"("mean":[1e300,)")));
  EXPECT_FALSE(read(replaced(text, R"("covariance":[)", R"("covariance":[-)")));
  EXPECT_FALSE(read(replaced(text, R"("temperature_c":)", R"("temperature_c":99)")));
  EXPECT_FALSE(read(replaced(text, R"("bound_s":)", R"("bound_s":-)")));
  EXPECT_FALSE(read(replaced(text, R"("chip":"ds3231")", R"("chip":"")")));
  EXPECT_FALSE(read(replaced(text, "2026-", "20-")));
  EXPECT_FALSE(read(replaced(text, R"("lead_s":-)", R"("lead_s":-9)")));
  EXPECT_FALSE(read(replaced(text, R"("local_less_utc_s":-)", R"("local_less_utc_s":-9)")));
  EXPECT_FALSE(read(replaced(text, R"("local_less_utc_s":)", R"("other":)")));
}

TEST(SavedRtc, WhatLacksAMemberIsNotRead) {
  const std::string text = rtc_object(example());
  for (const char* member : {"source", "chip", "is_compensated", "has_thermometer", "at", "is_phase_known",
                             "mean", "covariance", "temperature_c", "bound_s"}) {
    const std::string quoted = '"' + std::string{member} + "\":";
    EXPECT_FALSE(read(replaced(text, quoted, "\"other\":"))) << member;
  }
}

// Versions before did not save them.
TEST(SavedRtc, WhatWasSavedByAnOlderVersionIsRead) {
  std::string text = rtc_object(example());
  for (const char* member :
       {R"("lead_s":)", R"("trim":)", R"("mark":)", R"("observed_s":)", R"("right_at":)"})
    text = replaced(text, member, R"("not_)" + std::string{member}.substr(1));
  const auto again = read(text);
  ASSERT_TRUE(again);
  EXPECT_FALSE(again->drift.trim);
  EXPECT_FALSE(again->lead);
  EXPECT_EQ(again->observed, 0s);
  EXPECT_EQ(again->mark, "");
  EXPECT_FALSE(again->right);
}

TEST(SavedRtc, IsPartOfTheState) {
  SavedState state;
  state.saved_at = kAt;
  state.rtc = example();
  const std::string text = format_saved_state(state);
  const auto again = parse_saved_state(text, std::nullopt, std::nullopt);
  ASSERT_TRUE(again) << to_string(again.error());
  ASSERT_TRUE(again->rtc);
  EXPECT_EQ(again->rtc->drift.mean, state.rtc->drift.mean);
  const auto torn = parse_saved_state(replaced(text, "ds3231", "ds3232"), std::nullopt, std::nullopt);
  ASSERT_FALSE(torn);
  EXPECT_EQ(torn.error(), SavedStateFault::kTorn);
}

}  // namespace
}  // namespace isletime::sntpd::saved_rtc_test
