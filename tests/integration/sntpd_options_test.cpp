// SPDX-License-Identifier: MIT
// sntpd's options and configuration, right and wrong: which clients get replies, messages and exit statuses.
#include <filesystem>
#include <fstream>

#include <unistd.h>

#include <gtest/gtest.h>

#include "tests/integration/hub.hpp"

namespace isletime::sntpd_options_test {
namespace {

using fakes::Finished;
using fakes::query;

class ConfigFile {
 public:
  explicit ConfigFile(const std::string& text) { write(text); }
  ~ConfigFile() { std::filesystem::remove(path_); }
  ConfigFile(const ConfigFile&) = delete;
  ConfigFile& operator=(const ConfigFile&) = delete;

  void write(const std::string& text) const { std::ofstream(path_) << text; }
  std::string path() const { return path_; }

 private:
  std::string path_ = testing::TempDir() + "sntpd_options_" + std::to_string(::getpid()) + ".toml";
};

constexpr IpAddress kFirst = IpAddress::v4(0x7f00'0001);
constexpr IpAddress kSecond = IpAddress::v4(0x7f00'0002);

// The denied client asks first, so its request has been handled when the other gets its reply.
void expect_answers_only(const Hub& hub, IpAddress allowed, IpAddress denied) {
  ASSERT_TRUE(hub.is_serving());
  const auto stranger = hub.client_from(denied);
  stranger.send(query());
  EXPECT_TRUE(hub.client_from(allowed).ask(query()).has_value());
  EXPECT_FALSE(stranger.has_answer());
}

Finished sntpd(std::vector<std::string> options) {
  options.insert(options.begin(), fakes::built("sntpd"));
  return fakes::run(std::move(options));
}

void expect_one_line(const Finished& finished, int status, const std::string& words) {
  EXPECT_EQ(finished.status, status) << finished.err;
  EXPECT_EQ(finished.out, "");
  EXPECT_EQ(fakes::count_lines(finished.err), 1U) << finished.err;
  EXPECT_EQ(finished.err.rfind("sntpd: ", 0), 0U) << finished.err;
  EXPECT_NE(finished.err.find(words), std::string::npos) << finished.err;
}

TEST(SntpdAccess, ADeniedAddressIsNotAnswered) {
  expect_answers_only(Hub({"--deny", "127.0.0.2"}), kFirst, kSecond);
}

TEST(SntpdAccess, AllowReplacesTheDefaultRanges) {
  expect_answers_only(Hub({"--allow", "127.0.0.2/32"}), kSecond, kFirst);
}

TEST(SntpdAccess, TheLongestPrefixDecides) {
  const std::vector<std::string> options{"--allow",     "127.0.0.1", "--deny",
                                         "127.0.0.0/8", "--allow",   "127.0.0.0/7"};
  expect_answers_only(Hub(options), kFirst, kSecond);
}

TEST(SntpdAccess, HangupReplacesTheRules) {
  const ConfigFile config("deny = [\"127.0.0.2\"]\n");
  Hub hub({"--config", config.path()});
  expect_answers_only(hub, kFirst, kSecond);
  config.write("# the other one\ndeny = [\"127.0.0.1\"]\n");
  hub.program().send(SIGHUP);
  ASSERT_TRUE(hub.program().wait_for("access rules replaced"));
  expect_answers_only(hub, kSecond, kFirst);
}

TEST(SntpdAccess, HangupWithAWrongConfigurationKeepsTheRules) {
  const ConfigFile config("deny = [\"127.0.0.2\"]\n");
  Hub hub({"--config", config.path()});
  ASSERT_TRUE(hub.is_serving());
  config.write("deny = [\"127.0.0\"]\n");
  hub.program().send(SIGHUP);
  ASSERT_TRUE(hub.program().wait_for("keeping the access rules"));
  EXPECT_NE(hub.program().err().find("\"127.0.0\" is not an IP address"), std::string::npos)
      << hub.program().err();
  expect_answers_only(hub, kFirst, kSecond);
}

TEST(SntpdConfig, ReadsEveryOptionByItsLongName) {
  const ConfigFile config(
      "bind = [\"127.0.0.1\", \"127.0.0.2\"]\n"
      "local-stratum = 7   # with a comment\n"
      "allow = [\n  \"127.0.0.1\",\n  \"127.0.0.2\"\n]\n"
      "deny = \"127.0.0.2\"\n"
      "no-clock = true\n"
      "workers = 2\n");
  const Hub hub({"--config", config.path()});
  ASSERT_TRUE(hub.is_serving());
  const auto answer = hub.client(kSecond).ask(query());
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->header().stratum, 7);
}

TEST(SntpdConfig, TheCommandLineOverridesIt) {
  const ConfigFile config("local-stratum = 7\n");
  const Hub hub({"--config", config.path(), "--local-stratum", "8"});
  ASSERT_TRUE(hub.is_serving());
  EXPECT_EQ(hub.client().ask(query())->header().stratum, 8);
}

TEST(SntpdConfig, WrongOnesAreOneLineAndStatus2) {
  struct Case {
    const char* text;
    const char* words;
  };
  for (const auto& [text, words] : {
           Case{"colour = 1\n", "configuration: there is no option \"colour\""},
           Case{"port = eleven\n", "eleven"},
           Case{"port = 70000\n", "70000"},
           Case{"port\n", "line 1: expected \"key = value\""},
           Case{"\n\nport =\n", "line 3: the value is missing"},
           Case{"[server]\nport = 1\n", "sections are not used"},
           Case{"allow = [\"10.0.0.0/8\"\n", "not closed"},
           Case{"allow = \"10.0.0.0/8\n", "quotation mark"},
           Case{"allow = [\"10.0.0.0/33\"]\n", "10.0.0.0/33"},
           Case{"\x01\x02", "not a text file"},
       }) {
    const ConfigFile config(text);
    expect_one_line(sntpd({"--config", config.path()}), 2, words);
  }
}

TEST(SntpdConfig, AHugeOneIsRefused) {
  const ConfigFile config(std::string(70'000, '#'));
  expect_one_line(sntpd({"--config", config.path()}), 2, "larger than 64 KiB");
}

TEST(SntpdConfig, ARefusalIsPlainWhateverTheFileHolds) {
  const ConfigFile file("minpoll = \"\xc3\xe0\xff\"\n");
  expect_one_line(sntpd({"--config", file.path()}), 2, "???");
}

TEST(SntpdConfig, AnAbsentOneOrAFolderIsOneLineAndStatus2) {
  expect_one_line(sntpd({"--config", "/nowhere/at/all.toml"}), 2, "/nowhere/at/all.toml");
  expect_one_line(sntpd({"--config", "/"}), 2, "/");
}

TEST(SntpdOptions, WrongOnesAreOneLineAndStatus2) {
  expect_one_line(sntpd({"--colour"}), 2, "--colour");
  expect_one_line(sntpd({"--port"}), 2, "--port");
  expect_one_line(sntpd({"--port", "-1"}), 2, "-1");
  expect_one_line(sntpd({"--server", "a,minpoll=0"}), 2, "minpoll takes a number from 1 to 17");
  expect_one_line(sntpd({"--server", "a,best"}), 2, "there is no \"best\"");
  expect_one_line(sntpd({"--pool", "a:x"}), 2, "expected HOST");
  expect_one_line(sntpd({"--server", "a,key=7"}), 2, "key=7 needs --keys");
  expect_one_line(sntpd({"--broadcast", "auto,key=7"}), 2, "key=7 needs --keys");
  expect_one_line(sntpd({"--broadcast", "auto", "--port", "0"}), 2, "--broadcast contradicts --port 0");
  expect_one_line(sntpd({"--broadcast", "auto,loud"}), 2, "use key or poll");
  expect_one_line(sntpd({"--minpoll", "8", "--maxpoll", "7"}), 2, "--minpoll is above --maxpoll");
  expect_one_line(sntpd({"--step", "soon"}), 2, "\"soon\" is not a number of seconds");
  expect_one_line(sntpd({"--panic", "-1"}), 2, "-1");
  expect_one_line(sntpd({"--no-control", "--control", "/x"}), 2, "--no-control contradicts --control");
  expect_one_line(sntpd({"--port", "99999"}), 2, "99999");
  expect_one_line(sntpd({"--port", "12x"}), 2, "12x");
  expect_one_line(sntpd({"--bind", "hub.example"}), 2, "hub.example");
  expect_one_line(sntpd({"--bind", "127.1"}), 2, "127.1");
  expect_one_line(sntpd({"--allow", "10.0.0.0/-1"}), 2, "10.0.0.0/-1");
  expect_one_line(sntpd({"--deny", "::/129"}), 2, "::/129");
  expect_one_line(sntpd({"--local-stratum", "0"}), 2, "--local-stratum: Value 0 ");
  expect_one_line(sntpd({"--local-stratum", "16"}), 2, "--local-stratum: Value 16 ");
  expect_one_line(sntpd({"--workers", "-1"}), 2, "--workers: Value -1 ");
  expect_one_line(sntpd({"--quiet", "--verbose"}), 2, "--verbose");
  expect_one_line(sntpd({"stray"}), 2, "stray");
}

TEST(SntpdOptions, AWrongOneIsNamedThoughHelpDoesNotDescribeIt) {
  expect_one_line(sntpd({"--rtc"}), 2, "--rtc: ");
  expect_one_line(sntpd({"--control", "/x", "--control", "/y"}), 2, "--control: ");
  expect_one_line(sntpd({"--minpoll", "0"}), 2, "--minpoll: ");
  expect_one_line(sntpd({"--step", "soon"}), 2, "--step: ");
}

TEST(SntpdOptions, ATakenPortIsOneLineAndStatus3) {
  const Hub hub;
  ASSERT_TRUE(hub.is_serving());
  const std::string port = std::to_string(hub.port());
  expect_one_line(sntpd({"--port", port}), 3, "another server has this port");
  expect_one_line(sntpd({"--bind", "127.0.0.1", "--port", port, "--workers", "2"}), 3,
                  "Address already in use");
}

TEST(SntpdOptions, APortThatIsTakenOverIpv6AloneIsNotPassedOver) {
  const Hub hub({"--bind", "::1"});
  ASSERT_TRUE(hub.is_serving());
  expect_one_line(sntpd({"--port", std::to_string(hub.port())}), 3, "[::]:");
}

TEST(SntpdOptions, AnAddressThatNoInterfaceHasIsOneLineAndStatus3) {
  expect_one_line(sntpd({"--bind", "192.0.2.1", "--port", std::to_string(fakes::free_port())}), 3,
                  "no interface of this machine has this address");
}

TEST(SntpdOptions, HelpAndVersionGoToStdout) {
  const Finished help = sntpd({"--help"});
  EXPECT_EQ(help.status, 0);
  EXPECT_EQ(help.err, "");
  EXPECT_NE(help.out.find("Example"), std::string::npos);
  const Finished version = sntpd({"--version"});
  EXPECT_EQ(version.status, 0);
  EXPECT_EQ(version.out.rfind("sntpd (isletime) ", 0), 0U) << version.out;
}

}  // namespace
}  // namespace isletime::sntpd_options_test
