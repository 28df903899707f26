// SPDX-License-Identifier: MIT
#include "tools/driftlog/fit_rows.hpp"

#include <sstream>

#include <gtest/gtest.h>

namespace isletime::driftlog::fit_rows_test {
namespace {

using namespace std::chrono_literals;

Result<std::vector<SourceRows>, std::string> read(const std::string& text, const ReadOptions& options = {}) {
  std::istringstream file(text);
  return read_fit_rows(file, options);
}

std::string fault(const std::string& text) {
  const auto rows = read(text);
  return rows ? "none" : rows.error();
}

// Reads a header, a good row and this one, and returns the error.
std::string fault_of_row(const std::string& row) {
  return fault("time,offset_s,uncertainty_s\n2026-02-03T04:05:06Z,1.5,0.1\n" + row + "\n");
}

TEST(FitRows, TimesAndOffsetsCountFromTheFirstRow) {
  const auto sources = read(
      "time,offset_s,uncertainty_s\n"
      "2026-02-03T04:05:06Z,1000000000.000000001,0.1\n"
      "2026-02-03T04:06:06.5Z,1000000000.000000003,\n");
  ASSERT_TRUE(sources) << sources.error();
  ASSERT_EQ(sources->size(), 1U);
  const SourceRows& source = sources->front();
  EXPECT_EQ(source.start, WallTime{1'770'091'506s});
  ASSERT_EQ(source.rows.size(), 2U);
  EXPECT_EQ(source.rows[0].offset_s, 0.0);
  EXPECT_EQ(source.rows[0].uncertainty_s, 0.1);
  EXPECT_EQ(source.rows[1].time_s, 60.5);
  EXPECT_DOUBLE_EQ(source.rows[1].offset_s, 2e-9);
  EXPECT_FALSE(source.rows[1].uncertainty_s);
}

TEST(FitRows, TimesMayBeSecondsAndOffsetsMilliseconds) {
  const auto sources = read("offset_ms;time\n5;100\n+7.5;160.25\n");
  ASSERT_TRUE(sources) << sources.error();
  EXPECT_EQ(sources->front().rows[1].time_s, 60.25);
  EXPECT_DOUBLE_EQ(sources->front().rows[1].offset_s, 2.5e-3);
}

TEST(FitRows, AreKeptApartBySource) {
  const auto sources = read(
      "time,source,offset_s\n"
      "2026-02-03T04:05:06Z,a,1\n"
      "2026-02-03T04:05:05Z,b,2\n"
      "2026-02-03T04:05:07Z,a,3\n");
  ASSERT_TRUE(sources) << sources.error();
  ASSERT_EQ(sources->size(), 2U);
  EXPECT_EQ((*sources)[0].rows.size(), 2U);
  EXPECT_EQ((*sources)[1].source, "b");
}

TEST(FitRows, AMarkIsOnTheNextRowOfItsSource) {
  const auto sources = read(
      "time,source,offset_s,error\n"
      "2026-02-03T04:05:06Z,a,1,\n"
      "2026-02-03T04:05:06Z,b,1,\n"
      "2026-02-03T04:05:07Z,a,,source-stepped\n"
      "2026-02-03T04:05:08Z,b,1,\n"
      "2026-02-03T04:05:08Z,a,,no-reply\n"
      "2026-02-03T04:05:09Z,a,5,\n"
      "2026-02-03T04:05:10Z,a,5,\n");
  ASSERT_TRUE(sources) << sources.error();
  const SourceRows& a = (*sources)[0];
  EXPECT_EQ(a.without_offset, 2U);
  ASSERT_EQ(a.rows.size(), 3U);
  EXPECT_TRUE(a.rows[1].is_marked);
  EXPECT_FALSE(a.rows[2].is_marked);
  EXPECT_FALSE((*sources)[1].rows[1].is_marked);
}

TEST(FitRows, MayBeJsonLines) {
  const auto sources = read(
      R"({"time":"2026-02-03T04:05:06Z","source":"a","offset_s":1.5,"uncertainty_s":0.25,"temperature_c":21})"
      "\n"
      R"({"time":"2026-02-03T04:05:07Z","source":"a","error":"no-reply"})"
      "\n");
  ASSERT_TRUE(sources) << sources.error();
  EXPECT_EQ(sources->front().rows.size(), 1U);
  EXPECT_EQ(sources->front().rows[0].temperature_c, 21.0);
}

TEST(FitRows, AreReadFromWhatASpreadsheetWrote) {
  const auto sources = read(
      "\xef\xbb\xbf\"time\",\"offset_s\",\"note\"\r\n\"2026-02-03T04:05:06Z\",\"1.5\",\"a, \"\"b\"\"\"\r\n");
  ASSERT_TRUE(sources) << sources.error();
  EXPECT_EQ(sources->front().rows.size(), 1U);
}

TEST(FitRows, HalfALineAtTheEndIsNoRow) {
  const auto sources = read("time,offset_s\n1,0.001\n2,0.00");
  ASSERT_TRUE(sources) << sources.error();
  EXPECT_EQ(sources->front().rows.size(), 1U);
}

TEST(FitRows, NothingIsSaidToBeNothing) {
  for (const char* text : {"", "\n\n", "time,offset_s\n", "time,offset_s\n1,0.5", "time,offset_s\n1,\n"}) {
    EXPECT_EQ(fault(text), "has no rows") << text;
  }
}

TEST(FitRows, AFaultNamesItsLineAndWhatIsWrong) {
  EXPECT_EQ(fault_of_row("2026-02-03T04:05:07Z,nan,0.1"), "line 3: offset: \"nan\" is not a number");
  EXPECT_EQ(fault_of_row("2026-02-03T04:05:07Z,inf,0.1"), "line 3: offset: \"inf\" is not a number");
  EXPECT_EQ(fault_of_row("2026-02-03T04:05:07Z,1e300,0.1"), "line 3: offset: 1e300 is more than a century");
  EXPECT_EQ(fault_of_row("2026-02-03T04:05:07Z,1e999,0.1"), "line 3: offset: \"1e999\" is not a number");
  EXPECT_EQ(fault_of_row("2026-02-03T04:05:07Z,1.5 ms,0.1"), "line 3: offset: \"1.5 ms\" is not a number");
  EXPECT_EQ(fault_of_row("2026-02-03T04:05:07Z,+-1,0.1"), "line 3: offset: \"+-1\" is not a number");
  EXPECT_EQ(fault_of_row("2026-02-03T04:05:07Z,1.5,-0.1"), "line 3: uncertainty: is negative");
  EXPECT_EQ(fault_of_row("2026-02-03T04:05:07Z,1.5"), "line 3: has 2 columns, and the header 3");
  EXPECT_EQ(fault_of_row("03/02/2026 04:05,1.5,0.1"),
            "line 3: time: \"03/02/2026 04:05\" is not a time as in RFC 3339, 2026-02-03T04:05:06Z");
  EXPECT_EQ(fault_of_row(",1.5,0.1"), "line 3: time: \"\" is neither a time as in RFC 3339 nor seconds");
  EXPECT_EQ(fault_of_row("2026-02-03T04:05:05Z,1.5,0.1"),
            "line 3: time goes backwards by 1 s: put the rows in order by --sort");
  EXPECT_EQ(fault_of_row("\"2026-02-03T04:05:07Z,1.5,0.1"), "line 3: a quotation mark is missing");
}

TEST(FitRows, ValuesThatNoClockHasAreFaults) {
  EXPECT_EQ(fault_of_row("2026-02-03T04:05:07Z,1.5,1e300"), "line 3: uncertainty: is more than a century");
  EXPECT_EQ(fault_of_row("2116-01-01T00:00:00Z,1.5,0.1"), "line 3: time: is not within 145 years of 1970");
  EXPECT_EQ(fault("time,offset_s\n-9.2e9,0\n9.2e9,0\n"), "line 2: time: is not within 145 years of 1970");
  EXPECT_EQ(fault("time,offset_s,temperature_c\n1,0,1e300\n"),
            "line 2: temperature_c: is not between -273.15 and 1000");
  EXPECT_EQ(fault("time,offset_s,temperature_c\n1,0,-300\n"),
            "line 2: temperature_c: is not between -273.15 and 1000");
  EXPECT_EQ(fault(R"({"time":"2026-02-03T04:05:06Z","source":"a","offset_s":1,"temperature_c":1e300})"
                  "\n"),
            "line 1: temperature_c: is not between -273.15 and 1000");
}

TEST(FitRows, ALineWithoutEndIsNotTakenIntoMemory) {
  EXPECT_NE(fault("time,offset_s\n" + std::string(1'000'000, 'x')).find("line 2: is longer than"),
            std::string::npos);
  EXPECT_NE(fault(std::string(1'000'000, '\0')).find("line 1: is longer than"), std::string::npos);
}

TEST(FitRows, TooManySourcesAreNoSources) {
  std::string text = "time,source,offset_s\n";
  for (int i = 0; i < 65; ++i) text += "1," + std::to_string(i) + ",0\n";
  EXPECT_EQ(fault(text), "line 66: names more than 64 sources");
  EXPECT_EQ(read(text, {.sorts = true}).error(), "line 66: names more than 64 sources");
}

TEST(FitRows, TimesMayBeMilliseconds) {
  const auto sources = read("t_ms,o_us\n1770091506000,5\n1770091566250,6\n",
                            {.columns = {{"time_ms", "t_ms"}, {"offset_us", "o_us"}}});
  ASSERT_TRUE(sources) << sources.error();
  EXPECT_EQ(sources->front().start, WallTime{1'770'091'506s});
  EXPECT_EQ(sources->front().rows[1].time_s, 60.25);
  EXPECT_EQ(read("time_ms,offset_s\n0,5\n500,6\n")->front().rows[1].time_s, 0.5);
}

TEST(FitRows, ANumberMayHaveADecimalComma) {
  const auto sources = read("time;offset_ms;uncertainty_ms\n0,5;1,25;0,5\n1,75;-2,5;\n");
  ASSERT_TRUE(sources) << sources.error();
  EXPECT_EQ(sources->front().rows[1].time_s, 1.25);
  EXPECT_DOUBLE_EQ(sources->front().rows[1].offset_s, -3.75e-3);
  EXPECT_DOUBLE_EQ(*sources->front().rows[0].uncertainty_s, 0.5e-3);
  for (const std::string number : {"1,250,000", "1.250,5", "1,250.5", ","})
    EXPECT_NE(fault("time;offset_s\n0;" + number + "\n").find("is not a number"), std::string::npos)
        << number;
}

TEST(FitRows, ADateWithoutAZoneNeedsOne) {
  const std::string text = "time,offset_s\n2026-07-01 02:00:00,0\n2026-07-01 02:00:01.5,0\n";
  EXPECT_EQ(fault(text),
            "line 2: time: \"2026-07-01 02:00:00\" names no zone: say which by --zone, as in --zone UTC");
  const auto start = [&](const char* zone) {
    return read(text, {.zone = *Zone::parse(zone)})->front().start;
  };
  EXPECT_EQ(start("UTC"), WallTime{1'782'871'200s});
  EXPECT_EQ(start("+02:00"), WallTime{1'782'864'000s});
  EXPECT_EQ(start("-0530"), WallTime{1'782'891'000s});
  EXPECT_EQ(read(text, {.zone = *Zone::parse("Z")})->front().rows[1].time_s, 1.5);
}

TEST(FitRows, ALocalTimeThatComesTwiceOrNeverIsNotGuessed) {
  ReadOptions options{.zone = *Zone::parse("Europe/Berlin")};
  const std::string put_back =
      "time,offset_s\n2026-10-25 01:59:00,1\n2026-10-25 02:30:00,2\n2026-10-25 03:00:00.5,3\n";
  EXPECT_EQ(read(put_back, options).error(),
            "line 3: time: \"2026-10-25 02:30:00\" comes twice in this zone, as clocks were put back: log in "
            "UTC, or leave such rows out by --skip-bad");
  EXPECT_EQ(
      read("time,offset_s\n2026-03-29 02:30:00,1\n", options).error(),
      "line 2: time: \"2026-03-29 02:30:00\" never comes in this zone, as clocks were put forward: log in "
      "UTC, or leave such rows out by --skip-bad");
  options.skips_bad = true;
  const auto sources = read(put_back, options);
  ASSERT_TRUE(sources) << sources.error();
  ASSERT_EQ(sources->front().rows.size(), 2U);
  EXPECT_EQ(sources->front().skipped, 1U);
  EXPECT_EQ(sources->front().start, WallTime{1'792'886'340s});
  EXPECT_EQ(sources->front().rows[1].time_s, 2 * 3600.0 + 60.5);
}

TEST(FitRows, AZoneIsUtcAnOffsetOrAFileOfZones) {
  for (const char* zone : {"UTC", "Z", "+02", "+02:00", "-0530", "Europe/Berlin", "EST5EDT"})
    EXPECT_TRUE(Zone::parse(zone)) << zone;
  for (const char* zone : {"", "+2", "+25", "+01:60", "Mars/Olympus", "Europe", "zone.tab", "tzdata.zi",
                           "/usr/share/zoneinfo/UTC", "../zoneinfo/UTC", "Europe/../UTC"})
    EXPECT_FALSE(Zone::parse(zone)) << zone;
}

TEST(FitRows, RowsOutOfOrderAreSortedOnlyIfToldTo) {
  const std::string text =
      "time,source,offset_s,error\n30,a,3,\n10,a,1,\n15,a,,suspended\n20,b,7,\n20,a,2,\n10,b,6,\n";
  EXPECT_NE(fault(text).find("time goes backwards"), std::string::npos);
  const auto sources = read(text, {.sorts = true});
  ASSERT_TRUE(sources) << sources.error();
  ASSERT_EQ(sources->size(), 2U);
  const auto& rows = (*sources)[0].rows;
  ASSERT_EQ(rows.size(), 3U);
  EXPECT_EQ(rows[1].time_s, 10.0);
  EXPECT_EQ(rows[2].offset_s, 2.0);
  EXPECT_TRUE(rows[1].is_marked);
  EXPECT_EQ((*sources)[1].rows[1].offset_s, 1.0);
}

TEST(FitRows, BadLinesAreCountedIfToldTo) {
  const std::string text = "time,offset_s\n1,0.5\nx,0.5\n2,0.6\n3\n2,nan\n4,0.7\n3,0.8\n";
  const auto sources = read(text, {.skips_bad = true});
  ASSERT_TRUE(sources) << sources.error();
  EXPECT_EQ(sources->front().rows.size(), 3U);
  EXPECT_EQ(sources->front().skipped, 4U);
  EXPECT_FALSE(read("nothing,of,that\n1,2,3\n", {.skips_bad = true}));
  EXPECT_EQ(read("time,offset_s\nx,1\n", {.skips_bad = true}).error(),
            "has no rows but 1 that cannot be read");
}

TEST(FitRows, ACompleteLastLineNeedsNoLineEnd) {
  const auto rows = [](const char* text) {
    const auto sources = read(text);
    return sources ? sources->front().rows.size() : 0U;
  };
  EXPECT_EQ(
      rows("{\"time\":\"2026-02-03T04:05:06Z\",\"source\":\"a\",\"offset_s\":1.5}\n{\"time\":\"2026-02-0"),
      1U);
  EXPECT_EQ(rows("time,offset_s\n1,0.001\n2,0.002"), 2U);
  EXPECT_EQ(rows("time,offset_s,note\n1,0.001,\n2,0.002,"), 2U);
  EXPECT_EQ(rows("time,offset_s\n1,0.001\n2"), 1U);
  EXPECT_EQ(rows("time,offset_s\n1,100\n2,101"), 2U);
  EXPECT_EQ(rows("time,offset_s\n1,100\n2,10"), 1U);
  EXPECT_EQ(rows("time,offset_s,note\n1,0.001,a\n2,0.002"), 1U);
  EXPECT_EQ(rows(R"({"time":"2026-02-03T04:05:06Z","source":"a","offset_s":1.5})"
                 "\n"
                 R"({"time":"2026-02-03T04:05:07Z","source":"a","offset_s":1.5})"),
            2U);
}

}  // namespace
}  // namespace isletime::driftlog::fit_rows_test
