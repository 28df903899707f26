// SPDX-License-Identifier: MIT
// The rules of the source kinds, in the code and in the manual.
#include <fstream>
#include <sstream>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "libsync/policy/source_kind_texts.hpp"
#include "libsync/policy/timekeeper.hpp"

namespace isletime::source_kinds_test {
namespace {

std::string window_text(const Rule& rule) {
  const auto minutes = rule.window / std::chrono::minutes{1};
  return rule.window % std::chrono::minutes{1} == nanoseconds::zero() && minutes < 60
             ? fmt::format("{} min", minutes)
             : fmt::format("{} s", rule.window / seconds{1});
}

std::string threshold_text(const Rule& rule) {
  return rule.threshold == nanoseconds::zero() ? "any difference"
                                               : fmt::format("{} s", rule.threshold / seconds{1});
}

// The window of servers that are polled may be longer.
std::string row_of(SourceKind kind, const Rule& rule) {
  const char* more = kind == SourceKind::kNtp ? ", or more" : "";
  const char* words = kSourceKindTexts[static_cast<std::size_t>(kind)].words;
  return fmt::format(".It {} Ta {}{} Ta {}\n", words, window_text(rule), more, threshold_text(rule));
}

TEST(SourceKinds, TheManualHasARowOfEachInTheOrderOfTheirRanks) {
  std::ifstream file(ISLETIME_MAN_FOLDER "/sntpd.8");
  std::stringstream manual;
  manual << file.rdbuf();
  std::string rows;
  for (std::size_t i = 0; i < kSourceKinds; ++i) {
    const Rule& rule = kDefaultRules[i];
    if (rule.window > nanoseconds::zero()) rows += row_of(static_cast<SourceKind>(i), rule);
  }
  EXPECT_NE(manual.str().find(rows + ".El"), std::string::npos) << rows;
}

TEST(SourceKinds, EveryRankIsOfOneKindAndTheBestComeFirst) {
  for (std::size_t i = 0; i < kSourceKinds; ++i) EXPECT_EQ(kDefaultRules[i].rank, i);
}

TEST(SourceKinds, AFedSourceIsOfTheKindThatItsPrefixNames) {
  for (std::size_t i = 0; i < kSourceKinds; ++i) {
    for (const std::string_view prefix : kSourceKindTexts[i].prefixes) {
      if (prefix.empty()) continue;
      EXPECT_EQ(fed_kind_of(std::string{prefix} + ":192.0.2.1"), static_cast<SourceKind>(i)) << prefix;
      EXPECT_EQ(fed_kind_of(prefix), static_cast<SourceKind>(i)) << prefix;
    }
  }
  EXPECT_EQ(fed_kind_of("sundial:garden"), std::nullopt);
  EXPECT_EQ(fed_kind_of(":192.0.2.1"), std::nullopt);
  EXPECT_EQ(fed_kind_of(""), std::nullopt);
}

}  // namespace
}  // namespace isletime::source_kinds_test
