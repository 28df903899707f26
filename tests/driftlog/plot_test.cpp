// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cmath>
#include <sstream>

#include <sys/stat.h>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "libsync/record/plain_text.hpp"
#include "libsync/record/sample_record.hpp"
#include "tests/fakes/program.hpp"
#include "tests/fakes/scratch_folder.hpp"
#include "tools/driftlog/gnuplot_script.hpp"
#include "tools/driftlog/plot_page.hpp"
#include "tools/driftlog/plot_thinning.hpp"
#include "tools/driftlog/text_chart.hpp"

namespace isletime::driftlog::plot_test {
namespace {

using namespace std::chrono_literals;
using fakes::Finished;

constexpr WallTime kStart{1'795'000'000s};  // 2026-11-18T11:06:40Z
constexpr PageFrame kFrame{kStart, 59 * 60.0, 2000, 5};

// One row a minute of a clock that gains 10 ppm, with bounds of 1 ms and noise in the last digits.
Series clock_of(int rows) {
  Series series{"rtc:/dev/rtc0", {"rtc:/dev/rtc0", kStart, 2ms, {}, 0}, {}};
  for (int i = 0; i < rows; ++i)
    series.record.rows.push_back({i * 60.0, i * 600e-6 + (i % 3 - 1) * 1e-6, 1e-3, std::nullopt, false});
  return series;
}

Series fitted(Series series) {
  series.fit = analysis::fit_drift(series.record.rows, {});
  return series;
}

const Curve* find(const Panel& panel, Style style) {
  const auto found = std::find_if(panel.curves.begin(), panel.curves.end(),
                                  [style](const Curve& each) { return each.style == style; });
  return found == panel.curves.end() ? nullptr : &*found;
}

std::string labels_of(const std::vector<Tick>& ticks) {
  std::string all;
  for (const Tick& tick : ticks) all += (all.empty() ? "" : " ") + tick.label;
  return all;
}

TEST(PlotSeries, TheFitGoesThroughTheMeanOfEachSegment) {
  Series series = clock_of(60);
  for (std::size_t i = 30; i < 60; ++i) series.record.rows[i].offset_s += 5.0;
  series.record.rows[30].is_marked = true;
  series.record.rows[45].offset_s += 1.0;
  series = fitted(std::move(series));
  ASSERT_EQ(series.fit.outliers, std::vector<std::size_t>{45});
  const auto rows = fitted_rows(series);
  ASSERT_EQ(rows.size(), 59U);
  for (const FittedRow& each : rows) {
    EXPECT_NE(each.row, 45U);
    EXPECT_EQ(each.begins, each.row == 0 || each.row == 30) << each.row;
    EXPECT_NEAR(each.fitted_s, series.record.rows[each.row].offset_s, 5e-6) << each.row;
  }
  const auto events = events_of(series);
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].time_s, 1800.0);
  EXPECT_TRUE(events[0].is_marked);
}

TEST(PlotSeries, TheFitFollowsTheTemperature) {
  Series series = clock_of(600);
  double warmed = 0.0;
  for (std::size_t i = 0; i < 600; ++i) {
    // The drift is 10 ppm per degree, the temperature swings by 3 degrees, twice.
    const double degrees = 3.0 * std::sin(static_cast<double>(i) * 2.0 * 3.14159265 / 300.0);
    warmed += i > 0 ? 60.0 * 10e-6 * degrees : 0.0;
    series.record.rows[i].offset_s += warmed;
    series.record.rows[i].temperature_c = 20.0 + degrees;
  }
  series = fitted(std::move(series));
  ASSERT_TRUE(series.fit.temperature);
  double squares = 0.0;
  const auto rows = fitted_rows(series);
  for (const FittedRow& each : rows)
    squares += std::pow(series.record.rows[each.row].offset_s - each.fitted_s, 2);
  // The residuals of the fit must be those of the rows.
  EXPECT_NEAR(std::sqrt(squares / static_cast<double>(rows.size())), series.fit.residuals.rms_s, 1e-9);
  // Without the temperature, a sine of 30 ppm with a period of 5 h would leave 86 ms.
  EXPECT_LT(series.fit.residuals.rms_s, 10e-3);
}

TEST(PlotSeries, TheTitleSaysWhatIsConcludedOrThatNothingIs) {
  Series known = clock_of(60);
  known.fit.verdict = analysis::FitVerdict::kConclusive;
  known.fit.rate = 2.314e-6;
  known.fit.interval = {2.1e-6, 2.52e-6};
  EXPECT_EQ(title_of(known), "rtc:/dev/rtc0   +2.31 ppm (+2.10 to +2.52)");
  EXPECT_EQ(title_of(fitted(clock_of(3))), "rtc:/dev/rtc0   too few rows to conclude; run for 20 min");
  Series vague = clock_of(60);
  vague.fit.verdict = analysis::FitVerdict::kTooShort;
  vague.fit.interval = {-3.14e-6, 9.27e-6};
  vague.fit.run_for_s = 7200.0;
  EXPECT_EQ(title_of(vague), "rtc:/dev/rtc0   too little to conclude: -3.1 to +9.3 ppm; run for 2 h");
  vague.fit.verdict = analysis::FitVerdict::kWanders;
  EXPECT_EQ(title_of(vague), "rtc:/dev/rtc0   wanders too much to conclude: -3.1 to +9.3 ppm");
}

TEST(PlotPage, HasItsPanelsInUnitsThatFit) {
  Series series = clock_of(60);
  for (auto& row : series.record.rows) row.temperature_c = 21.5;
  const Page page = page_of(fitted(std::move(series)), kFrame);
  ASSERT_EQ(page.panels.size(), 3U);
  EXPECT_EQ(page.panels[0].name, "offset / ms");
  EXPECT_EQ(page.panels[1].name, "residuals / ns");
  EXPECT_EQ(page.panels[2].name, "temperature / °C");
  ASSERT_TRUE(page.allan);
  EXPECT_EQ(page.time.name, "2026-11-18, UTC");
  EXPECT_EQ(labels_of(page.time.ticks), "11:15 11:30 11:45 12:00");
  EXPECT_EQ(page.time.ticks[0].at, 500.0);
  const Curve* rows = find(page.panels[0], Style::kRows);
  ASSERT_NE(rows, nullptr);
  EXPECT_NEAR(rows->dots[59].y, 2.0 + 59 * 0.6, 0.01);
  EXPECT_NEAR(rows->dots[59].low, 1.0 + 59 * 0.6, 0.01);
}

TEST(PlotPage, WhatIsNotKnownIsNotDrawnAsIfItWere) {
  EXPECT_NE(find(page_of(fitted(clock_of(60)), kFrame).panels[0], Style::kFit), nullptr);
  const Page few = page_of(fitted(clock_of(3)), kFrame);
  EXPECT_EQ(few.panels.size(), 1U);
  EXPECT_FALSE(few.allan);
  EXPECT_EQ(find(few.panels[0], Style::kFit), nullptr);
  Series vague = fitted(clock_of(60));
  vague.fit.verdict = analysis::FitVerdict::kTooShort;
  vague.fit.interval = {-10e-6, 30e-6};
  const Page page = page_of(vague, kFrame);
  EXPECT_EQ(find(page.panels[0], Style::kFit), nullptr);
  const Curve* least = find(page.panels[0], Style::kPossible);
  ASSERT_NE(least, nullptr);
  EXPECT_NEAR(least->dots.back().y - least->dots.front().y, -10e-6 * 59 * 60 * 1000, 0.01);
}

TEST(PlotPage, OffsetsThatHardlyChangeAreShownFromARoundOne) {
  Series series = clock_of(60);
  series.record.first_offset = 3600s + 12ms;
  const Page page = page_of(fitted(std::move(series)), kFrame);
  EXPECT_EQ(page.panels[0].name, "offset from +3600 s / ms");
  EXPECT_NEAR(find(page.panels[0], Style::kRows)->dots[0].y, 12.0, 0.01);
}

TEST(PlotPage, AnOutlierThatIsFarOffDoesNotFlattenTheRest) {
  Series series = clock_of(60);
  series.record.rows[20].offset_s += 3600.0;
  const Page page = page_of(fitted(std::move(series)), kFrame);
  EXPECT_LT(page.panels[0].range.high, 100.0);
  EXPECT_EQ(page.panels[0].note, "1 outlier far beyond the edge");
  const Curve* outliers = find(page.panels[0], Style::kOutliers);
  ASSERT_NE(outliers, nullptr);
  ASSERT_EQ(outliers->dots.size(), 1U);
  EXPECT_LT(outliers->dots[0].y, page.panels[0].range.high);
  EXPECT_EQ(find(page.panels[0], Style::kRows)->dots.size(), 59U);
}

TEST(PlotPage, ARecordWithoutDatesIsOverTimeFromItsFirstRow) {
  const Axis axis = time_axis(WallTime{100s}, 5400.0, 6);
  EXPECT_EQ(axis.name, "minutes from the first row");
  EXPECT_EQ(labels_of(axis.ticks), "0 20 40 60 80");
  EXPECT_EQ(axis.ticks[1].at, 1200.0);
}

TEST(PlotPage, ALevelThatIsFarFromTheFirstRowHasAnAxis) {
  Series series = clock_of(60);
  for (std::size_t i = 1; i < 60; ++i) series.record.rows[i].offset_s = 3e9;
  const Page page = page_of(fitted(std::move(series)), kFrame);
  EXPECT_GT(page.panels[0].range.width(), 0.0);
  EXPECT_FALSE(even_ticks(page.panels[0].range, 5).empty());
}

TEST(PlotPage, TheEndOfTimeIsATimeToo) {
  EXPECT_EQ(labels_of(time_axis(WallTime::max() - 4h, 4 * 3600.0, 5).ticks), "20:00 21:00 22:00 23:00");
}

TEST(PlotPage, TicksStandAtRoundTimes) {
  EXPECT_EQ(labels_of(time_axis(kStart, 30.0, 8).ticks),
            "11:06:40 11:06:45 11:06:50 11:06:55 11:07:00 11:07:05 11:07:10");
  EXPECT_EQ(labels_of(time_axis(kStart, 36 * 3600.0, 4).ticks), "11-18 12:00 11-19 00:00 11-19 12:00");
  EXPECT_EQ(labels_of(time_axis(kStart, 4 * 86'400.0, 5).ticks),
            "2026-11-19 2026-11-20 2026-11-21 2026-11-22");
  EXPECT_EQ(labels_of(time_axis(kStart, 0.0, 5).ticks), "2026-11-18 11:06:40 UTC");
  EXPECT_EQ(labels_of(even_ticks({-0.31, 0.52}, 5)), "-0.2 0.0 0.2 0.4");
  EXPECT_EQ(labels_of(decade_ticks({-2.0, 1.0})), "0.01 0.1 1 10");
  EXPECT_EQ(labels_of(averaging_axis({std::log10(60.0), std::log10(4000.0)}).ticks), "1 min 10 min 1 h 6 h");
}

std::vector<Dot> flat_dots(std::size_t count) {
  std::vector<Dot> dots;
  for (std::size_t i = 0; i < count; ++i) dots.push_back({static_cast<double>(i), 1.0, 0.5, 1.5});
  return dots;
}

TEST(PlotThinning, KeepsTheExtremesOfEachStretch) {
  auto dots = flat_dots(100'000);
  dots[54'321].y = 1000.0;
  dots[54'322].y = -1000.0;
  dots[70'000].begins = true;
  const auto thin = thinned(dots, 1000);
  EXPECT_LE(thin.size(), 1000U);
  EXPECT_GE(thin.size(), 500U);
  const auto has = [&thin](double y) {
    return std::any_of(thin.begin(), thin.end(), [y](const Dot& dot) { return dot.y == y; });
  };
  EXPECT_TRUE(has(1000.0));
  EXPECT_TRUE(has(-1000.0));
  EXPECT_EQ(std::count_if(thin.begin(), thin.end(), [](const Dot& dot) { return dot.begins; }), 1);
  EXPECT_TRUE(std::is_sorted(thin.begin(), thin.end(), [](const Dot& a, const Dot& b) { return a.x < b.x; }));
}

TEST(PlotThinning, AnEnvelopeIsAsWideAsTheWidestBound) {
  auto dots = flat_dots(10'000);
  dots[5'000].low = -9.0;
  dots[5'001].high = 9.0;
  const auto band = enveloped(dots, 100);
  EXPECT_LE(band.size(), 100U);
  EXPECT_TRUE(std::any_of(band.begin(), band.end(),
                          [](const Dot& dot) { return dot.low == -9.0 && dot.high == 9.0; }));
}

TEST(PlotThinning, TakesRowsThatAreAllOfOneTime) {
  auto dots = flat_dots(5000);
  for (Dot& dot : dots) dot.x = 7.0;
  dots[3].y = 2.0;
  const auto thin = thinned(dots, 100);
  ASSERT_LE(thin.size(), 2U);
  EXPECT_TRUE(std::any_of(thin.begin(), thin.end(), [](const Dot& dot) { return dot.y == 2.0; }));
  EXPECT_EQ(enveloped(dots, 100).size(), 1U);
}

TEST(GnuplotScript, QuotesWhatFilesAndTheirRowsAreCalled) {
  EXPECT_EQ(gnuplot_quoted("x' ; system('touch /never') ; '`id`\\"),
            "'x'' ; system(''touch /never'') ; ''`id`\\'");
  EXPECT_EQ(gnuplot_quoted("two\nlines\x80"), "'two?lines?'");
}

TEST(TextChart, ASteadyClockIsDrawnAsItWas) {
  Series series{"rtc", {"rtc", kStart, 0ns, {}, 0}, {}};
  for (int i = 0; i < 60; ++i)
    series.record.rows.push_back({i * 60.0, i * 1e-3, std::nullopt, std::nullopt, i == 30});
  series.fit.steps = {{30, 0.0, true}};
  EXPECT_EQ(text_charts(page_of(series, kFrame), {60, false, false}),
            R"(rtc   too few rows to conclude
offset / ms   * rows   ! marks
     60+                         !
       |                         !                     ***
       |                         !                  ***
       |                         !              ****
       |                         !           ***
     40+                         !        ***
       |                         !    ****
       |                         ! ****
       |                        ***
       |                    **** !
     20+                 ****    !
       |              ***        !
       |           ***           !
       |       ****              !
       |    ***                  !
      0+ ***                     !
       |                         !
       +--------+-----------+-----------+------------+-----
              11:15       11:30       11:45        12:00
        2026-11-18, UTC
)");
}

std::size_t width_of(std::string_view line) {
  std::size_t width = 0;
  while (!line.empty()) {
    line.remove_prefix(std::max<std::size_t>(1, plain_character(line)));
    ++width;
  }
  return width;
}

TEST(TextChart, FitsItsTerminal) {
  Series series = clock_of(60);
  for (auto& row : series.record.rows) row.temperature_c = 21.5;
  series.name = std::string(500, 'x');
  series = fitted(std::move(series));
  for (const bool is_utf8 : {false, true}) {
    for (const std::size_t columns : {40U, 80U, 200U}) {
      const std::string charts = text_charts(page_of(series, kFrame), {columns, is_utf8, false});
      std::istringstream lines(charts);
      std::string line;
      std::size_t height = 0;
      while (std::getline(lines, line)) {
        EXPECT_LT(width_of(line), columns + 1) << line;
        height = line.empty() ? 0 : height + 1;
        EXPECT_LE(height, 24U);
        const bool is_ascii = std::all_of(line.begin(), line.end(), [](char c) { return c >= ' '; });
        EXPECT_TRUE(is_utf8 || is_ascii) << line;
      }
    }
  }
}

Finished driftlog(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), {fakes::built("driftlog"), "plot"});
  return fakes::run(std::move(arguments));
}

class DriftlogPlot : public testing::Test {
 protected:
  // Returns 100 rows, a minute apart, of a clock that gains 50 ppm, with one outlier.
  static std::string record_of(const std::string& source) {
    std::string text = csv_header() + '\n';
    for (int i = 0; i < 100; ++i) {
      const double offset = i == 40 ? 1.0 : i * 0.003 + (i % 7) * 1e-5;
      text += fmt::format("2026-11-18T1{}:{:02}:00Z,{},{:.6f},0.001,,,,,,,{},,,,\n", i / 60, i % 60, source,
                          offset, 20 + i / 10);
    }
    return text;
  }
  void add_gnuplot(const std::string& script) const {
    folder_.write("gnuplot", "#!/bin/sh\n" + script);
    chmod(folder_.path("gnuplot").c_str(), 0755);
  }
  // Runs it with this PATH.
  Finished with_path(const std::string& path, const std::vector<std::string>& arguments) const {
    std::vector<std::string> all{"/usr/bin/env", "PATH=" + path, fakes::built("driftlog"), "plot"};
    all.insert(all.end(), arguments.begin(), arguments.end());
    return fakes::run(std::move(all));
  }
  static void expect_one_line(const Finished& finished, int status, const std::string& part) {
    EXPECT_EQ(finished.status, status) << finished.err;
    EXPECT_EQ(finished.out, "");
    EXPECT_EQ(fakes::count_lines(finished.err), 1U) << finished.err;
    EXPECT_EQ(finished.err.rfind("driftlog: ", 0), 0U) << finished.err;
    EXPECT_NE(finished.err.find(part), std::string::npos) << finished.err;
  }
  bool exists(const std::string& name) const { return std::filesystem::exists(folder_.path(name)); }

  fakes::ScratchFolder folder_;
};

TEST_F(DriftlogPlot, ShowsAllPanelsOfAllFiles) {
  folder_.write("a.csv", record_of("rtc:/dev/rtc0"));
  folder_.write("b.csv", record_of("ntp:192.0.2.1"));
  const Finished finished = driftlog({folder_.path("a.csv"), folder_.path("b.csv")});
  EXPECT_EQ(finished.status, 0);
  EXPECT_EQ(finished.err, "");
  for (const char* part :
       {"rtc:/dev/rtc0   +50.", "ntp:192.0.2.1   +50.", "offset / ms", "residuals / ", ">fit<", ">outliers<",
        ">bounds<", "temperature / °C", "Allan deviation / ppm", "10:30", "2026-11-18, UTC", "</svg>"}) {
    EXPECT_NE(finished.out.find(part), std::string::npos) << part;
  }
}

TEST_F(DriftlogPlot, APngIsOne) {
  folder_.write("a.csv", record_of("rtc:/dev/rtc0"));
  EXPECT_EQ(driftlog({"-o", folder_.path("a.png"), folder_.path("a.csv")}).status, 0);
  EXPECT_EQ(folder_.content("a.png").substr(1, 3), "PNG");
  EXPECT_FALSE(exists("a.png.unfinished"));
}

TEST_F(DriftlogPlot, NamesDoNothingAndAreShownAsTheyAre) {
  const std::string trap = folder_.path("trap");
  const std::string source = "cmd:x' ; system('touch " + trap + "') ; '";
  const std::string file = R"x(a'`touch trap`"$(touch trap)\n{=40 big}^2_b%s@x#\.csv)x";
  folder_.write(file, record_of(""));
  folder_.write("b.csv", record_of(source));
  folder_.write("c.csv", record_of("`touch " + trap + "`"));
  const Finished finished = fakes::run(
      {"/usr/bin/env", "-C", folder_.path(), fakes::built("driftlog"), "plot", file, "b.csv", "c.csv"});
  EXPECT_EQ(finished.status, 0) << finished.err;
  EXPECT_FALSE(exists("trap"));
  EXPECT_NE(finished.out.find(source), std::string::npos);
  EXPECT_NE(finished.out.find(file), std::string::npos);
  EXPECT_NE(finished.out.find("`touch " + trap + "`"), std::string::npos);
}

TEST_F(DriftlogPlot, OtherPeoplesColumnsAndTornRecordsAreRead) {
  std::string text = "when;Off\n";
  for (int i = 100; i < 160; ++i) text += fmt::format("{};{}\n", i, i / 10.0);
  folder_.write("a.csv", text + "160;1");
  const Finished finished =
      driftlog({"--terminal", "--column", "time=when,offset_ms=Off", folder_.path("a.csv")});
  EXPECT_EQ(finished.status, 0) << finished.err;
  EXPECT_NE(finished.out.find("seconds from the first row"), std::string::npos);
  EXPECT_NE(finished.out.find("+100.000"), std::string::npos) << finished.out;
}

TEST_F(DriftlogPlot, ASourceThatHasNoOffsetIsLeftOut) {
  folder_.write("a.csv",
                record_of("rtc:/dev/rtc0") + "2026-11-18T20:00:00Z,ntp:nobody,,,,,,,,,,,,,timed-out\n");
  const Finished finished = driftlog({"--terminal", folder_.path("a.csv")});
  EXPECT_EQ(finished.status, 0);
  EXPECT_NE(finished.out.find("rtc:/dev/rtc0   +50."), std::string::npos);
  EXPECT_EQ(finished.err,
            "driftlog: " + folder_.path("a.csv") + ": ntp:nobody: has no row with an offset: left out\n");
}

TEST_F(DriftlogPlot, WhatCannotBeDrawnIsOneLine) {
  folder_.write("good.csv", record_of("rtc:/dev/rtc0"));
  folder_.write("bad.csv", csv_header() + "\n2026-11-18T11:00:00Z,a,nan,,,,,,,,,,,,\n");
  folder_.write("errors.csv", csv_header() + "\n2026-11-18T11:00:00Z,a,,,,,,,,,,,,,timed-out\n");
  folder_.write("empty.csv", "");
  expect_one_line(driftlog({folder_.path("good.csv"), folder_.path("bad.csv")}), 2,
                  "bad.csv: line 2: offset");
  expect_one_line(driftlog({folder_.path("errors.csv")}), 2, "has no row with an offset");
  expect_one_line(driftlog({"--terminal", folder_.path("empty.csv")}), 2, "empty.csv: has no rows");
  expect_one_line(driftlog({folder_.path("absent.csv")}), 3, "No such file");
  std::string many = csv_header() + '\n';
  for (int i = 0; i < 21; ++i) many += fmt::format("2026-11-18T11:00:00Z,a{},1,,,,,,,,,,,,\n", i);
  folder_.write("many.csv", many);
  expect_one_line(driftlog({folder_.path("many.csv")}), 2, "more than 20 sources");
}

TEST_F(DriftlogPlot, OneRowOrOneTimeOrOneOffsetIsEnough) {
  const auto row = [](int second, double offset) {
    return fmt::format("2026-11-18T11:00:{:02}Z,a,{},0.001,,,,,,,20,,,,\n", second, offset);
  };
  std::string same_time = csv_header() + '\n';
  std::string same_offset = same_time;
  folder_.write("one.csv", same_time + row(0, 1.0));
  for (int i = 0; i < 30; ++i) same_time += row(0, i);
  for (int i = 0; i < 30; ++i) same_offset += row(i, 3600.0);
  folder_.write("time.csv", same_time);
  folder_.write("offset.csv", same_offset);
  for (const char* name : {"one.csv", "time.csv", "offset.csv"}) {
    EXPECT_EQ(driftlog({folder_.path(name)}).status, 0) << name;
    EXPECT_EQ(driftlog({"--terminal", folder_.path(name)}).status, 0) << name;
  }
}

TEST_F(DriftlogPlot, AGnuplotThatFailsLeavesNothingBehind) {
  folder_.write("a.csv", record_of("rtc:/dev/rtc0"));
  folder_.write("a.svg", "the picture before");
  const std::vector<std::string> arguments{"-o", folder_.path("a.svg"), folder_.path("a.csv")};
  const std::string path = folder_.path() + ":/usr/bin:/bin";
  expect_one_line(with_path("/nowhere", arguments), 3, "gnuplot: is not there");
  add_gnuplot("echo half a picture; echo 'line 1: no such terminal' >&2; exit 1");
  expect_one_line(with_path(path, arguments), 3, "gnuplot: drew nothing: line 1: no such terminal");
  add_gnuplot("kill -9 $$");
  expect_one_line(with_path(path, arguments), 3, "gnuplot: ended by signal 9");
  add_gnuplot("exit 0");
  expect_one_line(with_path(path, arguments), 3, "gnuplot: drew nothing");
  add_gnuplot("cat > /dev/null; yes | head -c 1000000 >&2; exit 2");
  expect_one_line(with_path(path, arguments), 3, "gnuplot: drew nothing: y");
  EXPECT_EQ(folder_.content("a.svg"), "the picture before");
  EXPECT_FALSE(exists("a.svg.unfinished"));
}

TEST_F(DriftlogPlot, APictureIsWrittenWholeOrNotAtAll) {
  folder_.write("a.csv", record_of("rtc:/dev/rtc0"));
  add_gnuplot("cat > /dev/null; echo a picture");
  const std::string path = folder_.path() + ":/usr/bin:/bin";
  EXPECT_EQ(with_path(path, {"-o", folder_.path("a.svg"), folder_.path("a.csv")}).status, 0);
  EXPECT_EQ(folder_.content("a.svg"), "a picture\n");
  EXPECT_FALSE(exists("a.svg.unfinished"));
  expect_one_line(with_path(path, {"-o", folder_.path("no/a.svg"), folder_.path("a.csv")}), 3,
                  "No such file");
  std::filesystem::create_directory(folder_.path("b.svg"));
  expect_one_line(with_path(path, {"-o", folder_.path("b.svg"), folder_.path("a.csv")}), 3, "Is a directory");
  EXPECT_FALSE(exists("b.svg.unfinished"));
  for (const std::string how : {"> /dev/full", ">&-", "--terminal > /dev/full"}) {
    expect_one_line(fakes::run({"/usr/bin/env", "PATH=" + path, "sh", "-c", R"("$0" plot "$1" )" + how,
                                fakes::built("driftlog"), folder_.path("a.csv")}),
                    3, "stdout: ");
  }
}

TEST_F(DriftlogPlot, AHundredThousandRowsAreASmallPicture) {
  std::string text = "time,source,offset_s,uncertainty_s\n";
  for (int i = 0; i < 100'000; ++i)
    text +=
        fmt::format("{},a,{:.6f},0.01\n", 1'700'000'000 + i * 60, i * 1e-4 + 1e-3 * std::sin(i * 12.9898));
  folder_.write("a.csv", text);
  const Finished finished = driftlog({folder_.path("a.csv")});
  EXPECT_EQ(finished.status, 0) << finished.err;
  EXPECT_LT(finished.out.size(), 1'000'000U);
  EXPECT_GT(finished.out.size(), 100'000U);
}

}  // namespace
}  // namespace isletime::driftlog::plot_test
