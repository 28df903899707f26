// SPDX-License-Identifier: MIT
// sntpd in foul weather: congestion, changed routes, wrong servers. Whatever happens, the bound that it
// serves must hold nearly always and never be far too small, and it must never poll a public server often.
// The links and most of the weather are also in scenarios.py, for the table beside chronyd.
#include <gtest/gtest.h>

#include "tests/clocksim/simulate.hpp"

namespace isletime::clocksim::foul_weather_test {
namespace {

const Words kWan{"CLOCKSIM_DELAY=5e-3", "CLOCKSIM_JITTER=1e-3"};
const Words kPublicServer{"--server", "198.51.100.1"};
const Words kThreeServers{"--server",      "192.168.123.1", "--server",
                          "192.168.123.2", "--server",      "192.168.123.3"};

// Runs a day and ignores the errors of its first four hours.
Results a_day(const Words& link, const std::string& events, const Words& options = kPublicServer) {
  return simulate_hub(
      joined(link, {"CLOCKSIM_SECONDS=86400", "CLOCKSIM_SETTLED=14400", "CLOCKSIM_EVENTS=" + events}),
      options);
}

void expect_honest_bound(const Results& results, const std::string& weather) {
  EXPECT_GT(results.at("served"), 0.99 * results.at("asked")) << weather;
  EXPECT_LE(results.at("broken_percent"), 0.1) << weather;
  EXPECT_LE(results.at("worst_ratio"), 3) << weather;
}

// The tolerance is there because sntpd measures the poll interval on the local clock.
void expect_poll_manners(const Results& results, const std::string& weather) {
  EXPECT_GE(results.at("spacing_1_s"), 63.9) << weather;
}

TEST(FoulWeather, LeavesTheBoundHonestAndTheServerInPeace) {
  for (const char* events : {
           "",
           "both=5e-3 at=5400 for=1800 each=7200",
           "up=20e-3 at=12600 for=1800 each=14400",
           "up=10e-3 at=43200",
           "both=10e-3 at=43200",
           "down=-4e-3 at=43200",
           "frequency=8e-6 tau=600 at=21600 for=21600 each=43200",
           "frequency=50e-6 at=7200 for=60 each=7200",
           "loss=0.3",
           "garbled=0.1",
           "tick=15.625e-3",
           "up=25e-3 exponential=4e-3; down=20e-3 exponential=4e-3; up=0.3 share=0.5",
       }) {
    const Results results = a_day(kWan, events);
    expect_honest_bound(results, events);
    expect_poll_manners(results, events);
  }
}

TEST(FoulWeather, MayWanderAHundredTimesAsMuch) {
  const Results results = a_day(joined(kWan, {"CLOCKSIM_WALK=1e-7"}), "");
  expect_honest_bound(results, "wander");
  expect_poll_manners(results, "wander");
  EXPECT_LT(results.at("rms_us"), 1'000);
}

TEST(FoulWeather, MayBeOneOfThreeServersAlone) {
  for (const char* events : {
           "error=0.1 at=43200 server=3",
           "error=0.5 at=43200 over=21600 server=3",
           "up=20e-3 server=3",
           "loss=1 at=43200 for=3600 each=7200 server=3",
       }) {
    const Results results = a_day(kWan, events, kThreeServers);
    expect_honest_bound(results, events);
    EXPECT_LT(results.at("rms_us"), 400) << events;
  }
}

}  // namespace
}  // namespace isletime::clocksim::foul_weather_test
