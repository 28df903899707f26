// SPDX-License-Identifier: MIT
#include "tools/syncweb/phone/client_report.hpp"

#include <chrono>

#include <gtest/gtest.h>

#include "tools/syncweb/phone/phone_json.hpp"

namespace isletime::syncweb::client_report_test {
namespace {

using namespace std::chrono_literals;

Result<ClientReport, Refusal> parse(const std::string& body) {
  const auto json = parse_json(body, {.size = kLargestBody, .depth = 4});
  if (!json) return Unexpected{Refusal{Status::kBadRequest, "bad-json", json.error()}};
  return parse_client_report(*json);
}
std::string with_stamps(const std::string& stamps) {
  return R"({"session":"s","by":"page","stamps":)" + stamps + "}";
}
std::string with_t1(const std::string& t1) {
  return with_stamps(R"([{"number":1,"t1":)" + t1 + R"(,"t4":1800000000020}])");
}
std::string with_zone(const std::string& members) {
  return R"({"session":"s","by":"page","stamps":[{"number":1,"t1":1,"t4":2}],)" + members + "}";
}
std::string fault(const std::string& body) {
  const auto report = parse(body);
  return report ? "none" : report.error().name + ": " + report.error().message;
}

TEST(ClientReport, IsReadWhole) {
  const auto report = parse(
      R"({"session":"abc","stamps":[{"number":1,"t1":1800000000000.25,"t4":1800000000020.5},
      {"number":2,"t1":1800000000100,"t4":1800000000119}],"resolution_ms":0.1,"zone":"Europe/Berlin",
      "utc_offset_s":3600,"dst":false,"by":"hand","confirm":"T"})");
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->session, "abc");
  ASSERT_EQ(report->stamps.size(), 2U);
  EXPECT_EQ(report->stamps[0].t1, WallTime{1'800'000'000s} + 250us);
  EXPECT_EQ(report->stamps[1].t4, WallTime{1'800'000'000s} + 119ms);
  EXPECT_EQ(report->resolution, 100us);
  EXPECT_EQ(report->zone->name, "Europe/Berlin");
  EXPECT_EQ(report->zone->utc_offset, 3600s);
  EXPECT_EQ(report->by, SyncBy::kHand);
  EXPECT_EQ(report->confirm, "T");
}

TEST(ClientReport, NumbersBeyondReasonAreRefusedByName) {
  EXPECT_EQ(fault(with_t1("1e308")), "bad-stamp: stamps[0].t1: is beyond all range");
  EXPECT_EQ(fault(with_t1("1e99999")), "bad-json: t1: is a number beyond all range");
  EXPECT_EQ(fault(with_t1("1e-99999")), "bad-stamp: stamps[0].t1: is beyond all range");
  EXPECT_EQ(fault(with_t1("-1")), "bad-stamp: stamps[0].t1: is negative");
  EXPECT_EQ(fault(with_t1("-1e-400")), "none") << "no time is nearer to zero";
  EXPECT_EQ(fault(with_t1("9300000000000000")), "bad-stamp: stamps[0].t1: is beyond all range");
  EXPECT_EQ(fault(with_t1("null")), "bad-stamp: stamps[0].t1: is not a number");
  EXPECT_EQ(fault(with_t1("\"1800000000000\"")), "bad-stamp: stamps[0].t1: is not a number");
  EXPECT_EQ(fault(with_t1("true")), "bad-stamp: stamps[0].t1: is not a number");
  for (const char* none : {"NaN", "Infinity", "0x10", "+1", ".5", "01"})
    EXPECT_TRUE(fault(with_t1(none)).starts_with("bad-json")) << none;
}

TEST(ClientReport, MillisecondsMayHaveAnExponent) {
  EXPECT_EQ(*parse_unix_milliseconds("1.8e12"), WallTime{1'800'000'000s});
  EXPECT_EQ(*parse_unix_milliseconds("18E+11"), WallTime{1'800'000'000s});
  EXPECT_EQ(*parse_unix_milliseconds("5e-1"), WallTime{500us});
  EXPECT_EQ(*parse_unix_milliseconds("1800000000000.123456"), WallTime{1'800'000'000s} + 123'456ns);
}

TEST(ClientReport, StampsThatAreMissingOrTooManyAreRefused) {
  EXPECT_EQ(fault(R"({"session":"s","by":"page"})"), "bad-member: stamps: is missing or not an array");
  EXPECT_EQ(fault(with_stamps("[]")), "bad-member: stamps: has 0 exchanges, and not 1 to 16");
  EXPECT_EQ(fault(with_stamps("[1]")), "bad-stamp: stamps[0].number: is missing");
  EXPECT_EQ(fault(with_stamps(R"([{"t1":1,"t4":2}])")), "bad-stamp: stamps[0].number: is missing");
  EXPECT_EQ(fault(with_stamps(R"([{"number":1,"t1":1,"t4":2},{"number":2,"t1":1}])")),
            "bad-stamp: stamps[1].t4: is missing");
  EXPECT_EQ(fault(with_stamps(R"([{"number":1.5,"t1":1,"t4":2}])")),
            "bad-stamp: stamps[0].number: is not a whole number");
  EXPECT_EQ(fault(with_stamps(R"([{"number":-1,"t1":1,"t4":2}])")),
            "bad-stamp: stamps[0].number: is not within 1 and 16");
  EXPECT_EQ(fault(with_stamps(R"([{"number":1e308,"t1":1,"t4":2}])")),
            "bad-stamp: stamps[0].number: is not within 1 and 16");
  std::string many = "[";
  for (int i = 0; i < 17; ++i) many += R"({"number":1,"t1":1,"t4":2},)";
  many.back() = ']';
  EXPECT_EQ(fault(with_stamps(many)), "bad-member: stamps: has 17 exchanges, and not 1 to 16");
}

TEST(ClientReport, MembersGivenTwiceAreRefused) {
  EXPECT_EQ(fault(with_stamps(R"([{"number":1,"t1":1,"t1":5,"t4":2}])")), "bad-json: t1: stands there twice");
}

TEST(ClientReport, WhoWantsItMustBeSaid) {
  EXPECT_EQ(fault(R"({"session":"s","by":"root","stamps":[]})"),
            "bad-member: by: is neither look, page nor hand");
  EXPECT_EQ(fault(R"({"by":"page","stamps":[]})"), "bad-member: session: is missing");
  EXPECT_EQ(fault(R"({"session":"","by":"page","stamps":[]})"),
            "bad-member: session: is empty, too long or not plain text");
}

TEST(ClientReport, ResolutionIsANumberOfMillisecondsUpToASecond) {
  EXPECT_EQ(fault(with_zone(R"("resolution_ms":-1)")), "bad-member: resolution_ms: is not within 0 and 1000");
  EXPECT_EQ(fault(with_zone(R"("resolution_ms":1e300)")),
            "bad-member: resolution_ms: is not within 0 and 1000");
  EXPECT_EQ(fault(with_zone(R"("resolution_ms":"1")")), "bad-member: resolution_ms: is not a number");
}

TEST(ClientReport, AZoneComesWithItsOffset) {
  EXPECT_EQ(fault(with_zone(R"("zone":"Europe/Berlin")")), "bad-member: utc_offset_s: is missing");
  EXPECT_EQ(fault(with_zone(R"("zone":"Europe/Berlin","utc_offset_s":1e9)")),
            "bad-member: utc_offset_s: is not within -54000 and 54000");
  EXPECT_EQ(fault(with_zone(R"("zone":"../../etc/passwd","utc_offset_s":0)")),
            "bad-member: zone: is not the name of a time zone");
  EXPECT_EQ(fault(with_zone(R"("zone":"Europe/Berlin","utc_offset_s":0,"dst":"yes")")),
            "bad-member: dst: is not true or false");
  EXPECT_EQ(fault(with_zone(R"("zone":null)")), "none");
}

}  // namespace
}  // namespace isletime::syncweb::client_report_test
