// SPDX-License-Identifier: MIT
// sntpctl set-rate-error: an experiment's rate error sets the windows of a real sntpd, and of its next run.
#include <fstream>

#include <sys/stat.h>

#include <gtest/gtest.h>

#include "libsync/core/rfc3339.hpp"
#include "libsync/posix/clocks.hpp"
#include "libsync/record/json_value.hpp"
#include "tests/fakes/lying_server.hpp"
#include "tests/integration/hub.hpp"

namespace isletime::sntpd_rate_error_test {
namespace {

using namespace std::chrono_literals;
using fakes::Finished;
using fakes::LyingServer;

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::string fit(const std::string& drift, const std::string& source = "ntp:192.168.4.1") {
  return R"({"file":"run.csv","source":")" + source + R"(","verdict":"conclusive","confidence":0.950000,)" +
         R"("drift_ppm":)" + drift + R"(,"drift_ppm_low":)" + drift + R"(,"drift_ppm_high":)" + drift + "}";
}

Finished give(const Hub& hub, const std::string& input, const std::string& options = "") {
  return Hub::shell("printf '%s\\n' '" + input + "' | " + hub.sntpctl_command() + " set-rate-error - " +
                    options);
}

void expect_one_line(const Finished& finished, int status, const std::string& words) {
  EXPECT_EQ(finished.status, status) << finished.err;
  EXPECT_EQ(finished.out, "");
  EXPECT_EQ(fakes::count_lines(finished.err), 1U) << finished.err;
  EXPECT_TRUE(has(finished.err, words)) << finished.err;
}

void end(Hub& hub) {
  hub.program().send(SIGTERM);
  EXPECT_EQ(hub.program().finish().status, 0);
}

// 103.5 ppm, and 0.5 ppm for the weather, amount to a second in 9615 s.
TEST(SntpdRateError, FollowsAnExperimentAlsoAfterARestart) {
  const fakes::ScratchFolder folder;
  const std::vector<std::string> options{"--state-dir", folder.path("state")};
  {
    Hub hub(options);
    const Finished done = give(hub, fit("-103.5"));
    EXPECT_EQ(done.status, 0) << done.err;
    EXPECT_EQ(done.out, "a phone's sync now counts for up to 2 h 40 min (tolerance 1 s, 104 ppm)\n");
    EXPECT_EQ(done.err, "");
    EXPECT_TRUE(has(hub.sntpctl({"status"}).out, "104.000000 ppm, by experiment"));
    EXPECT_TRUE(has(hub.sntpctl({"activity"}).out, "rate_error_set: an experiment found"));
    end(hub);
  }
  Hub hub(options);
  EXPECT_TRUE(has(hub.sntpctl({"--json", "status"}).out,
                  R"("rate_error_ppm":104.000000,"rate_error_from":"experiment")"));
  end(hub);
}

struct Claim {
  WallTime time;
  double root_dispersion_s;
};

Claim claim_of(const Hub& hub) {
  const auto status = parse_json(hub.sntpctl({"--json", "status"}).out, {4096, 4});
  return {*parse_rfc3339(*status->find("time")->text()),
          std::stod(std::string{status->find("root_dispersion_s")->number()->text})};
}

// RFC 5905 lets the dispersion grow by 15 ppm.
TEST(SntpdRateError, WhatTheHubClaimsGrowsAsTheExperimentSays) {
  UnsetHub hub;
  ASSERT_EQ(give(hub, fit("399.5")).status, 0);
  ASSERT_EQ(hub.sntpctl({"set", "2030-01-02T03:04:05Z", "--uncertainty", "0.01"}).status, 0);
  const Claim first = claim_of(hub);
  Claim last = first;
  while (elapsed(first.time, last.time) < 500ms) last = claim_of(hub);
  const double passed = std::chrono::duration<double>(elapsed(first.time, last.time)).count();
  EXPECT_NEAR((last.root_dispersion_s - first.root_dispersion_s) / passed, 400e-6, 60e-6);
}

TEST(SntpdRateError, IsKeptAtOnceAndWithAllElseThatIsRemembered) {
  const fakes::ScratchFolder folder;
  UnsetHub hub({"--state-dir", folder.path("state")});
  ASSERT_EQ(give(hub, fit("20")).status, 0);
  EXPECT_TRUE(has(folder.content("state/state.json"), R"("rate_error_ppm":20.000000)"));
  ASSERT_EQ(hub.sntpctl({"set", "2030-01-02T03:04:05Z"}).status, 0);
  ASSERT_EQ(give(hub, fit("30")).status, 0);
  const std::string state = folder.content("state/state.json");
  EXPECT_TRUE(has(state, R"("rate_error_ppm":30.000000)")) << state;
  EXPECT_TRUE(has(state, R"("last_good_time":"2030-01-02T03:04:)")) << state;
}

TEST(SntpdRateError, SaysSoWhereNothingIsRemembered) {
  const fakes::ScratchFolder folder;
  ASSERT_EQ(fakes::run({"mkdir", "-m", "755", folder.path("state")}).status, 0);
  const Hub hub({"--state-dir", folder.path("state")});
  ASSERT_TRUE(hub.is_serving());
  ASSERT_EQ(fakes::run({"rm", "-r", folder.path("state")}).status, 0);
  const Finished done = give(hub, fit("-103.5"));
  EXPECT_EQ(done.status, 0) << done.err;
  EXPECT_TRUE(has(done.out, "2 h 40 min")) << done.out;
  EXPECT_TRUE(has(done.out, "; " + folder.path("state"))) << done.out;
}

TEST(SntpdRateError, GivesWayToWhatIsMeasured) {
  const LyingServer upstream(
      [](const LyingServer::Question& question) { return fakes::only(question.truth); });
  const fakes::ScratchFolder folder;
  Hub hub({"--state-dir", folder.path("state"), "--server",
           "127.0.0.1:" + upstream.port() + ",minpoll=1,maxpoll=1"});
  ASSERT_EQ(give(hub, fit("400")).status, 0);
  ASSERT_TRUE(hub.comes_to_say({"--json", "status"}, {R"("rate_error_from":"measured")"}));
  const Finished kept = give(hub, fit("-103.5"), "--json");
  EXPECT_EQ(kept.status, 0) << kept.err;
  EXPECT_TRUE(has(kept.out, R"("verdict":"kept")")) << kept.out;
  EXPECT_TRUE(has(kept.out, "it is kept for the next start")) << kept.out;
  EXPECT_TRUE(has(folder.content("state/state.json"), R"("rate_error_ppm":103.5)"));
}

TEST(SntpdRateError, TakesAFileAndTheReplyAsItIs) {
  const fakes::ScratchFolder folder;
  folder.write("fit.json", fit("0.5") + "\n");
  const Hub hub;
  const Finished done = hub.sntpctl({"--json", "set-rate-error", folder.path("fit.json")});
  EXPECT_EQ(done.status, 0) << done.err;
  EXPECT_EQ(
      done.out,
      R"({"reply":"set-rate-error","verdict":"done","rate_error_ppm":1.000000,"rate_error_from":"experiment",)"
      R"("tolerance_s":1.000000000,"window_s":86400.000000000,)"
      R"json("message":"a phone's sync now counts for up to 24 h (tolerance 1 s, 1 ppm)"})json"
      "\n");
}

TEST(SntpdRateError, WhatIsNoFitOfThisClockChangesNothing) {
  const Hub hub;
  for (const auto& [input, status, words] : std::vector<std::tuple<std::string, int, std::string>>{
           {"", 2, "is empty"},
           {fit("1") + "\n" + fit("2"), 2, "holds 2 fits: pick one"},
           {fit("1").substr(0, 50), 2, "is not JSON"},
           {fit("1", "rtc:/dev/rtc0"), 2, "for rtcset trim"},
           {fit("1", "ccapi:https://192.168.4.9"), 2, "log an ntp: source"},
           {fit("700"), 1, "more than any clock"},
           {fit("0"), 2, "0 ppm is no clock"},
           {R"({"source":"ntp:a","verdict":"too-short","drift_ppm_low":1,"drift_ppm_high":9})", 1,
            "concludes nothing (too-short)"}}) {
    expect_one_line(give(hub, input), status, "sntpctl: set-rate-error: stdin: ");
    expect_one_line(give(hub, input), status, words);
  }
  expect_one_line(hub.sntpctl({"set-rate-error"}), 2,
                  "set-rate-error: which fit? A file that driftlog fit --json printed");
  expect_one_line(hub.sntpctl({"set-rate-error", "/nowhere/fit.json"}), 3, "No such file");
  EXPECT_FALSE(has(hub.sntpctl({"--json", "status"}).out, "rate_error"));
}

TEST(SntpdRateError, IsNotForEverybodyToChange) {
  if (geteuid() != 0) GTEST_SKIP() << "needs root, to drop its rights";
  const fakes::ScratchFolder folder;
  ASSERT_EQ(chmod(folder.path().c_str(), 0755), 0);
  folder.write("fit.json", fit("104") + "\n");
  const Hub hub({"--control", folder.path("control")});
  expect_one_line(fakes::run({"setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups",
                              fakes::built("sntpctl"), "--control", folder.path("control"), "set-rate-error",
                              folder.path("fit.json")}),
                  3, "set-rate-error: not-permitted: only root");
  const Finished status =
      fakes::run({fakes::built("sntpctl"), "--control", folder.path("control"), "--json", "status"});
  EXPECT_EQ(status.status, 0) << status.err;
  EXPECT_FALSE(has(status.out, "rate_error")) << status.out;
}

}  // namespace
}  // namespace isletime::sntpd_rate_error_test
