// SPDX-License-Identifier: MIT
// Runs ntpprobe as a person and a cron job would, against a real sntpd.
#include <sstream>

#include <gtest/gtest.h>

#include "libsync/record/sample_record.hpp"
#include "tests/fakes/clock_of_1970.hpp"
#include "tests/fakes/lying_server.hpp"
#include "tests/integration/hub.hpp"

namespace isletime::ntpprobe_cli_test {
namespace {

using fakes::Finished;

Finished ntpprobe(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), fakes::built("ntpprobe"));
  return fakes::run(std::move(arguments));
}

std::string at(const char* address, const Hub& hub) {
  return address + (':' + std::to_string(hub.port()));
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

double number(const std::string& record, const std::string& key) {
  const std::string before = '"' + key + "\":";
  return std::stod(record.substr(record.find(before) + before.size()));
}

TEST(Ntpprobe, OneShotSaysAllThatAPersonAsks) {
  const Hub hub;
  ASSERT_TRUE(hub.is_serving());
  const Finished finished = ntpprobe({at("127.0.0.1", hub)});
  EXPECT_EQ(finished.status, 0);
  EXPECT_EQ(finished.err, "");
  for (const char* part :
       {": good: ", "offset", "error bound", "delay", "root distance", "stratum        10",
        "refid          127.127.1.1  its own clock", "leap           none", "version        4"}) {
    EXPECT_TRUE(has(finished.out, part)) << part << '\n' << finished.out;
  }
  EXPECT_FALSE(has(finished.out, "\033")) << "colours in a pipe";
}

TEST(Ntpprobe, AClockOf1970IsSeventyYearsBehindAServerOf2040) {
  const fakes::ClockOf1970 clock;
  std::vector<std::string> command = clock.command();
  command.insert(command.end(), {fakes::built("ntpprobe"), "--json", clock.server()});
  const Finished finished = fakes::run(command);
  EXPECT_NEAR(number(finished.out, "offset_s"), 2'208'988'800, 1) << finished.out << finished.err;
  EXPECT_TRUE(has(finished.out, R"("time":"1970-01-01T00:01:)")) << finished.out;
}

TEST(Ntpprobe, TheBestOfEightIsOneRecordWithinItsOwnBound) {
  const Hub hub;
  ASSERT_TRUE(hub.is_serving());
  for (const char* address : {"127.0.0.1", "[::1]"}) {
    // Both sides have the same clock, so the true offset is zero.
    const Finished finished = ntpprobe({"--samples", "8", "--json", at(address, hub)});
    EXPECT_EQ(finished.status, 0) << finished.err;
    EXPECT_EQ(fakes::count_lines(finished.out), 1U);
    EXPECT_LE(std::abs(number(finished.out, "offset_s")), number(finished.out, "uncertainty_s"))
        << finished.out;
  }
}

TEST(Ntpprobe, CsvHasTheRecordsColumnsAndARowAHost) {
  const Hub hub;
  ASSERT_TRUE(hub.is_serving());
  const Finished finished = ntpprobe({"--csv", at("127.0.0.1", hub), at("[::1]", hub)});
  std::istringstream lines(finished.out);
  std::string line;
  std::getline(lines, line);
  EXPECT_EQ(line, csv_header());
  std::getline(lines, line);
  EXPECT_TRUE(has(line, ",ntp:" + at("127.0.0.1", hub) + ",")) << line;
  std::getline(lines, line);
  EXPECT_TRUE(has(line, ",ntp:" + at("[::1]", hub) + ",")) << line;
  EXPECT_FALSE(std::getline(lines, line));
}

TEST(Ntpprobe, SeveralHostsAreOneTableAndTheWorstDecides) {
  const Hub hub;
  const UnsetHub unset;
  ASSERT_TRUE(hub.is_serving() && unset.is_serving());
  const Finished finished = ntpprobe({at("127.0.0.1", hub), at("127.0.0.1", unset)});
  EXPECT_EQ(finished.status, 1);
  EXPECT_EQ(fakes::count_lines(finished.out), 3U) << finished.out;
  EXPECT_TRUE(has(finished.out, "good")) << finished.out;
  EXPECT_TRUE(has(finished.out, "unsynchronised")) << finished.out;
  EXPECT_TRUE(has(finished.err, "its clock is not set")) << finished.err;
}

TEST(Ntpprobe, ServersThatContradictEachOtherAreNamed) {
  const Hub hub;
  ASSERT_TRUE(hub.is_serving());
  const fakes::LyingServer liar([](const fakes::LyingServer::Question& question) {
    Header header = question.truth;
    const std::uint64_t a_minute = std::uint64_t{60} << 32;
    header.receive = NtpTimestamp::from_raw(header.receive.raw() + a_minute);
    header.transmit = NtpTimestamp::from_raw(header.transmit.raw() + a_minute);
    return fakes::only(header);
  });
  const Finished finished = ntpprobe({at("127.0.0.1", hub), at("[::1]", hub), "127.0.0.1:" + liar.port()});
  EXPECT_TRUE(has(finished.out, "and 127.0.0.1:" + liar.port() + " differ by 60.000 s")) << finished.out;
  EXPECT_FALSE(has(finished.out, "and " + at("[::1]", hub) + " differ")) << finished.out;
}

TEST(Ntpprobe, VerdictsByExitStatus) {
  const Hub hub;
  ASSERT_TRUE(hub.is_serving());
  EXPECT_EQ(ntpprobe({"--max-offset", "1", "--max-stratum", "10", at("127.0.0.1", hub)}).status, 0);
  const Finished stratum = ntpprobe({"--max-stratum", "9", at("127.0.0.1", hub)});
  EXPECT_EQ(stratum.status, 1);
  EXPECT_TRUE(has(stratum.err, "stratum 10 is above 9")) << stratum.err;
  const Finished offset = ntpprobe({"--max-offset", "0", at("127.0.0.1", hub)});
  EXPECT_EQ(offset.status, 1);
  EXPECT_TRUE(has(offset.err, "is too much")) << offset.err;
}

TEST(Ntpprobe, QuietPrintsOnlyWhatIsWrong) {
  const Hub hub;
  ASSERT_TRUE(hub.is_serving());
  const Finished good = ntpprobe({"--quiet", at("127.0.0.1", hub)});
  EXPECT_EQ(good.status, 0);
  EXPECT_EQ(good.out + good.err, "");
  const Finished bad = ntpprobe({"--quiet", "--max-stratum", "1", at("127.0.0.1", hub)});
  EXPECT_EQ(bad.status, 1);
  EXPECT_EQ(bad.out, "");
  EXPECT_EQ(fakes::count_lines(bad.err), 1U);
}

TEST(Ntpprobe, MonitorPrintsARowASampleUntilInterrupted) {
  const Hub hub;
  ASSERT_TRUE(hub.is_serving());
  for (const char* format : {"--json", "--csv", "--verbose"}) {
    fakes::Program program(
        {fakes::built("ntpprobe"), "--monitor", format, "--interval", "0.01", at("127.0.0.1", hub)});
    // Rows arrive while it runs, so no buffer holds them back.
    while (fakes::count_lines(program.out()) < 4) {
      ASSERT_TRUE(program.wait_for_more_output()) << program.err();
    }
    program.send(SIGINT);
    const Finished finished = program.finish();
    EXPECT_EQ(finished.status, 0) << finished.err;
    EXPECT_EQ(finished.out.back(), '\n');
  }
}

TEST(Ntpprobe, InterruptedItReportsOnlyWhatItHas) {
  const Hub hub;
  const Hub silent({"--deny", "127.0.0.1"});
  ASSERT_TRUE(hub.is_serving() && silent.is_serving());
  fakes::Program program({fakes::built("ntpprobe"), "--json", "--verbose", "--timeout", "600",
                          at("127.0.0.1", hub), at("127.0.0.1", silent)});
  ASSERT_TRUE(program.wait_for(at("127.0.0.1", silent) + ": asking"));
  ASSERT_TRUE(program.wait_for(at("127.0.0.1", hub) + ": offset"));
  program.send(SIGINT);
  const Finished finished = program.finish();
  EXPECT_EQ(finished.status, 1);
  EXPECT_EQ(fakes::count_lines(finished.out), 1U) << finished.out;
  EXPECT_FALSE(has(finished.out, "\"error\"")) << finished.out;
  EXPECT_EQ(fakes::count_lines(finished.err), 3U) << finished.err;
}

TEST(Ntpprobe, AClosedPortIsSaidAtOnce) {
  const Finished finished = ntpprobe({"--json", "127.0.0.1:" + std::to_string(fakes::free_port())});
  EXPECT_EQ(finished.status, 1);
  EXPECT_TRUE(has(finished.out, "\"error\":\"unreachable\"")) << finished.out;
  EXPECT_TRUE(has(finished.err, "nobody listens on that port")) << finished.err;
  EXPECT_EQ(fakes::count_lines(finished.err), 1U);
}

TEST(Ntpprobe, ASilentServerIsSaidAfterTheTimeout) {
  const Hub hub({"--deny", "127.0.0.1"});
  ASSERT_TRUE(hub.is_serving());
  const Finished finished = ntpprobe({"--timeout", "0.1", at("127.0.0.1", hub)});
  EXPECT_EQ(finished.status, 1);
  EXPECT_EQ(finished.out, "");
  EXPECT_TRUE(has(finished.err, ": no reply within 100.000 ms")) << finished.err;
}

TEST(Ntpprobe, ANameThatDoesNotResolveIsSaid) {
  const Finished finished = ntpprobe({"--json", "name.invalid"});
  EXPECT_EQ(finished.status, 1);
  EXPECT_TRUE(has(finished.out, "\"error\":\"unresolved\"")) << finished.out;
  EXPECT_TRUE(has(finished.err, "ntpprobe: name.invalid: cannot be resolved: ")) << finished.err;
}

TEST(Ntpprobe, OutputThatCannotBeWrittenIsStatus3) {
  const Hub hub;
  ASSERT_TRUE(hub.is_serving());
  const Finished finished =
      fakes::run({"sh", "-c", fakes::built("ntpprobe") + " " + at("127.0.0.1", hub) + " > /dev/full"});
  EXPECT_EQ(finished.status, 3);
  EXPECT_TRUE(has(finished.err, "ntpprobe: stdout: No space left on device")) << finished.err;
}

// CVE-2018-12327: a long host name overflowed a buffer.
TEST(Ntpprobe, AHostOfAnyLengthIsOneLine) {
  for (const std::string& host :
       {std::string(300, 'a'), std::string(100'000, 'a'), '[' + std::string(100'000, ':') + ']',
        "fe80::1%" + std::string(100'000, 'x'), std::string(100'000, '[')}) {
    const Finished finished = ntpprobe({host});
    EXPECT_NE(finished.status, 0);
    EXPECT_LT(finished.status, 128) << "a signal ended it";
    EXPECT_EQ(fakes::count_lines(finished.err), 1U) << finished.err;
    EXPECT_EQ(finished.err.rfind("ntpprobe: ", 0), 0U) << finished.err;
  }
}

TEST(Ntpprobe, WrongOptionsAreOneLineAndStatus2) {
  const std::vector<std::vector<std::string>> wrong{
      {},
      {"--colour", "127.0.0.1"},
      {"--samples", "0", "127.0.0.1"},
      {"--samples", "many", "127.0.0.1"},
      {"--interval", "-1", "127.0.0.1"},
      {"--interval", "nan", "127.0.0.1"},
      {"--timeout", "0", "127.0.0.1"},
      {"--timeout", "1e9", "127.0.0.1"},
      {"--max-offset", "inf", "127.0.0.1"},
      {"--max-stratum", "0", "127.0.0.1"},
      {"--port", "0", "127.0.0.1"},
      {"--csv", "--json", "127.0.0.1"},
      {""},
      {"hub:"},
      {"hub:x"},
      {"hub:70000"},
      {"[::1"},
      {"[::1]x"},
  };
  for (const auto& arguments : wrong) {
    const Finished finished = ntpprobe(arguments);
    EXPECT_EQ(finished.status, 2) << testing::PrintToString(arguments);
    EXPECT_EQ(finished.out, "");
    EXPECT_EQ(fakes::count_lines(finished.err), 1U) << finished.err;
    EXPECT_EQ(finished.err.rfind("ntpprobe: ", 0), 0U) << finished.err;
  }
}

}  // namespace
}  // namespace isletime::ntpprobe_cli_test
