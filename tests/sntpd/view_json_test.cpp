// SPDX-License-Identifier: MIT
#include "tools/sntpd/control/view_json.hpp"

#include <limits>

#include <gtest/gtest.h>

#include "libsync/posix/control_socket.hpp"
#include "libsync/record/json_value.hpp"

namespace isletime::sntpd::view_json_test {
namespace {

using namespace std::chrono_literals;

constexpr WallTime kTime{1'770'091'506s + 7ns};  // 2026-02-03T04:05:06Z, by date(1)

JsonValue read(const std::string& json) {
  const auto value = parse_json(json, {kLargestControlReply, 4});
  EXPECT_TRUE(value) << value.error() << ": " << json;
  return value ? *value : JsonValue{};
}

TEST(ViewJson, StatusOfAHubThatFollows) {
  StatusView status;
  status.time = kTime;
  status.ahead = -1500ms;
  status.ahead_rate_ppm = 0.25;
  status.synchronised = true;
  status.reliable = true;
  status.reliable_for = 20min;
  status.source = "ntp:192.0.2.1";
  status.kind = "ntp";
  status.age = 1s;
  status.bound = Dispersion{2ms};
  status.offset = Offset{-3us};
  status.frequency_ppm = -12.5;
  status.frequency_error_ppm = 0.001;
  status.stratum = 3;
  status.leap = Leap::kInsert;
  status.refid = "192.0.2.1";
  status.root_delay = Delay{4ms};
  status.root_dispersion = Dispersion{5ms};
  status.warnings = {"a \"b\""};
  status.uptime = 6s;
  status.answered = 7;
  status.refused = 8;
  status.limited = 9;
  status.version = "0.1.0";
  EXPECT_EQ(
      status_json(status),
      R"({"reply":"status","time":"2026-02-03T04:05:06.000000007Z","ahead_s":-1.500000000,"ahead_rate_ppm":0.250000,)"
      R"("synchronised":true,"reliable":true,"reliable_for_s":1200.000000000,)"
      R"("source":"ntp:192.0.2.1","kind":"ntp","age_s":1.000000000,"bound_s":0.002000000,)"
      R"("offset_s":-0.000003000,"frequency_ppm":-12.500000,"frequency_error_ppm":0.001000,)"
      R"("stratum":3,"leap":1,"refid":"192.0.2.1","root_delay_s":0.004000000,)"
      R"("root_dispersion_s":0.005000000,"warnings":["a \"b\""],"uptime_s":6.000000000,)"
      R"("answered":7,"refused":8,"limited":9,"version":"0.1.0"})");
}

TEST(ViewJson, StatusOfAHubWithABatteryClock) {
  StatusView status;
  status.rtc = StatusView::Rtc{.source = "rtc:/dev/i2c-1@0x68",
                               .chip = "ds3231",
                               .trouble = "",
                               .temperature_c = 24.25,
                               .frequency_ppm = -0.5,
                               .repairs = 1,
                               .writes = 2,
                               .failures = 3};
  const std::string json = status_json(status);
  EXPECT_NE(json.find(R"("rtc":{"source":"rtc:/dev/i2c-1@0x68","chip":"ds3231","trouble":"",)"
                      R"("temperature_c":24.25,"frequency_ppm":-0.500000,)"
                      R"("repairs":1,"writes":2,"failures":3})"),
            std::string::npos)
      << json;
}

TEST(ViewJson, StatusSaysWhereItHasTheRatesErrorFrom) {
  StatusView status;
  status.rate_error = RateError{Ppm::whole(104), false};
  EXPECT_NE(status_json(status).find(R"("rate_error_ppm":104.000000,"rate_error_from":"experiment",)"),
            std::string::npos)
      << status_json(status);
  status.rate_error->is_measured = true;
  EXPECT_NE(status_json(status).find(R"("rate_error_from":"measured")"), std::string::npos);
}

TEST(ViewJson, ARateErrorIsSetOrKeptForLater) {
  WindowView view{{Ppm::whole(104), false}, {1s}, 9615s, "a phone's sync now counts for up to 2 h 40 min"};
  EXPECT_EQ(
      rate_error_json(view),
      R"({"reply":"set-rate-error","verdict":"done","rate_error_ppm":104.000000,"rate_error_from":"experiment",)"
      R"("tolerance_s":1.000000000,"window_s":9615.000000000,)"
      R"("message":"a phone's sync now counts for up to 2 h 40 min"})");
  view.rate_error.is_measured = true;
  EXPECT_NE(rate_error_json(view).find(R"("verdict":"kept")"), std::string::npos);
}

TEST(ViewJson, AnUnsetHubClaimsNothing) {
  const JsonValue status = read(status_json({}));
  EXPECT_EQ(status.find("synchronised")->flag(), false);
  EXPECT_EQ(status.find("reliable")->flag(), false);
  EXPECT_EQ(status.find("leap")->number()->text, "3");
  for (const char* absent :
       {"reliable_for_s", "age_s", "bound_s", "offset_s", "frequency_ppm", "frequency_error_ppm"}) {
    EXPECT_EQ(status.find(absent), nullptr) << absent;
  }
}

TEST(ViewJson, WhatIsNoNumberIsLeftOut) {
  StatusView status;
  status.frequency_ppm = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(read(status_json(status)).find("frequency_ppm"), nullptr);
}

TEST(ViewJson, ASourceHasWhatIsKnownOfIt) {
  SourceView unheard;
  unheard.source = "ntp:192.0.2.1";
  unheard.kind = "ntp";
  unheard.tier = "normal";
  unheard.standing = "unreachable";
  unheard.standing_text = "silent";
  SourceView heard = unheard;
  heard.tally = '*';
  heard.reach = 0377;
  heard.offset = Offset{1ns};
  const std::vector<SourceView> both{unheard, heard};
  EXPECT_EQ(sources_json(kTime, both),
            R"({"reply":"sources","time":"2026-02-03T04:05:06.000000007Z","sources":[)"
            R"({"source":"ntp:192.0.2.1","kind":"ntp","tier":"normal","standing":"unreachable",)"
            R"("standing_text":"silent","tally":" "},)"
            R"({"source":"ntp:192.0.2.1","kind":"ntp","tier":"normal","standing":"unreachable",)"
            R"("standing_text":"silent","tally":"*","reach":255,"offset_s":0.000000001}]})");
}

TEST(ViewJson, BroadcastsAreCountedWhereTheyAreWanted) {
  SourceView source;
  source.broadcasts = {12, 3, "it is not signed by key 7"};
  const std::string json = sources_json(kTime, std::vector{source});
  EXPECT_NE(json.find(R"("broadcasts":12,"broadcasts_refused":3,)"
                      R"("broadcast_refusal":"it is not signed by key 7"})"),
            std::string::npos)
      << json;
}

TEST(ViewJson, ManyClientsFitAReplyAndTheRestIsCounted) {
  const ClientView longest{"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff%interface-name-1",
                           std::numeric_limits<std::uint64_t>::max(),
                           std::numeric_limits<std::uint64_t>::max(),
                           std::numeric_limits<std::uint64_t>::max(),
                           nanoseconds::max(),
                           nanoseconds::max(),
                           std::uint8_t{4},
                           std::uint8_t{0xff}};
  const std::vector<ClientView> crowd(kMostClientsShown + 24, longest);
  const std::string json = clients_json(kTime, crowd);
  EXPECT_LT(json.size(), kLargestControlReply);
  const JsonValue reply = read(json);
  EXPECT_EQ(reply.find("clients")->array()->size(), kMostClientsShown);
  EXPECT_EQ(reply.find("left_out")->number()->text, "24");
}

TEST(ViewJson, ActivityHasTheLinesOfTheLogAsTheyAre) {
  const std::vector<std::string> lines{R"({"event":"a"})", R"({"event":"b"})"};
  EXPECT_EQ(activity_json(lines), R"({"reply":"activity","lines":[{"event":"a"},{"event":"b"}]})");
}

TEST(ViewJson, ActivityLeavesOutTheOldestThatDoNotFit) {
  std::vector<std::string> lines(1000, R"({"text":")" + std::string(1000, 'x') + "\"}");
  lines.back() = R"({"text":"last"})";
  const std::string json = activity_json(lines);
  EXPECT_LT(json.size(), kLargestControlReply);
  EXPECT_GT(json.size(), kLargestControlReply - 2000);
  EXPECT_NE(json.find("last"), std::string::npos);
}

TEST(ViewJson, DoneAndNotDone) {
  EXPECT_EQ(done_json("set", "adopt", "the clock is set"),
            R"({"reply":"set","verdict":"adopt","message":"the clock is set"})");
  EXPECT_EQ(error_json("outranked", "no"), R"({"error":"outranked","message":"no"})");
}

}  // namespace
}  // namespace isletime::sntpd::view_json_test
