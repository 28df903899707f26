// SPDX-License-Identifier: MIT
// Runs driftlog as a user would.
#include <csignal>
#include <mutex>

#include <sys/stat.h>
#include <sys/wait.h>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "libsync/posix/clocks.hpp"
#include "libsync/record/sample_reader.hpp"
#include "tests/driftlog/web_server.hpp"
#include "tests/fakes/clock_of_1970.hpp"
#include "tests/fakes/lying_server.hpp"
#include "tests/fakes/program.hpp"
#include "tests/fakes/scratch_folder.hpp"
#include "tests/integration/hub.hpp"
#include "tools/driftlog/camera_time.hpp"

namespace isletime::driftlog::cli_test {
namespace {

using namespace std::chrono_literals;
using fakes::Finished;

Finished driftlog(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), fakes::built("driftlog"));
  return fakes::run(std::move(arguments));
}

std::vector<SampleRecord> rows_of(const std::string& csv) {
  std::vector<SampleRecord> rows;
  const auto reader = CsvSampleReader::open(csv_header());
  std::size_t begin = csv.find('\n');
  EXPECT_EQ(csv.substr(0, begin), csv_header());
  while (begin != std::string::npos && ++begin < csv.size()) {
    const auto end = csv.find('\n', begin);
    EXPECT_NE(end, std::string::npos) << "a row is torn";
    const auto row = reader->read(csv.substr(begin, end - begin));
    EXPECT_TRUE(row) << row.error();
    if (row) rows.push_back(*row);
    begin = end;
  }
  return rows;
}

// Runs one round with one source and returns its row.
SampleRecord row_of(std::vector<std::string> arguments, const std::string& source) {
  arguments.insert(arguments.end(), {"--duration", "0", source});
  const Finished finished = driftlog(arguments);
  const auto rows = rows_of(finished.out);
  EXPECT_EQ(rows.size(), 1U) << finished.err;
  return rows.empty() ? SampleRecord{} : rows[0];
}

void expect_offset(const SampleRecord& row, nanoseconds truth) {
  ASSERT_TRUE(row.offset) << row.error.value_or("");
  EXPECT_LE(std::chrono::abs(*row.offset - truth), *row.uncertainty);
}

void expect_one_line(const Finished& finished, int status, const std::string& part) {
  EXPECT_EQ(finished.status, status) << finished.err;
  EXPECT_EQ(finished.out, "");
  EXPECT_EQ(fakes::count_lines(finished.err), 1U) << finished.err;
  EXPECT_EQ(finished.err.rfind("driftlog: ", 0), 0U) << finished.err;
  EXPECT_NE(finished.err.find(part), std::string::npos) << finished.err;
}

// A fixture with programs of its own, which precede the system's in PATH.
class WithPrograms : public testing::Test {
 protected:
  WithPrograms() {
    before_ = getenv("PATH");
    setenv("PATH", (folder_.path() + ':' + before_).c_str(), 1);
  }
  ~WithPrograms() override { setenv("PATH", before_.c_str(), 1); }
  void add_program(const std::string& name, const std::string& script) const {
    folder_.write(name, "#!/bin/sh\n" + script);
    chmod(folder_.path(name).c_str(), 0755);
  }

  fakes::ScratchFolder folder_;

 private:
  std::string before_;
};

TEST(DriftlogCli, WhatIsWrongWithTheCommandLineIsOneLine) {
  expect_one_line(driftlog({}), 2, "SOURCE is required");
  expect_one_line(driftlog({"gps:/dev/ttyS0"}), 2, "is not a source");
  expect_one_line(driftlog({"ntp:"}), 2, "ntp:HOST");
  expect_one_line(driftlog({"ssh:-oProxyCommand=reboot"}), 2, "ssh:HOST");
  expect_one_line(driftlog({"--interval", "0", "cmd:date"}), 2, "at least 0.01 s");
  expect_one_line(driftlog({"--duration", "long", "cmd:date"}), 2, "2d");
  expect_one_line(driftlog({"cmd:date", "cmd:date"}), 2, "is named twice");
  expect_one_line(driftlog({"--reference", "cmd:date", "cmd:date"}), 2, "is not ntp:HOST");
  expect_one_line(driftlog({"--csv", "--json", "cmd:date"}), 2, "--csv");
  expect_one_line(driftlog({"--thermal-file", "/nowhere", "cmd:date"}), 3, "--thermal-file: /nowhere: ");
  expect_one_line(driftlog({"fit", "--verbose", "--quiet", "run.csv"}), 2, "--verbose");
  expect_one_line(driftlog({"plot"}), 2, "FILE is required");
  expect_one_line(driftlog({"plot", "--output", "run.gif", "run.csv"}), 2, ".svg or .png");
  expect_one_line(driftlog({"plot", "/nowhere.csv"}), 3, "/nowhere.csv: open: No such file");
  expect_one_line(driftlog({"plot", "/"}), 3, "Is a directory");
  expect_one_line(driftlog({"plot", "/dev/null"}), 2, "has no rows");
}

TEST(DriftlogCli, AProgramThatPrintsTheTimeAgreesWithThisClock) {
  expect_offset(row_of({}, "cmd:date +%s.%N"), 0s);
  expect_offset(row_of({}, "cmd:date --rfc-3339=ns"), 0s);
}

TEST(DriftlogCli, WholeSecondsAreFoundToAFewMilliseconds) {
  const SampleRecord row = row_of({}, "cmd:date +%s");
  expect_offset(row, 0s);
  EXPECT_LT(*row.uncertainty, 400ms);
}

TEST(DriftlogCli, ASourceThatIsAbsentSlowLyingOrGarbledHasItsErrorAndStallsNothing) {
  const auto begin = mono_now();
  EXPECT_EQ(row_of({}, "cmd:/nowhere/date").error, "not-started");
  EXPECT_EQ(row_of({}, "cmd:false").error, "ended");
  EXPECT_EQ(row_of({}, "cmd:echo 12:00").error, "garbled");
  EXPECT_EQ(row_of({}, "cmd:echo 1795000000123").error, "garbled");
  EXPECT_EQ(row_of({}, "cmd:echo 1795000000").error, "stands-still");
  EXPECT_EQ(row_of({"--timeout", "0.3"}, "cmd:sleep 1000").error, "timed-out");
  EXPECT_EQ(row_of({"--timeout", "1"}, "cmd:yes ''").error, "garbled");
  EXPECT_EQ(row_of({"--timeout", "1"}, "cmd:cat /dev/zero").error, "garbled");
  EXPECT_EQ(row_of({}, "ntp:127.0.0.1:1").error, "unreachable");
  EXPECT_EQ(row_of({}, "rtc:/dev/rtc-of-nowhere").error, "no-device");
  EXPECT_EQ(row_of({}, "http://127.0.0.1:1/").error, "unreachable");
  EXPECT_LT(elapsed(begin, mono_now()), 60s);
}

TEST_F(WithPrograms, WhatAProgramStartedIsNotLeftRunning) {
  add_program("teller", "sleep 1000 & echo $! > " + folder_.path("child") + "\nsleep 1000");
  EXPECT_EQ(row_of({"--timeout", "1"}, "cmd:teller").error, "timed-out");
  // The child was killed; it stays a zombie until its parent reaps it.
  const pid_t child = std::stoi(folder_.content("child"));
  for (int tries = 0; tries < 500 && kill(child, 0) == 0; ++tries) {
    std::ifstream status("/proc/" + std::to_string(child) + "/stat");
    const std::string text{std::istreambuf_iterator<char>(status), {}};
    if (text.find(") Z ") != std::string::npos) return;
    std::this_thread::sleep_for(10ms);
  }
  EXPECT_NE(kill(child, 0), 0);
}

TEST_F(WithPrograms, NoShellReadsTheCommand) {
  const std::string trap = folder_.path("trap");
  row_of({}, "cmd:echo $(touch " + trap + ") ; touch " + trap);
  EXPECT_NE(access(trap.c_str(), F_OK), 0);
}

// A fake ssh, whose last argument is the command to run.
constexpr const char* kSsh = R"(
echo "$@" > "$(dirname "$0")/arguments"
echo 'Welcome to the machine of the year 1795000000.'
while [ $# -gt 1 ]; do shift; done
exec sh -c "$1"
)";

TEST_F(WithPrograms, AnotherMachineIsAskedOverSsh) {
  add_program("ssh", kSsh);
  const SampleRecord row = row_of({}, "ssh:pi@192.168.4.7:2222");
  expect_offset(row, 0s);
  EXPECT_LT(*row.uncertainty, 400ms);
  const std::string arguments = folder_.content("arguments");
  EXPECT_NE(arguments.find("BatchMode=yes"), std::string::npos);
  EXPECT_NE(arguments.find("-p 2222 -- pi@192.168.4.7 "), std::string::npos) << arguments;
}

TEST_F(WithPrograms, ADateThatKnowsNoNanosecondsIsAskedWhereItsSecondsBegin) {
  add_program("ssh", kSsh);
  add_program("date", "exec /bin/date +%s.");
  const SampleRecord row = row_of({}, "ssh:router");
  expect_offset(row, 0s);
  EXPECT_LT(*row.uncertainty, 400ms);
}

TEST_F(WithPrograms, AnSshThatIsRefusedSaysWhy) {
  add_program("ssh", "echo 'Permission denied (publickey).' >&2; exit 255");
  const Finished finished = driftlog({"-d", "0", "ssh:router"});
  EXPECT_EQ(finished.status, 1);
  EXPECT_NE(finished.err.find("ssh:router: it ended: Permission denied (publickey)."), std::string::npos)
      << finished.err;
}

std::string http_date(nanoseconds ahead) {
  const auto now = std::chrono::floor<seconds>(wall_now().time_since_epoch() + ahead);
  std::string text = format_mail_date({to_civil_time(WallTime{now}), 0s});
  return text.replace(text.find("+0000"), 5, "GMT");
}

TEST(DriftlogHttp, TheDateIsReadWhereItsSecondsBegin) {
  const fakes::WebServer server([](const fakes::WebRequest&) {
    return fakes::web_answer("404 Not Found", "Date: " + http_date(-2500ms) + "\r\n");
  });
  const SampleRecord row = row_of({}, server.url() + "/x");
  expect_offset(row, -2500ms);
  EXPECT_LT(*row.uncertainty, 400ms);
}

TEST(DriftlogHttp, AServerThatTellsFractionsIsTakenAtItsWord) {
  const fakes::WebServer server([](const fakes::WebRequest& request) {
    const bool is_well_known = request.head.starts_with("HEAD /.well-known/time ");
    const auto now = wall_now().time_since_epoch() + 1234ms;
    return is_well_known ? "HTTP/1.1 204 No Content\r\nX-HTTPSTIME: " + seconds_text(now) + "\r\n\r\n"
                         : fakes::web_answer("404 Not Found", "");
  });
  const SampleRecord row = row_of({}, server.url());
  expect_offset(row, 1234ms);
  EXPECT_LT(*row.uncertainty, 400ms);
}

TEST(DriftlogHttp, ASmallServerThatKnowsNoHeadIsAskedForThePage) {
  const fakes::WebServer server([](const fakes::WebRequest& request) {
    if (!request.head.starts_with("GET ")) return fakes::web_answer("405 Method Not Allowed", "");
    return fakes::web_answer("200 OK", "Date: " + http_date(0s) + "\r\n", std::string(300'000, 'x'));
  });
  expect_offset(row_of({}, server.url()), 0s);
}

TEST(DriftlogHttp, WhatIsNotTheServersTimeIsNone) {
  std::string headers;
  std::mutex mutex;
  const fakes::WebServer server([&](const fakes::WebRequest&) {
    const std::lock_guard lock(mutex);
    return headers == "silent" ? "" : fakes::web_answer("200 OK", headers);
  });
  const auto error_with = [&](const std::string& with) {
    {
      const std::lock_guard lock(mutex);
      headers = with;
    }
    return row_of({"--timeout", "2"}, server.url()).error;
  };
  EXPECT_EQ(error_with(""), "no-date");
  EXPECT_EQ(error_with("Date: yesterday\r\n"), "garbled");
  EXPECT_EQ(error_with("Date: " + http_date(0s) + "\r\nAge: 17\r\n"), "cached");
  EXPECT_EQ(error_with("silent"), "garbled");
  EXPECT_EQ(error_with("Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"), "stands-still");
}

// A camera with documented properties of CCAPI: whole seconds, and busy after an exposure.
class Camera {
 public:
  explicit Camera(nanoseconds ahead) : ahead_(ahead) {}

  std::string operator()(const fakes::WebRequest& request) {
    const std::lock_guard lock(mutex_);
    if (request.head.starts_with("GET /ccapi HTTP"))
      return json("200 OK",
                  R"({"ver110":[{"path":"/ccapi/ver110/functions/datetime","get":true,"put":true}]})");
    if (request.head.find(" /ccapi/ver110/functions/datetime ") == std::string::npos)
      return json("404 Not Found", "{}");
    if (busy_ > 0) {
      --busy_;
      return json("503 Service Unavailable", fmt::format(R"({{"message":"{}"}})", message_));
    }
    const auto now = wall_now().time_since_epoch();
    if (request.head.starts_with("PUT ")) {
      const auto time = parse_camera_time(request.body);
      if (!time) return json("400 Bad Request", R"({"message":"Invalid parameter"})");
      ahead_ = to_utc(*time, CameraZone::kCurrent) - now;
      return json("200 OK", "{}");
    }
    const CameraTime like{{{}, 5h + 30min}, false};
    return json("200 OK", format_camera_time(from_utc(std::chrono::floor<seconds>(now + ahead_), like,
                                                      CameraZone::kCurrent)));
  }
  void be_busy(int times, std::string message) {
    busy_ = times;
    message_ = std::move(message);
  }

 private:
  static std::string json(const std::string& status, const std::string& body) {
    return fakes::web_answer(status, "Content-Type: application/json\r\n", body);
  }

  std::mutex mutex_;
  nanoseconds ahead_;
  int busy_ = 0;
  std::string message_;
};

TEST(DriftlogCamera, ItsClockOfWholeSecondsIsResolved) {
  Camera camera(3700ms);
  fakes::WebServer server(std::ref(camera));
  const SampleRecord row = row_of({}, "ccapi:" + server.url());
  expect_offset(row, 3700ms);
  EXPECT_LT(*row.uncertainty, 400ms);
  EXPECT_EQ(row.zone, "+05:30");
  EXPECT_EQ(row.dst, false);
}

TEST(DriftlogCamera, ThatIsBusyIsAskedAgain) {
  Camera camera(0s);
  camera.be_busy(2, "Device busy");
  fakes::WebServer server(std::ref(camera));
  expect_offset(row_of({}, "ccapi:" + server.url()), 0s);
}

TEST(DriftlogCamera, ThatRefusesIsNotAskedAgain) {
  Camera camera(0s);
  camera.be_busy(1, "Mode not supported");
  fakes::WebServer server(std::ref(camera));
  EXPECT_EQ(row_of({}, "ccapi:" + server.url()).error, "refused");
}

TEST(DriftlogCamera, IsSetFirst) {
  Camera camera(-3h);
  fakes::WebServer server(std::ref(camera));
  const Finished finished = driftlog({"--set-first", "-d", "0", "ccapi:" + server.url()});
  const auto rows = rows_of(finished.out);
  ASSERT_EQ(rows.size(), 2U) << finished.err;
  EXPECT_EQ(rows[0].error, "set");
  ASSERT_TRUE(rows[1].offset);
  EXPECT_LT(std::chrono::abs(*rows[1].offset), 1s + *rows[1].uncertainty);
}

TEST(DriftlogRun, EndsOnSigintWithWholeRows) {
  fakes::Program program({fakes::built("driftlog"), "-i", "0.01", "cmd:date +%s.%N"});
  ASSERT_TRUE(program.wait_for("cmd:date"));
  program.send(SIGINT);
  const Finished finished = program.finish();
  EXPECT_EQ(finished.status, 0) << finished.err;
  EXPECT_GE(rows_of(finished.out).size(), 1U);
}

TEST(DriftlogRun, AMeasurementThatHangsIsEndedBySigint) {
  const auto begin = mono_now();
  fakes::Program program({fakes::built("driftlog"), "-t", "1000", "cmd:sleep 1000"});
  ASSERT_TRUE(program.wait_for("time,source"));
  program.send(SIGINT);
  EXPECT_EQ(program.finish().status, 1);
  EXPECT_LT(elapsed(begin, mono_now()), 50s);
}

TEST(DriftlogRun, AnInterruptedRunIsGoneOnWithAndItsGapMarked) {
  const fakes::ScratchFolder folder;
  const std::string path = folder.path("run.csv");
  EXPECT_EQ(driftlog({"-d", "0", "--resume", path, "cmd:date +%s.%N"}).status, 0);
  std::ofstream(path, std::ios::app) << "2026-11-21T2";
  EXPECT_EQ(driftlog({"-d", "0", "--resume", path, "cmd:date +%s.%N"}).status, 0);
  const auto rows = rows_of(folder.content("run.csv"));
  ASSERT_EQ(rows.size(), 3U);
  EXPECT_EQ(rows[1].error, "resumed");
  EXPECT_TRUE(rows[2].offset);
  expect_one_line(driftlog({"-d", "0", "--resume", path, "cmd:date"}), 2,
                  "name the sources that it was begun with");
  expect_one_line(driftlog({"-d", "0", "--json", "--resume", path, "cmd:date +%s.%N"}), 2, "line 1:");
}

TEST(DriftlogRun, AFullDiskIsSaid) {
  const Finished finished =
      fakes::run({"sh", "-c", fakes::built("driftlog") + " -d 0 'cmd:date +%s' >/dev/full"});
  EXPECT_EQ(finished.status, 3);
  EXPECT_EQ(fakes::count_lines(finished.err), 1U) << finished.err;
}

TEST(DriftlogRun, ThePasswordIsNowhere) {
  const Finished finished = driftlog({"-v", "-d", "0", "ccapi:http://anna:s3cret@127.0.0.1:1"});
  EXPECT_EQ(finished.out.find("s3cret"), std::string::npos);
  EXPECT_EQ(finished.err.find("s3cret"), std::string::npos) << finished.err;
}

TEST(DriftlogRun, TheTemperatureOfTheMachineIsLogged) {
  const fakes::ScratchFolder folder;
  folder.write("temp", "41250\n");
  EXPECT_EQ(row_of({"--thermal-file", folder.path("temp")}, "cmd:date +%s.%N").temperature_c, 41.25);
}

std::string hubs_source(const Hub& hub) {
  return "ntp:127.0.0.1:" + std::to_string(hub.port());
}

TEST(DriftlogNtp, AServerOfThisMachinesTimeAgreesWithIt) {
  const Hub hub({"--local-stratum", "5"});
  ASSERT_TRUE(hub.is_serving());
  const SampleRecord row = row_of({}, hubs_source(hub));
  expect_offset(row, 0s);
  EXPECT_EQ(row.stratum, 5);
  EXPECT_LT(*row.uncertainty, 100ms);
}

TEST(DriftlogNtp, AClockOf1970IsSeventyYearsBehindAServerOf2040) {
  const fakes::ClockOf1970 clock;
  std::vector<std::string> command = clock.command();
  command.insert(command.end(), {fakes::built("driftlog"), "--duration", "0", "ntp:" + clock.server()});
  const Finished finished = fakes::run(command);
  const auto rows = rows_of(finished.out);
  ASSERT_EQ(rows.size(), 1U) << finished.err;
  ASSERT_TRUE(rows[0].offset) << finished.out;
  EXPECT_LE(std::chrono::abs(*rows[0].offset - fakes::ClockOf1970::kServersOffset), 1s) << finished.out;
}

TEST(DriftlogNtp, AReferenceIsWhatOffsetsAreFrom) {
  // The server's transmit timestamp is an hour before its receive timestamp.
  const fakes::LyingServer server([](const fakes::LyingServer::Question& question) {
    constexpr std::uint64_t kHour = std::uint64_t{3600} << 32;
    Header reply = question.truth;
    reply.receive = NtpTimestamp::from_raw(reply.receive.raw() - kHour);
    reply.transmit = NtpTimestamp::from_raw(reply.transmit.raw() - kHour);
    return fakes::only(reply);
  });
  const SampleRecord row = row_of({"--reference", "ntp:127.0.0.1:" + server.port()}, "cmd:date +%s.%N");
  expect_offset(row, 1h);
}

TEST(DriftlogNtp, WithoutItsReferenceARowHasNoOffset) {
  EXPECT_EQ(row_of({"--reference", "ntp:127.0.0.1:1"}, "cmd:date +%s.%N").error, "reference-unreachable");
}

}  // namespace
}  // namespace isletime::driftlog::cli_test
