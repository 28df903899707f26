// SPDX-License-Identifier: MIT
// Runs sntpctl as a person, a script and a pipe would, against a fake sntpd.
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "tests/fakes/control_daemon.hpp"
#include "tests/fakes/program.hpp"
#include "tests/fakes/scratch_folder.hpp"

namespace isletime::sntpctl_cli_test {
namespace {

using fakes::ControlDaemon;
using fakes::Finished;
using Manner = ControlDaemon::Manner;

constexpr const char* kSample =
    R"({"time":"2026-02-03T04:05:06Z","source":"ntp:192.0.2.1","offset_s":0.5,"uncertainty_s":1})"
    "\n";
constexpr const char* kCameraSample =
    R"({"time":"2026-02-03T04:05:06Z","source":"camera:192.0.2.7","offset_s":0.5,"uncertainty_s":1})"
    "\n";

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

class Sntpctl : public testing::Test {
 protected:
  Finished sntpctl(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), {fakes::built("sntpctl"), "--control", path_});
    return fakes::run(std::move(arguments));
  }
  // Feeds `input` through stdin.
  Finished feed(const std::string& input, const std::string& options = "") const {
    std::ofstream(folder_.path("input")) << input;
    return fakes::run({"sh", "-c",
                       fakes::built("sntpctl") + " --control " + path_ + " feed " + options + " <" +
                           folder_.path("input")});
  }

  fakes::ScratchFolder folder_;
  std::string path_ = folder_.path("control.sock");
};

void expect_one_line(const Finished& finished, int status, const std::string& words) {
  EXPECT_EQ(finished.status, status) << finished.err;
  EXPECT_EQ(fakes::count_lines(finished.err), 1U) << finished.err;
  EXPECT_EQ(finished.err.rfind("sntpctl: ", 0), 0U) << finished.err;
  EXPECT_TRUE(has(finished.err, words)) << finished.err;
}

TEST_F(Sntpctl, StatusIsForPeople) {
  const ControlDaemon daemon(path_);
  const Finished finished = sntpctl({"status"});
  EXPECT_EQ(finished.status, 0);
  EXPECT_EQ(finished.err, "");
  for (const char* part : {"follows ntp:192.0.2.1, reliable\n", "0.001234567 s", "-0.000000123 s",
                           "3 h 20 min", "warning: the clock was stepped by 2 s"}) {
    EXPECT_TRUE(has(finished.out, part)) << part << '\n' << finished.out;
  }
  EXPECT_FALSE(has(finished.out, "\033")) << "colours in a pipe";
}

TEST_F(Sntpctl, SourcesClientsAndActivityAreTables) {
  const ControlDaemon daemon(path_);
  const Finished sources = sntpctl({"sources"});
  EXPECT_EQ(fakes::count_lines(sources.out), 3U) << sources.out;
  EXPECT_TRUE(has(sources.out, "\n*  ntp:192.0.2.1")) << sources.out;
  EXPECT_TRUE(has(sources.out, "(last error: no-reply)")) << sources.out;
  const Finished clients = sntpctl({"clients"});
  EXPECT_EQ(fakes::count_lines(clients.out), 3U) << clients.out;
  EXPECT_TRUE(has(clients.out, "2001:db8::9")) << clients.out;
  const Finished activity = sntpctl({"activity", "--lines", "1"});
  EXPECT_EQ(fakes::count_lines(activity.out), 1U) << activity.out;
  EXPECT_TRUE(has(activity.out, "source: follows ntp:192.0.2.1")) << activity.out;
}

TEST_F(Sntpctl, JsonIsTheReplyAsItIs) {
  const ControlDaemon daemon(path_);
  const Finished finished = sntpctl({"--json", "status"});
  EXPECT_EQ(finished.status, 0);
  EXPECT_EQ(finished.out.rfind(R"({"reply":"status","time":"2026-02-03T04:05:06.000000007Z",)", 0), 0U);
  EXPECT_EQ(fakes::count_lines(finished.out), 1U);
}

TEST_F(Sntpctl, FollowGoesOnUntilInterrupted) {
  const ControlDaemon daemon(path_);
  for (const char* command : {"status", "activity"}) {
    fakes::Program program({fakes::built("sntpctl"), "--control", path_, "--json", "--follow", command});
    for (std::size_t lines = 3; fakes::count_lines(program.out()) < lines;) {
      ASSERT_TRUE(program.wait_for_more_output());
    }
    program.send(SIGINT);
    const Finished finished = program.finish();
    EXPECT_EQ(finished.status, 0) << finished.err;
    EXPECT_TRUE(finished.out.ends_with('\n'));
  }
}

TEST_F(Sntpctl, FollowEndsWithTheDaemon) {
  auto daemon = std::make_unique<ControlDaemon>(path_);
  fakes::Program program({fakes::built("sntpctl"), "--control", path_, "--follow", "status"});
  ASSERT_TRUE(program.wait_for("follows"));
  daemon.reset();
  expect_one_line(program.finish(), 3, "sntpd has closed the connection");
}

TEST_F(Sntpctl, SetAndReloadSayWhatIsDone) {
  const ControlDaemon daemon(path_);
  EXPECT_EQ(sntpctl({"set", "2026-02-03T05:05:07+01:00"}).out, "the clock is set\n");
  expect_one_line(sntpctl({"set", "1999-01-01T00:00:00Z"}), 1,
                  "set: below-floor: the time was later already");
  EXPECT_EQ(sntpctl({"reload"}).out, "access rules replaced\n");
}

TEST_F(Sntpctl, FeedTakesJsonLines) {
  const ControlDaemon daemon(path_);
  const Finished finished = feed(std::string{kSample} + "\n" + kSample);
  EXPECT_EQ(finished.status, 0) << finished.err;
  EXPECT_EQ(finished.out + finished.err, "");
  EXPECT_EQ(daemon.taken().size(), 2U);
}

TEST_F(Sntpctl, FeedTakesCsvWithItsHeader) {
  const ControlDaemon daemon(path_);
  const Finished finished = feed(
      "source,time,uncertainty_s,offset_s\r\nrtc:/dev/rtc0,2026-02-03T04:05:06Z,1,0.5\r\n"
      "phone:192.0.2.3,2026-02-03T04:05:06Z,1,0.5");
  EXPECT_EQ(finished.status, 0) << finished.err;
  EXPECT_EQ(daemon.taken(), (std::vector<std::string>{"rtc:/dev/rtc0", "phone:192.0.2.3"}));
}

TEST_F(Sntpctl, FeedNamesEachRefusalAndGoesOn) {
  const ControlDaemon daemon(path_);
  const Finished finished =
      feed(std::string{kCameraSample} + "nonsense\n" + std::string(5000, 'x') + '\n' + kSample);
  EXPECT_EQ(finished.status, 1);
  EXPECT_EQ(fakes::count_lines(finished.err), 3U) << finished.err;
  EXPECT_TRUE(has(finished.err, "sntpctl: line 1: refused: outranked: a better source")) << finished.err;
  EXPECT_TRUE(has(finished.err, "sntpctl: line 2: refused: bad-sample: this is not JSON")) << finished.err;
  EXPECT_TRUE(has(finished.err, "sntpctl: line 3: refused: bad-sample: is longer")) << finished.err;
  EXPECT_EQ(daemon.taken().size(), 1U);
}

TEST_F(Sntpctl, FeedPassesOverFailedMeasurements) {
  const ControlDaemon daemon(path_);
  const Finished finished =
      feed(R"({"time":"2026-02-03T04:05:06Z","source":"ntp:192.0.2.1","error":"no-reply"})");
  expect_one_line(finished, 0, "line 1: passed over: ntp:192.0.2.1: no-reply");
}

TEST_F(Sntpctl, FeedPrintsRepliesAsJsonAndVerdictsWhenVerbose) {
  const ControlDaemon daemon(path_);
  EXPECT_EQ(feed(kSample, "--json").out,
            "{\"reply\":\"feed\",\"verdict\":\"agree\",\"message\":\"within the threshold\"}\n");
  expect_one_line(feed(kSample, "--verbose"), 0, "line 1: agree: within the threshold");
}

TEST_F(Sntpctl, FeedHandsOnEachLineAsItComes) {
  const ControlDaemon daemon(path_);
  ASSERT_EQ(mkfifo(folder_.path("pipe").c_str(), 0600), 0);
  fakes::Program program(
      {"sh", "-c",
       "exec " + fakes::built("sntpctl") + " --control " + path_ + " feed --json <" + folder_.path("pipe")});
  std::ofstream pipe(folder_.path("pipe"));
  for (std::size_t lines = 1; lines <= 3; ++lines) {
    pipe << kSample << std::flush;
    while (fakes::count_lines(program.out()) < lines) ASSERT_TRUE(program.wait_for_more_output());
  }
  pipe.close();
  EXPECT_EQ(program.finish().status, 0);
}

TEST_F(Sntpctl, FeedSeesThatTheDaemonHasGoneWhileThePipeIsSilent) {
  auto daemon = std::make_unique<ControlDaemon>(path_);
  ASSERT_EQ(mkfifo(folder_.path("pipe").c_str(), 0600), 0);
  fakes::Program program(
      {"sh", "-c",
       "exec " + fakes::built("sntpctl") + " --control " + path_ + " feed --json <" + folder_.path("pipe")});
  std::ofstream pipe(folder_.path("pipe"));
  pipe << kSample << std::flush;
  ASSERT_TRUE(program.wait_for_more_output());
  daemon.reset();
  expect_one_line(program.finish(), 3, "sntpd has closed the connection");
}

TEST_F(Sntpctl, WhatIsNotPermittedEndsTheFeed) {
  const ControlDaemon daemon(path_, Manner::kForbidding);
  expect_one_line(feed(std::string{kSample} + kSample), 3, "line 1: refused: not-permitted: only root");
  expect_one_line(sntpctl({"reload"}), 3, "reload: not-permitted: only root");
  EXPECT_EQ(sntpctl({"status"}).status, 0) << "looking is for all";
}

TEST_F(Sntpctl, WithoutADaemonItSaysWhatToDo) {
  const std::string words = path_ + ": no sntpd answers there: start it, or name its socket with --control";
  expect_one_line(sntpctl({"status"}), 3, words);
  std::ofstream(path_) << "";
  expect_one_line(sntpctl({"status"}), 3, words);
  expect_one_line(sntpctl({"--control", "", "status"}), 2, "--control");
}

TEST_F(Sntpctl, ADaemonThatSaysNothingIsGivenUp) {
  const ControlDaemon daemon(path_, Manner::kMute);
  expect_one_line(sntpctl({"status"}), 3, "no reply within 5 s");
}

TEST_F(Sntpctl, AnAnswerThatIsNoneIsNamed) {
  const ControlDaemon daemon(path_, Manner::kNoJson);
  expect_one_line(sntpctl({"status"}), 3, "the reply is not understood: this is not JSON");
}

TEST_F(Sntpctl, WhatAHostileDaemonSaysIsMadePlain) {
  const ControlDaemon daemon(path_, Manner::kHostile);
  const Finished finished = sntpctl({"status"});
  EXPECT_TRUE(has(finished.out, "follows ntp:?[2J??2J")) << finished.out;
}

TEST_F(Sntpctl, WrongOptionsAreOneLine) {
  for (const std::vector<std::string>& wrong :
       std::vector<std::vector<std::string>>{{},
                                             {"stauts"},
                                             {"set"},
                                             {"set", "yesterday"},
                                             {"set-rate-error"},
                                             {"reload", "fit.json"},
                                             {"set-rate-error", "fit.json", "--follow"},
                                             {"status", "2026-02-03T04:05:06Z"},
                                             {"feed", "--follow"},
                                             {"status", "--lines", "5"},
                                             {"activity", "--lines", "501"},
                                             {"status", "--uncertainty", "1"},
                                             {"set", "2026-02-03T04:05:06Z", "--uncertainty", "-1"}}) {
    const Finished finished = sntpctl(wrong);
    expect_one_line(finished, 2, "see sntpctl --help");
    EXPECT_EQ(finished.out, "");
  }
}

TEST_F(Sntpctl, TheOldNameOfSetRateErrorIsAnErrorThatNamesTheNewOne) {
  const Finished finished = sntpctl({"window", "fit.json"});
  expect_one_line(finished, 2, "window is now called set-rate-error");
  EXPECT_EQ(finished.out, "");
}

}  // namespace
}  // namespace isletime::sntpctl_cli_test
