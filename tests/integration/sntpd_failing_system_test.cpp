// SPDX-License-Identifier: MIT
// The system cannot start another thread, its disk hangs, or it is slow: sntpd starts, warns once, serves,
// says nothing that it does not serve, and recovers later.
#include <atomic>
#include <ctime>
#include <fstream>
#include <limits>
#include <regex>
#include <stdexcept>
#include <string>

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "libsync/posix/clocks.hpp"
#include "libsync/posix/fd.hpp"
#include "tests/fakes/failing_system.hpp"
#include "tests/fakes/lying_server.hpp"
#include "tests/integration/hub.hpp"

namespace isletime::sntpd_failing_system_test {
namespace {

using namespace std::chrono_literals;
using fakes::query;
using fakes::SystemFailures;

constexpr const char* kFit =
    R"({"file":"run.csv","source":"ntp:192.168.4.1","verdict":"conclusive","confidence":0.950000,)"
    R"("drift_ppm":20,"drift_ppm_low":20,"drift_ppm_high":20})";
constexpr int kAll = std::numeric_limits<int>::max();
// Clang's thread sanitizer starts a thread of its own before the program's first.
#if defined(__clang__)
constexpr int kThreadsOfSanitizer = __has_feature(thread_sanitizer) ? 1 : 0;
#else
constexpr int kThreadsOfSanitizer = 0;
#endif

class SntpdOnAFailingSystem : public testing::Test {
 protected:
  SntpdOnAFailingSystem() {
    const std::string path = folder_.path("failures");
    const Fd file{open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)};
    if (ftruncate(file.get(), sizeof(SystemFailures)) != 0) throw std::runtime_error("ftruncate");
    void* memory = mmap(nullptr, sizeof(SystemFailures), PROT_READ | PROT_WRITE, MAP_SHARED, file.get(), 0);
    if (memory == MAP_FAILED) throw std::runtime_error("mmap");
    failures_ = static_cast<SystemFailures*>(memory);
  }
  ~SntpdOnAFailingSystem() override { munmap(failures_, sizeof(SystemFailures)); }

  std::vector<std::string> surroundings() const {
    return {"env", "LD_PRELOAD=" FAILING_SYSTEM_LIBRARY, "FAILING_SYSTEM=" + folder_.path("failures")};
  }
  Hub hub(std::vector<std::string> options, const std::string& program = "sntpd") const {
    options.emplace_back("--verbose");
    return Hub(options, program, surroundings());
  }
  void let_threads_start() { failures_->threads_left = 0; }

  // Expects one warning that says what failed, why, and what to do.
  static void expect_one_warning(const std::string& said, const std::string& what) {
    const std::regex warning(what + ".*: no thread can be started: .*: raise the limit of tasks.*");
    const std::sregex_iterator first(said.begin(), said.end(), warning);
    EXPECT_EQ(std::distance(first, {}), 1) << said;
  }

  // The kernel spreads clients over the sockets of an address, so that with this many each socket has some.
  static void expect_all_are_answered(const Hub& hub) {
    for (const IpAddress address : {fakes::kLoopbackV4, fakes::kLoopbackV6}) {
      for (int i = 0; i < 32; ++i) {
        const auto answer = hub.client(address).ask(query());
        ASSERT_TRUE(answer) << "client " << i;
      }
    }
  }

  fakes::ScratchFolder folder_;
  SystemFailures* failures_ = nullptr;
};

TEST_F(SntpdOnAFailingSystem, TheEventLoopServesUntilTheWorkersStart) {
  failures_->threads_left = kAll;
  Hub sntpd = hub({"--workers", "4"});
  ASSERT_TRUE(sntpd.is_serving()) << sntpd.program().err();
  expect_all_are_answered(sntpd);
  EXPECT_GE(failures_->thread_count, 1);
  let_threads_start();
  ASSERT_TRUE(sntpd.program().wait_for("all threads run now")) << sntpd.program().err();
  expect_all_are_answered(sntpd);
  sntpd.program().send(SIGTERM);
  EXPECT_EQ(sntpd.program().finish().status, 0);
  expect_one_warning(sntpd.program().err(), "--workers: 8 of 8 sockets are served by the event loop");
  expect_one_warning(sntpd.program().err(), "the event loop itself waits for the disk");
}

// The first workers of each attempt start, and the next one does not.
TEST_F(SntpdOnAFailingSystem, TheEventLoopServesOnlyWhatTheWorkersThatStartedDoNot) {
  failures_->threads_left = kAll;
  failures_->threads_passed = 3 + kThreadsOfSanitizer;
  Hub sntpd = hub({"--workers", "4"});
  ASSERT_TRUE(sntpd.is_serving());
  expect_all_are_answered(sntpd);
  expect_one_warning(sntpd.program().err(), "--workers: 5 of 8 sockets are served by the event loop");
}

TEST_F(SntpdOnAFailingSystem, ANameIsResolvedOnceItsThreadStarts) {
  failures_->threads_left = kAll;
  const fakes::LyingServer upstream(
      [](const fakes::LyingServer::Question& question) { return fakes::only(question.truth); });
  Hub sntpd = hub({"--workers", "0", "--server", "localhost:" + upstream.port()});
  ASSERT_TRUE(sntpd.is_serving());
  const std::string what = "localhost:" + upstream.port() + ": cannot be resolved for now";
  ASSERT_TRUE(sntpd.program().wait_for(what)) << sntpd.program().err();
  EXPECT_TRUE(sntpd.client().ask(query()));
  const auto sources = sntpd.sntpctl({"sources"});
  EXPECT_NE(sources.out.find("no thread can be started"), std::string::npos) << sources.out;
  const MonoTime patience = mono_now() + 60s;
  while (failures_->thread_count < 2 && mono_now() < patience) usleep(10'000);
  let_threads_start();
  ASSERT_TRUE(sntpd.program().wait_for("localhost:" + upstream.port() + ": is ")) << sntpd.program().err();
  expect_one_warning(sntpd.program().err(), what);
}

TEST_F(SntpdOnAFailingSystem, TheBatteryClockIsReadOnceItsThreadStarts) {
  failures_->threads_left = kAll;
  Hub sntpd = hub({"--workers", "0", "--rtc", "/dev/ahead"}, "../tests/sntpd_with_rtc_model");
  ASSERT_TRUE(sntpd.is_serving());
  ASSERT_TRUE(sntpd.program().wait_for("rtc:/dev/ahead: no thread can be started")) << sntpd.program().err();
  EXPECT_EQ(sntpd.client().ask(query())->header().leap, Leap::kUnsynchronised);
  const MonoTime patience = mono_now() + 60s;
  while (failures_->thread_count < 2 && mono_now() < patience) usleep(10'000);
  let_threads_start();
  const MonoTime deadline = mono_now() + 60s;
  while (mono_now() < deadline && sntpd.client().ask(query())->header().leap == Leap::kUnsynchronised)
    usleep(50'000);
  EXPECT_NE(sntpd.client().ask(query())->header().leap, Leap::kUnsynchronised);
  expect_one_warning(sntpd.program().err(), "rtc:/dev/ahead");
}

TEST_F(SntpdOnAFailingSystem, ADiskThatHangsKeepsNobodyWaitingButWhoAskedForIt) {
  for (const char* workers : {"0", "1"}) {
    Hub sntpd = hub({"--workers", workers});
    ASSERT_TRUE(sntpd.is_serving());
    failures_->disk_hangs = true;
    fakes::Program window(
        {"sh", "-c",
         "printf '%s' '" + std::string{kFit} + "' | " + sntpd.sntpctl_command() + " set-rate-error -"});
    const MonoTime patience = mono_now() + 30s;
    while (failures_->hanging == 0 && mono_now() < patience) usleep(1000);
    ASSERT_GT(failures_->hanging, 0);
    EXPECT_TRUE(sntpd.client().ask(query()));
    for (const char* what : {"status", "sources", "activity"})
      EXPECT_EQ(sntpd.sntpctl({what}).status, 0) << what;
    EXPECT_EQ(window.out(), "");
    failures_->disk_hangs = false;
    const fakes::Finished done = window.finish();
    EXPECT_EQ(done.status, 0) << done.err;
    EXPECT_NE(done.out.find("a phone's sync now counts for"), std::string::npos) << done.out;
  }
}

TEST_F(SntpdOnAFailingSystem, WhoIsToldOfAChangeIsServedIt) {
  std::atomic<bool> is_set = false;
  const fakes::LyingServer upstream([&is_set](const fakes::LyingServer::Question& question) {
    Header reply = question.truth;
    if (!is_set) reply.leap = Leap::kUnsynchronised;
    return fakes::only(reply);
  });
  failures_->is_slow_after_send = true;
  const Hub sntpd = hub({"--server", "127.0.0.1:" + upstream.port() + ",minpoll=1,maxpoll=1"});
  fakes::Program follower = sntpd.follow({"--json", "status"});
  ASSERT_TRUE(follower.wait_for(R"("synchronised":false)"));
  ASSERT_EQ(sntpd.client().ask(query())->header().leap, Leap::kUnsynchronised);
  is_set = true;
  ASSERT_TRUE(follower.wait_for(R"("synchronised":true)")) << follower.out();
  EXPECT_EQ(sntpd.client().ask(query())->header().leap, Leap::kNone);
}

// Returns the CPU time of the event loop's thread in nanoseconds.
std::int64_t time_of_loop(pid_t process) {
  std::int64_t time = 0;
  std::ifstream("/proc/" + std::to_string(process) + "/task/" + std::to_string(process) + "/schedstat") >>
      time;
  return time;
}
std::int64_t time_of_all(pid_t process) {
  clockid_t clock{};
  timespec time{};
  if (clock_getcpuclockid(process, &clock) != 0 || clock_gettime(clock, &time) != 0) return 0;
  return std::int64_t{1'000'000'000} * time.tv_sec + time.tv_nsec;
}

TEST(SntpdControl, AFullTableOfClientsIsNotTheEventLoopsWork) {
  Hub hub({"--no-rate-limit"});
  ASSERT_TRUE(hub.is_serving());
  for (std::uint32_t i = 0; i < 6000; ++i) {
    hub.client_from(IpAddress::v4(0x7f01'0001 + i)).send(query());
    // This prevents an overflow of its socket buffer.
    if (i % 64 == 63) {
      ASSERT_TRUE(hub.client().ask(query()));
    }
  }
  const pid_t process = hub.program().pid();
  const std::int64_t loop_before = time_of_loop(process);
  const std::int64_t all_before = time_of_all(process);
  if (loop_before == 0 || all_before == 0)
    GTEST_SKIP() << "this kernel does not tell what a thread has computed";
  std::string clients;
  for (int i = 0; i < 50; ++i) clients = hub.sntpctl({"--json", "clients"}).out;
  const std::int64_t loop = time_of_loop(process) - loop_before;
  const std::int64_t all = time_of_all(process) - all_before;
  EXPECT_GT(clients.size(), 100'000U);
  EXPECT_LT(loop, all / 3) << "the loop has computed for " << loop << " ns of " << all;
}

}  // namespace
}  // namespace isletime::sntpd_failing_system_test
