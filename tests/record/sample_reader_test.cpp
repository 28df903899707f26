// SPDX-License-Identifier: MIT
#include "libsync/record/sample_reader.hpp"

#include <gtest/gtest.h>

namespace isletime::sample_reader_test {
namespace {

using namespace std::chrono_literals;

SampleRecord full_sample() {
  SampleRecord record;
  record.time = WallTime{1'770'091'506s + 123'456'789ns};
  record.source = "ccapi:https://192.0.2.1:8080/\"ccapi\",\\\u00fc";
  record.offset = -86'400'000s - 1ns;
  record.uncertainty = 999'999'999ns;
  record.delay = -3ns;
  record.stratum = 15;
  record.leap = 3;
  record.refid = "127.127.1.1";
  record.root_delay = 65'535s;
  record.root_dispersion = 15'259ns;
  record.temperature_c = -21.25;
  record.zone = "CET-1CEST,M3.5.0,M10.5.0/3";
  record.dst = false;
  record.reliable = true;
  record.error = "no-reply";
  return record;
}

// Parses a record of "time", "source" and these members, and returns the error.
std::string fault(const std::string& members) {
  const auto record = parse_json_sample(R"({"time":"2026-02-03T04:05:06Z","source":"x:y")" + members + "}");
  return record ? "none" : record.error();
}

TEST(SampleReader, JsonSurvivesTheWayThereAndBack) {
  const SampleRecord sent = full_sample();
  for (const SampleField& field : sample_fields()) EXPECT_TRUE(field.value(sent)) << field.name << " not set";
  const auto read = parse_json_sample(json_line(sent));
  ASSERT_TRUE(read) << read.error();
  for (const SampleField& field : sample_fields()) {
    EXPECT_EQ(field.value(*read), field.value(sent)) << field.name;
  }
}

TEST(SampleReader, CsvSurvivesTheWayThereAndBack) {
  const auto reader = CsvSampleReader::open(csv_header());
  ASSERT_TRUE(reader) << reader.error();
  const SampleRecord sent = full_sample();
  const auto read = reader->read(csv_row(sent));
  ASSERT_TRUE(read) << read.error();
  for (const SampleField& field : sample_fields()) {
    EXPECT_EQ(field.value(*read), field.value(sent)) << field.name;
  }
}

TEST(SampleReader, AbsentFieldsStayAbsent) {
  SampleRecord sent;
  sent.source = "rtc:/dev/rtc0";
  const auto from_json = parse_json_sample(json_line(sent));
  const auto from_csv = CsvSampleReader::open(csv_header())->read(csv_row(sent));
  ASSERT_TRUE(from_json && from_csv);
  for (const SampleField& field : sample_fields()) {
    EXPECT_EQ(field.value(*from_json), field.value(sent)) << field.name;
    EXPECT_EQ(field.value(*from_csv), field.value(sent)) << field.name;
  }
  EXPECT_EQ(fault(R"(,"offset_s":null)"), "none");
}

TEST(SampleReader, WhatOtherProgramsAddIsPassedOver) {
  EXPECT_EQ(fault(R"(,"colour":"red","list":[1,{"a":null}])"), "none");
  const auto reader = CsvSampleReader::open("colour,source,time");
  ASSERT_TRUE(reader) << reader.error();
  const auto record = reader->read("red,phone:192.0.2.3,2026-02-03T04:05:06Z\r");
  ASSERT_TRUE(record) << record.error();
  EXPECT_EQ(record->source, "phone:192.0.2.3");
}

TEST(SampleReader, TimeAndSourceMustBeThere) {
  EXPECT_EQ(parse_json_sample(R"({"source":"x:y"})").error(), "time: is missing");
  EXPECT_EQ(parse_json_sample(R"({"time":"2026-02-03T04:05:06Z"})").error(), "source: is missing");
  EXPECT_EQ(parse_json_sample(R"({"time":"2026-02-03T04:05:06Z","source":""})").error(),
            "source: is missing");
  EXPECT_EQ(parse_json_sample("[]").error(), "is not a JSON object");
  const auto reader = CsvSampleReader::open("time,source");
  EXPECT_EQ(reader->read(",x:y").error(), "time: is missing");
}

TEST(SampleReader, NumbersThatAreNoneAreRefusedByName) {
  EXPECT_EQ(fault(R"(,"offset_s":NaN)").rfind("offset_s: ", 0), 0U);
  EXPECT_EQ(fault(R"(,"offset_s":-Infinity)").rfind("offset_s: ", 0), 0U);
  EXPECT_EQ(fault(R"(,"offset_s":"0.5")"), "offset_s: is not a number");
  EXPECT_EQ(fault(R"(,"offset_s":true)"), "offset_s: is not a number");
  EXPECT_EQ(fault(R"(,"offset_s":[1])"), "offset_s: is not a number");
  EXPECT_EQ(fault(R"(,"offset_s":1e300)"), "offset_s: is more seconds than there is room for (292 years)");
  EXPECT_EQ(fault(R"(,"temperature_c":1e999)").rfind("temperature_c: ", 0), 0U);
}

TEST(SampleReader, BoundsAreNotNegative) {
  EXPECT_EQ(fault(R"(,"uncertainty_s":-0.000000001)"), "uncertainty_s: is negative");
  EXPECT_EQ(fault(R"(,"root_delay_s":-1)"), "root_delay_s: is negative");
  EXPECT_EQ(fault(R"(,"root_dispersion_s":-1)"), "root_dispersion_s: is negative");
  EXPECT_EQ(fault(R"(,"delay_s":-0.000000010)"), "none") << "coarse clocks measure such delays";
  EXPECT_EQ(fault(R"(,"uncertainty_s":0)"), "none");
}

TEST(SampleReader, SmallNumbersAndFlagsHaveTheirRanges) {
  EXPECT_EQ(fault(R"(,"leap":4)"), "leap: is not a whole number from 0 to 3");
  EXPECT_EQ(fault(R"(,"leap":-1)"), "leap: is not a whole number from 0 to 3");
  EXPECT_EQ(fault(R"(,"stratum":256)"), "stratum: is not a whole number from 0 to 255");
  EXPECT_EQ(fault(R"(,"stratum":1.5)"), "stratum: is not a whole number from 0 to 255");
  EXPECT_EQ(fault(R"(,"dst":1)"), "dst: is neither true nor false");
  EXPECT_EQ(fault(R"(,"reliable":"true")"), "reliable: is neither true nor false");
}

TEST(SampleReader, TimesAreOfTheCalendar) {
  const auto time_fault = [](const std::string& time) {
    return parse_json_sample(R"({"source":"x:y","time":")" + time + "\"}").error();
  };
  EXPECT_EQ(time_fault("yesterday"), "time: is not a time as in RFC 3339");
  EXPECT_EQ(time_fault("2026-02-30T00:00:00Z"), "time: is no time of the calendar");
  EXPECT_EQ(time_fault("9999-01-01T00:00:00Z"), "time: is not within the years 1678 to 2261");
}

TEST(SampleReader, TextIsPlainAndShort) {
  EXPECT_EQ(fault(R"(,"refid":"\u001b[2J")"), "refid: is not plain text in UTF-8");
  EXPECT_EQ(fault(R"(,"zone":")" + std::string(256, 'x') + '"'), "zone: is longer than 255 bytes");
  EXPECT_EQ(fault(R"(,"zone":")" + std::string(255, 'x') + '"'), "none");
  EXPECT_EQ(fault(R"(,"error":7)"), "error: is not a text");
  const auto reader = CsvSampleReader::open("time,source");
  EXPECT_EQ(reader->read("2026-02-03T04:05:06Z,\xff").error(), "source: is not plain text in UTF-8");
}

TEST(SampleReader, LinesAreShort) {
  EXPECT_EQ(fault(std::string(5000, ' ')).substr(0, 4), "has ");
  const auto reader = CsvSampleReader::open("time,source");
  EXPECT_EQ(reader->read(std::string(5000, ',')).error(), "has 5000 bytes, more than 4096");
}

TEST(SampleReader, CsvRowsFitTheirHeader) {
  EXPECT_EQ(CsvSampleReader::open("offset_s,source").error(), "the header has no column \"time\"");
  EXPECT_EQ(CsvSampleReader::open("time,source,leap,leap").error(), "the header has two columns \"leap\"");
  const auto reader = CsvSampleReader::open("time,source");
  EXPECT_EQ(reader->read("2026-02-03T04:05:06Z").error(), "has 1 columns, and its header 2");
  EXPECT_EQ(reader->read("2026-02-03T04:05:06Z,x,y").error(), "has 3 columns, and its header 2");
}

// RFC 4180, section 2, defines quotes.
TEST(SampleReader, CsvQuotesAreWholeFields) {
  const auto reader = CsvSampleReader::open("\"time\",source");
  ASSERT_TRUE(reader) << reader.error();
  const std::string time = "2026-02-03T04:05:06Z,";
  EXPECT_EQ(reader->read(time + R"("a,""b""")")->source, "a,\"b\"");
  EXPECT_EQ(reader->read(time + R"("a)").error(), "a quotation mark is missing");
  EXPECT_EQ(reader->read(time + R"(a"b)").error(), "a quotation mark stands within a field");
  EXPECT_EQ(reader->read(time + R"("a"b)").error(), "a quotation mark stands within a field");
}

}  // namespace
}  // namespace isletime::sample_reader_test
