// SPDX-License-Identifier: MIT
#include "libsync/record/sample_record.hpp"

#include <gtest/gtest.h>

namespace isletime::sample_record_test {
namespace {

using namespace std::chrono_literals;

SampleRecord ntp_sample() {
  SampleRecord record;
  record.time = WallTime{1'770'091'506s + 7ns};  // 2026-02-03T04:05:06Z, by date(1)
  record.source = "ntp:192.0.2.7";
  record.offset = -123ns;
  record.uncertainty = 1ms;
  record.delay = 2s;
  record.stratum = 10;
  record.leap = 0;
  record.refid = "127.127.1.1";
  record.root_delay = 0ns;
  record.root_dispersion = 15'259ns;
  return record;
}

TEST(SampleRecord, CsvColumnsAreInTheDocumentedOrder) {
  EXPECT_EQ(csv_header(),
            "time,source,offset_s,uncertainty_s,delay_s,stratum,leap,refid,root_delay_s,root_dispersion_s,"
            "temperature_c,zone,dst,reliable,error");
}

TEST(SampleRecord, CsvRowLeavesAbsentFieldsEmpty) {
  EXPECT_EQ(
      csv_row(ntp_sample()),
      "2026-02-03T04:05:06.000000007Z,ntp:192.0.2.7,-0.000000123,0.001000000,2.000000000,10,0,127.127.1.1,"
      "0.000000000,0.000015259,,,,,");
}

TEST(SampleRecord, JsonLeavesAbsentFieldsOutAndQuotesTextOnly) {
  EXPECT_EQ(
      json_line(ntp_sample()),
      R"({"time":"2026-02-03T04:05:06.000000007Z","source":"ntp:192.0.2.7","offset_s":-0.000000123,)"
      R"("uncertainty_s":0.001000000,"delay_s":2.000000000,"stratum":10,"leap":0,"refid":"127.127.1.1",)"
      R"("root_delay_s":0.000000000,"root_dispersion_s":0.000015259})");
}

TEST(SampleRecord, WritesWhatOtherSourcesAdd) {
  SampleRecord record;
  record.source = "rtc:/dev/i2c-1@0x68";
  record.temperature_c = 21.25;
  record.zone = "CET-1CEST";
  record.dst = false;
  record.reliable = true;
  EXPECT_EQ(
      json_line(record),
      R"({"time":"1970-01-01T00:00:00.000000000Z","source":"rtc:/dev/i2c-1@0x68","temperature_c":21.25,)"
      R"("zone":"CET-1CEST","dst":false,"reliable":true})");
}

TEST(SampleRecord, AnErrorStandsWhereTheOffsetIsMissing) {
  SampleRecord record;
  record.source = "ntp:hub";
  record.error = "no-reply";
  EXPECT_EQ(csv_row(record), "1970-01-01T00:00:00.000000000Z,ntp:hub,,,,,,,,,,,,,no-reply");
}

TEST(SampleRecord, HostileTextStaysWithinItsField) {
  SampleRecord record;
  record.source = "ntp:a,\"b\"\n\\";
  EXPECT_EQ(csv_row(record), "1970-01-01T00:00:00.000000000Z,\"ntp:a,\"\"b\"\"\n\\\",,,,,,,,,,,,,");
  EXPECT_EQ(json_line(record), R"({"time":"1970-01-01T00:00:00.000000000Z","source":"ntp:a,\"b\"\u000a\\"})");
}

TEST(SampleRecord, SecondsAreExactOverTheWholeRange) {
  EXPECT_EQ(seconds_text(0ns), "0.000000000");
  EXPECT_EQ(seconds_text(-1ns), "-0.000000001");
  EXPECT_EQ(seconds_text(1h + 1ns), "3600.000000001");
  EXPECT_EQ(seconds_text(nanoseconds::max()), "9223372036.854775807");
  EXPECT_EQ(seconds_text(nanoseconds::min()), "-9223372036.854775808");
}

TEST(ReferenceIdText, IsAsciiAtStratumOneAndAnAddressAbove) {
  EXPECT_EQ(reference_id_text(ReferenceId::ascii("GPS\0"), 1), "GPS");
  EXPECT_EQ(reference_id_text(ReferenceId::ascii("RATE"), 0), "RATE");
  EXPECT_EQ(reference_id_text(ReferenceId::ascii("RATE"), 2), "82.65.84.69");
  EXPECT_EQ(reference_id_text(kLocalClock, 10), "127.127.1.1");
  EXPECT_EQ(reference_id_text({0x0102'0304}, 1), "1.2.3.4");
}

}  // namespace
}  // namespace isletime::sample_record_test
