// SPDX-License-Identifier: MIT
#include "tools/syncweb/hub/hub_picture.hpp"

#include <gtest/gtest.h>

#include "tests/syncweb/hub_lines.hpp"

namespace isletime::syncweb::hub_picture_test {
namespace {

using namespace std::chrono_literals;

class HubPictures : public testing::Test {
 protected:
  bool hears(const std::string& line, nanoseconds transit = 0ns) {
    return picture.on_line(line, after(transit), events);
  }
  HubTime at(nanoseconds later) const { return picture.at(after(later)); }
  std::string last_event() const {
    const auto event = events.next(events.last() - 1);
    return event == nullptr ? "" : event->type + " " + event->json;
  }

  EventLog events;
  HubPicture picture;
};

TEST_F(HubPictures, NothingIsKnownBeforeTheFirstStatus) {
  EXPECT_FALSE(picture.is_connected());
  EXPECT_FALSE(at(0s).is_synchronised);
  EXPECT_FALSE(at(0s).is_reliable);
  EXPECT_EQ(at(0s).bound, std::nullopt);
}

TEST_F(HubPictures, TheTimeIsTheMachinesAndWhatItIsAhead) {
  ASSERT_TRUE(hears(status_line({.ahead = 5s})));
  EXPECT_TRUE(at(10s).is_synchronised);
  EXPECT_EQ(at(10s).time, kWall + 15s);
  EXPECT_EQ(at(10s).source, "ntp:192.0.2.1");
  EXPECT_EQ(at(10s).kind, "ntp");
  EXPECT_EQ(at(10s).age, 11s);
}

TEST_F(HubPictures, AClockBesideTheMachinesGainsOnIt) {
  ASSERT_TRUE(hears(status_line({.ahead = -5s, .ahead_rate_ppm = -20}), 3ms));
  EXPECT_EQ(at(100s).time, kWall + 95s - 2ms) << "from when the status was made, not from when it came";
}

// 20 ppm over 100 s are 2 ms.
TEST_F(HubPictures, TheBoundGrowsByTheErrorOfTheRate) {
  ASSERT_TRUE(hears(status_line({.bound = 10ms, .rate_error_ppm = 20})));
  EXPECT_EQ(at(0s).bound, Dispersion{10ms});
  EXPECT_EQ(at(100s).bound, Dispersion{12ms});
}

// RFC 5905, section 4: 15 ppm.
TEST_F(HubPictures, TheBoundGrowsByTheToleranceIfNoRateErrorIsKnown) {
  ASSERT_TRUE(hears(status_line({.bound = 10ms, .rate_error_ppm = {}})));
  EXPECT_EQ(at(100s).bound, Dispersion{11'500us});
}

TEST_F(HubPictures, TheTransitOfALineCountsForTheBound) {
  ASSERT_TRUE(hears(status_line({.bound = 10ms, .rate_error_ppm = 100}), 5s));
  EXPECT_EQ(at(5s).bound, Dispersion{10'500us});
}

TEST_F(HubPictures, ALineMayBeMadeAfterTheClocksWereRead) {
  ASSERT_TRUE(hears(status_line({.ahead = 5s, .bound = 10ms}), -50ms));
  EXPECT_EQ(at(-50ms).time, kWall + 4'950ms);
  EXPECT_TRUE(at(0s).is_synchronised);
}

TEST_F(HubPictures, ReliabilityEndsWhenSntpdWouldEndIt) {
  ASSERT_TRUE(hears(status_line({.reliable_for = 60s}), 2s));
  EXPECT_TRUE(at(60s - 1ns).is_reliable);
  EXPECT_FALSE(at(60s).is_reliable);
  EXPECT_TRUE(at(60s).is_synchronised);
}

TEST_F(HubPictures, AStatusThatDoesNotSayForHowLongMakesNothingReliable) {
  ASSERT_TRUE(hears(status_line({.reliable_for = {}})));
  EXPECT_FALSE(at(0s).is_reliable);
}

TEST_F(HubPictures, AnUnsynchronisedHubTellsNoTime) {
  ASSERT_TRUE(hears(status_line({.is_synchronised = false})));
  EXPECT_TRUE(picture.is_connected());
  EXPECT_FALSE(at(0s).is_synchronised);
  EXPECT_EQ(at(0s).bound, std::nullopt);
}

TEST_F(HubPictures, NothingIsKnownWhenSntpdHasBeenSilentForTooLong) {
  ASSERT_TRUE(hears(status_line({})));
  EXPECT_TRUE(at(HubPicture::kLongestSilence).is_synchronised);
  EXPECT_FALSE(at(HubPicture::kLongestSilence + 1ns).is_synchronised);
  EXPECT_FALSE(at(HubPicture::kLongestSilence + 1ns).is_reliable);
}

TEST_F(HubPictures, AStepOfTheMachinesClockEndsAllThatIsKnownUntilTheNextStatus) {
  for (const nanoseconds step : {nanoseconds{2ms}, nanoseconds{-2ms}, nanoseconds{1h}}) {
    ASSERT_TRUE(hears(status_line({})));
    const Instant now{kMono + 1s, kWall + 1s + step, 0ns};
    EXPECT_FALSE(picture.at(now).is_synchronised) << step.count();
    ASSERT_TRUE(picture.on_line(status_line({.made = kWall + 1s + step}), now, events));
    EXPECT_TRUE(picture.at(now).is_synchronised) << step.count();
  }
}

TEST_F(HubPictures, ASmallStepWidensTheBound) {
  ASSERT_TRUE(hears(status_line({.bound = 10ms})));
  EXPECT_EQ(picture.at({kMono, kWall + 500us, 0ns}).bound, Dispersion{10'500us});
}

TEST_F(HubPictures, AClumsyReadingOfTheClocksIsNoStep) {
  ASSERT_TRUE(hears(status_line({})));
  EXPECT_TRUE(picture.at({kMono, kWall + 20ms, 20ms}).is_synchronised);
}

TEST_F(HubPictures, AStatusFromBeforeAStepSaysNothingOfTheTime) {
  for (const nanoseconds step : {nanoseconds{1h}, nanoseconds{-1h}}) {
    const Instant now{kMono, kWall + step, 0ns};
    ASSERT_TRUE(picture.on_line(status_line({}), now, events));
    EXPECT_TRUE(picture.is_connected());
    EXPECT_FALSE(picture.at(now).is_synchronised) << step.count();
  }
}

TEST_F(HubPictures, NothingIsKnownWithoutAConnection) {
  ASSERT_TRUE(hears(status_line({})));
  ASSERT_TRUE(hears(R"({"reply":"sources","sources":[]})"));
  picture.on_disconnected(events);
  EXPECT_FALSE(picture.is_connected());
  EXPECT_FALSE(at(0s).is_synchronised);
  EXPECT_EQ(picture.sources(), "");
  EXPECT_EQ(last_event(), R"(hub {"connected":false})");
  const auto before = events.last();
  picture.on_disconnected(events);
  EXPECT_EQ(events.last(), before) << "it is said once";
}

TEST_F(HubPictures, PagesAreToldOfEachLine) {
  ASSERT_TRUE(hears(status_line({})));
  EXPECT_EQ(events.next(0)->type, "hub");
  EXPECT_EQ(events.next(0)->json, R"({"connected":true})");
  EXPECT_EQ(last_event(), "status " + status_line({}));
  ASSERT_TRUE(hears(R"({"reply":"sources","time":"x","sources":[{"source":"ntp:a"}]})"));
  EXPECT_EQ(last_event(), R"(sources {"sources":[{"source":"ntp:a"}]})");
  EXPECT_EQ(picture.sources(), R"([{"source":"ntp:a"}])");
  ASSERT_TRUE(hears(R"({"reply":"clients","clients":[{"address":"192.0.2.7"}],"left_out":3})"));
  EXPECT_EQ(last_event(), R"(clients {"clients":[{"address":"192.0.2.7"}],"left_out":3})");
  EXPECT_EQ(picture.client_count(), 4);
  ASSERT_TRUE(hears(R"({"reply":"activity","lines":[{"event":"a"},{"event":"b"}]})"));
  EXPECT_EQ(last_event(), R"(activity {"lines":[{"event":"a"},{"event":"b"}]})");
}

TEST_F(HubPictures, ALongListOfClientsIsSentToPagesNowAndThen) {
  const auto line = [](const std::string& address) {
    return R"({"reply":"clients","clients":[{"address":")" + address + "\"}]}";
  };
  const std::string name(9000, 'x');
  ASSERT_TRUE(hears(line(name)));
  EXPECT_EQ(events.last(), 1);
  ASSERT_TRUE(hears(line(name + "y"), 9s));
  EXPECT_EQ(events.last(), 1);
  EXPECT_EQ(picture.clients(), R"([{"address":")" + name + "y\"}]");
  ASSERT_TRUE(hears(line(name + "z"), 10s));
  EXPECT_EQ(events.last(), 2);
  ASSERT_TRUE(hears(line("192.0.2.7"), 11s)) << "a short one at once";
  EXPECT_EQ(events.last(), 3);
}

TEST_F(HubPictures, LinesOfTheActivityAreTakenOnce) {
  ASSERT_TRUE(hears(R"({"reply":"activity","lines":[{"event":"a"},{"event":"b"}]})"));
  picture.on_disconnected(events);
  const auto before = events.last();
  ASSERT_TRUE(hears(R"({"reply":"activity","lines":[{"event":"a"},{"event":"b"}]})"));
  EXPECT_EQ(events.last(), before);
  ASSERT_TRUE(hears(R"({"reply":"activity","lines":[{"event":"b"},{"event":"c"}]})"));
  EXPECT_EQ(last_event(), R"(activity {"lines":[{"event":"c"}]})");
  EXPECT_EQ(picture.activity().size(), 3);
}

TEST_F(HubPictures, TheActivityIsBounded) {
  for (int i = 0; i < 300; ++i)
    ASSERT_TRUE(hears(R"({"reply":"activity","lines":[{"n":)" + std::to_string(i) + "}]}"));
  ASSERT_TRUE(hears(R"({"reply":"activity","lines":[{"text":")" + std::string(5000, 'x') + "\"}]}"));
  EXPECT_EQ(picture.activity().size(), HubPicture::kMostActivity);
  EXPECT_EQ(picture.activity().back(), R"({"n":299})");
}

TEST_F(HubPictures, WhatIsNoLineOfSntpdChangesNothing) {
  ASSERT_TRUE(hears(status_line({})));
  const std::string status = picture.status();
  const auto before = events.last();
  for (
      const char* line :
      {"", "hello", "[]", "null", R"({"reply":"feed","verdict":"adopt"})", R"({"error":"bad-request"})",
       R"({"reply":"status"})", R"({"reply":"sources","sources":{}})", R"({"reply":"clients"})",
       R"({"reply":"activity","lines":7})",
       R"({"reply":"status","time":"1e308","ahead_s":0,"synchronised":true,"reliable":true})",
       R"({"reply":"status","time":"2026-02-03T04:05:06Z","ahead_s":1e99,"synchronised":true,"reliable":true})",
       R"({"reply":"status","time":"2026-02-03T04:05:06Z","ahead_s":0,"synchronised":1,"reliable":true})",
       R"({"reply":[[[[[[[[[]]]]]]]]]})"}) {
    EXPECT_FALSE(hears(line)) << line;
  }
  EXPECT_FALSE(hears(R"({"reply":"activity","lines":[")" + std::string(300'000, 'x') + "\"]}"));
  EXPECT_EQ(picture.status(), status);
  EXPECT_EQ(events.last(), before);
}

TEST_F(HubPictures, ExtremeNumbersStayExtremeAndHarmless) {
  ASSERT_TRUE(
      hears(status_line({.ahead_rate_ppm = 1e300, .bound = 9'000'000'000s, .rate_error_ppm = 1e300})));
  EXPECT_GT(at(100s).bound->value, 9'000'000'000s);
  ASSERT_TRUE(hears(status_line({.ahead_rate_ppm = -1e300, .rate_error_ppm = -1e300})));
  EXPECT_GT(at(100s).bound->value, 10ms);
}

TEST_F(HubPictures, ControlCharactersReachNoPage) {
  ASSERT_TRUE(hears(R"({"reply":"sources","sources":[{"source":"ntp:\u001b[2J\u009b\nx"}]})"));
  EXPECT_EQ(picture.sources(), R"([{"source":"ntp:?[2J???x"}])");
}

}  // namespace
}  // namespace isletime::syncweb::hub_picture_test
