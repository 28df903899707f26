// SPDX-License-Identifier: MIT
#include <sstream>

#include <gtest/gtest.h>

#include "tools/driftlog/gnuplot_script.hpp"
#include "tools/driftlog/series.hpp"
#include "tools/driftlog/text_chart.hpp"

namespace isletime::driftlog {
namespace {

using namespace std::chrono_literals;

constexpr WallTime kTime{1'795'000'000s};

Series line_of(int rows) {
  Series series{"rtc:/dev/rtc0", {}, {}};
  for (int i = 0; i < rows; ++i) series.points.push_back({kTime + i * 60s, i * 1ms, 1ms, std::nullopt});
  return series;
}

TEST(Series, AreReadBySourceWithTheirMarks) {
  std::istringstream file(csv_header() +
                          "\n2026-11-18T11:06:40Z,ntp:a,0.001,0.0001,,,,,,,21.5,,,,\n"
                          "2026-11-18T11:06:41Z,ntp:b,-0.001,,,,,,,,,,,,\n"
                          "2026-11-18T11:07:40Z,ntp:a,,,,,,,,,,,,,source-stepped\n"
                          "2026-11-18T11:07:40Z,ntp:a,,,,,,,,,,,,,no-reply\n"
                          "2026-11-18T11:07:4");
  const auto all = read_series(file);
  ASSERT_TRUE(all) << all.error();
  ASSERT_EQ(all->size(), 2U);
  EXPECT_EQ((*all)[0].points.size(), 1U);
  EXPECT_EQ((*all)[0].points[0].offset, 1ms);
  EXPECT_EQ((*all)[0].points[0].temperature_c, 21.5);
  EXPECT_EQ((*all)[0].marks, std::vector<WallTime>{kTime + 60s});
  EXPECT_EQ((*all)[1].points[0].uncertainty, 0s);
}

TEST(Series, WhatCannotBeDrawnIsAnError) {
  for (const std::string text : {"", "hello\n", "time,source\n", "{\"a\":1}\n", "{{{{\n"}) {
    std::istringstream file(text);
    EXPECT_FALSE(read_series(file)) << text;
  }
}

TEST(Series, ThinnedKeepTheirExtremes) {
  Series series = line_of(100'000);
  series.points[54'321].offset = 1h;
  const auto thin = thinned(series.points, 1000);
  EXPECT_LE(thin.size(), 1000U);
  EXPECT_TRUE(std::any_of(thin.begin(), thin.end(), [](const Point& point) { return point.offset == 1h; }));
  EXPECT_TRUE(std::is_sorted(thin.begin(), thin.end(),
                             [](const Point& a, const Point& b) { return a.time < b.time; }));
}

TEST(GnuplotScript, TakesNoCommandFromAFile) {
  Series series = line_of(3);
  series.source = "cmd:x' ; system('touch /never') ; '`id`";
  const std::string script = gnuplot_script({series}, Picture::kSvg);
  EXPECT_NE(script.find("title 'cmd:x'' ; system(''touch /never'') ; ''`id`'"), std::string::npos) << script;
}

TEST(GnuplotScript, HasAPanelOfTemperaturesWhereThereAreSome) {
  Series series = line_of(3);
  EXPECT_EQ(gnuplot_script({series}, Picture::kSvg).find("temperature"), std::string::npos);
  series.points[1].temperature_c = 20;
  EXPECT_NE(gnuplot_script({series}, Picture::kSvg).find("layout 2,1"), std::string::npos);
}

TEST(TextChart, ARisingLineRises) {
  const std::string chart = text_chart(line_of(60));
  std::istringstream lines(chart);
  std::string line;
  std::size_t before = std::string::npos;
  int rows = 0;
  while (std::getline(lines, line)) {
    EXPECT_LE(line.size(), 80U) << line;
    const auto at = line.find('*');
    if (at == std::string::npos) continue;
    EXPECT_LT(at, before);
    before = at;
    ++rows;
  }
  EXPECT_GT(rows, 10);
}

TEST(TextChart, OneRowIsEnough) {
  EXPECT_NE(text_chart(line_of(1)).find('*'), std::string::npos);
}

}  // namespace
}  // namespace isletime::driftlog
