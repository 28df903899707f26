// SPDX-License-Identifier: MIT
#include "tools/driftlog/printed_time.hpp"

#include <gtest/gtest.h>

#include "tools/driftlog/camera_time.hpp"
#include "tools/driftlog/child_program.hpp"
#include "tools/driftlog/duration.hpp"
#include "tools/driftlog/log_options.hpp"
#include "tools/driftlog/mail_date.hpp"

namespace isletime::driftlog::printed_time_test {
namespace {

using namespace std::chrono_literals;

// 2026-11-18T11:06:40Z by date -u -d @1795000000.
constexpr WallTime kTime{1'795'000'000s};

void expect_time(const std::string& text, WallTime time, nanoseconds resolution) {
  const auto printed = parse_printed_time(text);
  ASSERT_TRUE(printed) << text;
  EXPECT_EQ(printed->time, time) << text;
  EXPECT_EQ(printed->resolution, resolution) << text;
}

TEST(PrintedTime, SecondsSince1970) {
  expect_time("1795000000", kTime, 1s);
  expect_time(" 1795000000.25\r\n", kTime + 250ms, 10ms);
  expect_time("1795000000.000000001", kTime + 1ns, 1ns);
}

TEST(PrintedTime, OfADateThatDoesNotKnowNanoseconds) {
  expect_time("1795000000.", kTime, 1s);    // busybox
  expect_time("1795000000.%N", kTime, 1s);  // toybox, old BSDs
  expect_time("1795000000.N", kTime, 1s);   // macOS
}

TEST(PrintedTime, Rfc3339) {
  expect_time("2026-11-18T11:06:40Z", kTime, 1s);
  expect_time("2026-11-18 12:06:40.125+01:00", kTime + 125ms, 1ms);
}

TEST(PrintedTime, NothingElseIsATime) {
  for (const char* text :
       {"", "12", "1795000000000", "-1795000000", "+1795000000", "1795000000.1.2", "1795000000.25x",
        "1795000000 s", "1.795e9", "0x6AFD8A40", "nan", "2026-11-18T11:06:40", "Wed Nov 18 11:06:40 UTC 2026",
        "11:06:40", "2262-01-01T00:00:00Z", "1800-01-01T00:00:00Z", "9999999999"}) {
    EXPECT_FALSE(parse_printed_time(text)) << text;
  }
}

TEST(MailDate, OfRfc9110) {
  // This is the example of RFC 9110, section 5.6.7, and the Unix time of the same instant.
  const auto date = parse_mail_date("Sun, 06 Nov 1994 08:49:37 GMT");
  ASSERT_TRUE(date);
  EXPECT_EQ(seconds_since_epoch(date->local), 784'111'777s);
  EXPECT_EQ(date->zone, 0s);
}

TEST(MailDate, AsCamerasWriteItAndBack) {
  const std::string text = "Tue, 01 Jan 2019 01:23:45 +0900";
  const auto date = parse_mail_date(text);
  ASSERT_TRUE(date);
  EXPECT_EQ(date->zone, 9h);
  EXPECT_EQ(format_mail_date(*date), text);
  const std::string west = "Sun, 01 Mar 2026 23:59:59 -0330";
  EXPECT_EQ(format_mail_date(*parse_mail_date(west)), west);
}

TEST(MailDate, NothingElseIsOne) {
  for (const char* text :
       {"", "Sun", "Sun, 06 Nov 1994", "Sun, 31 Feb 2026 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT",
        "Sun Nov  6 08:49:37 1994", "Sun, 06 Nov 1994 08:49:37 +1900", "Sun, 06 Nov 1994 08:49:37",
        "Sun, 06 Nov 1994 24:00:00 GMT", "Sun, 06 Nov 2300 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:37 GMTx",
        "Sun, 06 Nov 1994 08:49:60 GMT"}) {
    EXPECT_FALSE(parse_mail_date(text)) << text;
  }
}

TEST(CameraTime, DaylightSavingIsInTheWallClockAndPerhapsInTheOffset) {
  // Noon in Berlin in summer is 10:00 UTC.
  const auto current = parse_camera_time(R"({"datetime":"Wed, 01 Jul 2026 12:00:00 +0200","dst":true})");
  const auto standard = parse_camera_time(R"({"datetime":"Wed, 01 Jul 2026 12:00:00 +0100","dst":true})");
  ASSERT_TRUE(current && standard);
  const seconds ten = seconds_since_epoch({.date = {.year = 2026, .month = 7, .day = 1}, .hour = 10});
  EXPECT_EQ(to_utc(*current, CameraZone::kCurrent), ten);
  EXPECT_EQ(to_utc(*standard, CameraZone::kStandard), ten);
  EXPECT_EQ(format_camera_time(from_utc(ten, *standard, CameraZone::kStandard)),
            R"({"datetime":"Wed, 01 Jul 2026 12:00:00 +0100","dst":true})");
}

TEST(CameraTime, ABodyThatIsNoTimeSaysWhy) {
  EXPECT_EQ(parse_camera_time(R"({"dst":false})").error(), "has no datetime");
  EXPECT_EQ(parse_camera_time(R"({"datetime":"soon"})").error(), "datetime: is no time: soon");
  EXPECT_FALSE(parse_camera_time(""));
  EXPECT_FALSE(parse_camera_time("[[[[[[[[[[[[["));
}

TEST(CameraTime, TheHighestVersionThatCanReadAndSetIsTaken) {
  EXPECT_EQ(find_datetime_path(R"({
    "ver100":[{"url":"http://10.0.0.1:8080/ccapi/ver100/functions/datetime","get":true,"put":true}],
    "ver110":[{"path":"/ccapi/ver110/functions/datetime","get":true,"put":true}],
    "ver120":[{"path":"/ccapi/ver120/functions/datetime","get":true,"put":false}]})"),
            "/ccapi/ver110/functions/datetime");
  EXPECT_EQ(find_datetime_path("{}"), "/ccapi/ver100/functions/datetime");
  EXPECT_EQ(find_datetime_path("<html>"), "/ccapi/ver100/functions/datetime");
}

TEST(Words, AreSplitWithoutAShell) {
  using Words = std::vector<std::string>;
  EXPECT_EQ(*split_words("date +%s"), (Words{"date", "+%s"}));
  EXPECT_EQ(*split_words("  a  'b  c' \"d e\" f\\ g '' "), (Words{"a", "b  c", "d e", "f g", ""}));
  EXPECT_EQ(*split_words("echo $HOME `id` ; rm | > &"),
            (Words{"echo", "$HOME", "`id`", ";", "rm", "|", ">", "&"}));
  for (const char* text : {"", "  ", "'", "a \"b", "a\\", "''"}) EXPECT_FALSE(split_words(text)) << text;
}

TEST(SourceText, KindsAreToldByTheirPrefix) {
  EXPECT_EQ(parse_source("ntp:192.168.4.1")->kind, SourceKind::kNtp);
  EXPECT_EQ(parse_source("rtc:/dev/i2c-1@0x68")->rest, "/dev/i2c-1@0x68");
  EXPECT_EQ(parse_source("cmd:date +%s")->kind, SourceKind::kCommand);
  EXPECT_EQ(parse_source("http:https://hub/")->rest, "https://hub/");
  EXPECT_EQ(parse_source("http://hub/")->rest, "http://hub/");
  EXPECT_EQ(parse_source("https://hub/")->kind, SourceKind::kHttp);
  EXPECT_EQ(parse_source("ccapi:http://camera:8080")->rest, "http://camera:8080");
  for (const char* text : {"", "ntp:", "ntp", "rtc:i2c", "ssh:", "ssh:-oProxyCommand=x", "http:ftp://x",
                           "ccapi:camera", "cmd:", "cmd:'", "gps:/dev/ttyS0", "http://"}) {
    EXPECT_FALSE(parse_source(text)) << text;
  }
}

TEST(SourceText, APasswordIsNotInTheRecord) {
  const auto source = parse_source("ccapi:https://anna:s3cret@camera/ccapi");
  EXPECT_EQ(source->name, "ccapi:https://camera/ccapi");
  EXPECT_EQ(source->rest, "https://anna:s3cret@camera/ccapi");
  EXPECT_EQ(parse_source("http://a@b:c@hub")->name, "http://hub");
  EXPECT_EQ(parse_source("http://hub/x@y")->name, "http://hub/x@y");
}

TEST(Duration, HasAUnitOrIsOfSeconds) {
  EXPECT_EQ(parse_duration("90"), 90s);
  EXPECT_EQ(parse_duration("1.5h"), 90min);
  EXPECT_EQ(parse_duration("2d"), 48h);
  EXPECT_EQ(parse_duration(".5s"), 500ms);
  for (const char* text : {"", "h", "1w", "-1", "1 h", "999999999d"})
    EXPECT_FALSE(parse_duration(text)) << text;
}

}  // namespace
}  // namespace isletime::driftlog::printed_time_test
