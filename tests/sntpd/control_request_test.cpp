// SPDX-License-Identifier: MIT
#include "tools/sntpd/control/control_request.hpp"

#include <gtest/gtest.h>

#include "libsync/posix/control_socket.hpp"

namespace isletime::sntpd::control_request_test {
namespace {

using namespace std::chrono_literals;

template <class T>
T parsed(std::string_view line) {
  const auto request = parse_control_request(line);
  EXPECT_TRUE(request) << line << ": " << request.error().message;
  const T* wanted = request ? std::get_if<T>(&*request) : nullptr;
  EXPECT_NE(wanted, nullptr) << line;
  return wanted == nullptr ? T{} : *wanted;
}

std::string fault(std::string_view line) {
  const auto request = parse_control_request(line);
  return request ? "none" : request.error().name + ": " + request.error().message;
}

std::string feed(const std::string& members) {
  return R"({"request":"feed","sample":{"time":"2026-02-03T04:05:06Z","source":"rtc:/dev/rtc0")" + members +
         "}}";
}

TEST(ControlRequest, ShowsFourTopics) {
  EXPECT_EQ(parsed<Show>(R"({"request":"status"})").topic, Topic::kStatus);
  EXPECT_EQ(parsed<Show>(R"({"request":"sources"})").topic, Topic::kSources);
  EXPECT_EQ(parsed<Show>(R"({"request":"clients"})").topic, Topic::kClients);
  EXPECT_EQ(parsed<Show>(R"({"request":"activity"})").topic, Topic::kActivity);
}

TEST(ControlRequest, FollowsOnlyWhenAsked) {
  EXPECT_FALSE(parsed<Show>(R"({"request":"status"})").follow);
  EXPECT_FALSE(parsed<Show>(R"({"request":"status","follow":false})").follow);
  EXPECT_TRUE(parsed<Show>(R"({"follow":true,"request":"status"})").follow);
  EXPECT_EQ(fault(R"({"request":"status","follow":1})"), "bad-request: follow: is neither true nor false");
}

TEST(ControlRequest, ActivityHasANumberOfLines) {
  EXPECT_EQ(parsed<Show>(R"({"request":"activity"})").lines, 20U);
  EXPECT_EQ(parsed<Show>(R"({"request":"activity","lines":500})").lines, 500U);
  for (const char* lines : {"0", "501", "-1", "1.5", "1e2", "\"5\"", "null", "99999999999999999999"}) {
    EXPECT_EQ(fault(std::string{R"({"request":"activity","lines":)"} + lines + "}"),
              "bad-request: lines: is not a whole number from 1 to 500");
  }
  EXPECT_EQ(fault(R"({"request":"status","lines":5})"), "bad-request: lines: is not known of this request");
}

TEST(ControlRequest, FeedsASampleWithItsBound) {
  const auto sample = parsed<Feed>(feed(R"(,"offset_s":-0.25,"uncertainty_s":1)")).sample;
  EXPECT_EQ(sample.source, "rtc:/dev/rtc0");
  EXPECT_EQ(sample.offset, -250ms);
  EXPECT_EQ(sample.uncertainty, 1s);
  EXPECT_EQ(fault(feed("")), "bad-sample: offset_s: is missing");
  EXPECT_EQ(fault(feed(R"(,"offset_s":0)")), "bad-sample: uncertainty_s: is missing");
  EXPECT_EQ(fault(feed(R"(,"offset_s":0,"uncertainty_s":-1)")), "bad-sample: uncertainty_s: is negative");
  EXPECT_EQ(fault(R"({"request":"feed","sample":7})"), "bad-sample: is not a JSON object");
  EXPECT_EQ(fault(R"({"request":"feed"})"), "bad-request: sample: is missing");
}

TEST(ControlRequest, SetsATimeThatMayBeOffByHalfASecond) {
  const auto set = parsed<SetTime>(R"({"request":"set","time":"2026-02-03T05:05:06+01:00"})");
  EXPECT_EQ(set.time, WallTime{1'770'091'506s});  // by date(1)
  EXPECT_EQ(set.uncertainty, Dispersion{500ms});
  const auto better =
      parsed<SetTime>(R"({"request":"set","time":"2026-02-03T04:05:06Z","uncertainty_s":0.1})");
  EXPECT_EQ(better.uncertainty, Dispersion{100ms});
}

TEST(ControlRequest, SetRefusesWhatIsNoTimeOrBound) {
  const auto with = [](const char* members) {
    return fault(std::string{R"({"request":"set")"} + members + "}");
  };
  EXPECT_EQ(with(""), "bad-request: time: is missing");
  EXPECT_EQ(with(R"(,"time":1770091506)").substr(0, 18), "bad-request: time:");
  EXPECT_EQ(with(R"(,"time":"now")").substr(0, 18), "bad-request: time:");
  const std::string time = R"(,"time":"2026-02-03T04:05:06Z","uncertainty_s":)";
  EXPECT_EQ(with((time + "-0.5").c_str()), "bad-request: uncertainty_s: is negative");
  EXPECT_EQ(with((time + "\"1\"").c_str()), "bad-request: uncertainty_s: is not a number");
}

TEST(ControlRequest, SetRateErrorTakesARateInPpm) {
  EXPECT_EQ(parsed<SetRateError>(R"({"request":"set-rate-error","rate_ppm":12.5})").rate_error, Ppm{819'200});
  EXPECT_EQ(parsed<SetRateError>(R"({"request":"set-rate-error","rate_ppm":5e2})").rate_error,
            Ppm::whole(500));
}

TEST(ControlRequest, SetRateErrorRefusesARateThatIsNoClocks) {
  EXPECT_EQ(fault(R"({"request":"set-rate-error"})"), "bad-request: rate_ppm: is missing");
  EXPECT_EQ(fault(R"({"request":"set-rate-error","rate_ppm":1,"kind":"rtc"})"),
            "bad-request: kind: is not known of this request");
  for (const char* rate : {"0", "-1", "1e-9", "500.001", "1e300", "\"12.5\"", "null"}) {
    EXPECT_EQ(fault(std::string{R"({"request":"set-rate-error","rate_ppm":)"} + rate + "}"),
              "bad-request: rate_ppm: is not a number above 0, at most 500")
        << rate;
  }
  EXPECT_EQ(fault(R"({"request":"set-rate-error","rate_ppm":NaN})").substr(0, 13), "bad-request: ");
  EXPECT_EQ(fault(R"({"request":"set-rate-error","rate_ppm":1e999})").substr(0, 13), "bad-request: ");
}

TEST(ControlRequest, LookingIsNoChangeAndAllElseIs) {
  EXPECT_FALSE(is_change(*parse_control_request(R"({"request":"sources"})")));
  EXPECT_TRUE(is_change(*parse_control_request(R"({"request":"reload"})")));
  EXPECT_TRUE(is_change(*parse_control_request(R"({"request":"set","time":"2026-02-03T04:05:06Z"})")));
  EXPECT_TRUE(is_change(*parse_control_request(R"({"request":"set-rate-error","rate_ppm":1})")));
  EXPECT_TRUE(is_change(*parse_control_request(feed(R"(,"offset_s":0,"uncertainty_s":1)"))));
}

TEST(ControlRequest, ATypingErrorIsNoSilentDefault) {
  EXPECT_EQ(fault(R"({"request":"stauts"})"), "unknown-request: there is no \"stauts\"");
  EXPECT_EQ(fault(R"({"request":"status","folow":true})"),
            "bad-request: folow: is not known of this request");
  EXPECT_EQ(fault(R"({"request":"reload","now":true})"), "bad-request: now: is not known of this request");
  EXPECT_EQ(fault(R"({"request":"status","request":"reload"})"), "bad-request: request: stands there twice");
}

TEST(ControlRequest, WhatIsNoRequestIsNamed) {
  EXPECT_EQ(fault("{}"), "bad-request: request: is missing, or not a text");
  EXPECT_EQ(fault(R"({"request":7})"), "bad-request: request: is missing, or not a text");
  EXPECT_EQ(fault("[]"), "bad-request: is not a JSON object");
  EXPECT_EQ(fault("status").substr(0, 13), "bad-request: ");
  EXPECT_EQ(fault(std::string(kLargestControlRequest + 1, ' ')),
            "bad-request: has 4097 bytes, more than 4096");
}

TEST(ControlRequest, AHostileNameIsShownShortAndPlain) {
  const std::string words = fault(R"({"request":"\u001b[2J)" + std::string(500, 'x') + "\"}");
  EXPECT_EQ(words.find('\033'), std::string::npos);
  EXPECT_LT(words.size(), 100U);
}

}  // namespace
}  // namespace isletime::sntpd::control_request_test
