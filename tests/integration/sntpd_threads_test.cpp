// SPDX-License-Identifier: MIT
// A system that has no room for another thread: sntpd starts, says so once, serves, and makes up for it
// later.
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
#include "tests/fakes/failing_threads.hpp"
#include "tests/fakes/lying_server.hpp"
#include "tests/integration/hub.hpp"

namespace isletime {
namespace {

using namespace std::chrono_literals;
using fakes::query;
using fakes::ThreadFailures;

constexpr int kAll = std::numeric_limits<int>::max();

class SntpdWithoutThreads : public testing::Test {
 protected:
  SntpdWithoutThreads() {
    const std::string path = folder_.path("failures");
    const Fd file{open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)};
    if (ftruncate(file.get(), sizeof(ThreadFailures)) != 0) throw std::runtime_error("ftruncate");
    void* memory = mmap(nullptr, sizeof(ThreadFailures), PROT_READ | PROT_WRITE, MAP_SHARED, file.get(), 0);
    if (memory == MAP_FAILED) throw std::runtime_error("mmap");
    failures_ = static_cast<ThreadFailures*>(memory);
    failures_->left = kAll;
  }
  ~SntpdWithoutThreads() override { munmap(failures_, sizeof(ThreadFailures)); }

  std::vector<std::string> surroundings() const {
    return {"env", "LD_PRELOAD=" FAILING_THREADS_LIBRARY, "FAILING_THREADS=" + folder_.path("failures")};
  }
  Hub hub(std::vector<std::string> options, const std::string& program = "sntpd") const {
    options.emplace_back("--verbose");
    return Hub(options, program, surroundings());
  }
  void let_threads_start() { failures_->left = 0; }

  // A warning has what, why, and what to do.
  static void expect_one_warning(const std::string& said, const std::string& what) {
    const std::regex warning(what + ".*: no thread can be started: .*: raise the limit of tasks.*");
    const std::sregex_iterator first(said.begin(), said.end(), warning);
    EXPECT_EQ(std::distance(first, {}), 1) << said;
    EXPECT_EQ(said.find("no thread", said.find("no thread") + 1), std::string::npos) << said;
  }

  // The system spreads clients over the sockets of an address: of so many, each has some.
  static void expect_all_are_answered(const Hub& hub) {
    for (const IpAddress address : {fakes::kLoopbackV4, fakes::kLoopbackV6}) {
      for (int i = 0; i < 32; ++i) {
        const auto answer = hub.client(address).ask(query());
        ASSERT_TRUE(answer) << "client " << i;
      }
    }
  }

  fakes::ScratchFolder folder_;
  ThreadFailures* failures_ = nullptr;
};

TEST_F(SntpdWithoutThreads, TheEventLoopServesUntilTheWorkersStart) {
  Hub sntpd = hub({"--workers", "4"});
  ASSERT_TRUE(sntpd.is_serving()) << sntpd.program().err();
  expect_all_are_answered(sntpd);
  EXPECT_GE(failures_->count, 1);
  let_threads_start();
  ASSERT_TRUE(sntpd.program().wait_for("all threads run now")) << sntpd.program().err();
  expect_all_are_answered(sntpd);
  sntpd.program().send(SIGTERM);
  EXPECT_EQ(sntpd.program().finish().status, 0);
  expect_one_warning(sntpd.program().err(), "--workers: 8 of 8 sockets are served by the event loop");
}

// The first workers of each attempt start, and the next does not.
TEST_F(SntpdWithoutThreads, TheEventLoopServesOnlyWhatTheWorkersThatStartedDoNot) {
  failures_->passed = 3;
  Hub sntpd = hub({"--workers", "4"});
  ASSERT_TRUE(sntpd.is_serving());
  expect_all_are_answered(sntpd);
  expect_one_warning(sntpd.program().err(), "--workers: 5 of 8 sockets are served by the event loop");
}

TEST_F(SntpdWithoutThreads, ANameIsResolvedOnceItsThreadStarts) {
  const fakes::LyingServer upstream(
      [](const fakes::LyingServer::Question& question) { return fakes::only(question.truth); });
  Hub sntpd = hub({"--workers", "0", "--server", "localhost:" + upstream.port()});
  ASSERT_TRUE(sntpd.is_serving());
  const std::string what = "localhost:" + upstream.port() + ": cannot be resolved for now";
  ASSERT_TRUE(sntpd.program().wait_for(what)) << sntpd.program().err();
  EXPECT_TRUE(sntpd.client().ask(query()));
  const auto sources = sntpd.sntpctl({"sources"});
  EXPECT_NE(sources.out.find("no thread can be started"), std::string::npos) << sources.out;
  while (failures_->count < 2) usleep(10'000);
  let_threads_start();
  ASSERT_TRUE(sntpd.program().wait_for("localhost:" + upstream.port() + ": is ")) << sntpd.program().err();
  expect_one_warning(sntpd.program().err(), what);
}

TEST_F(SntpdWithoutThreads, TheBatteryClockIsReadOnceItsThreadStarts) {
  Hub sntpd =
      hub({"--workers", "0", "--unsynchronised", "--rtc", "/dev/ahead"}, "../tests/sntpd_with_rtc_model");
  ASSERT_TRUE(sntpd.is_serving());
  ASSERT_TRUE(sntpd.program().wait_for("rtc:/dev/ahead: no thread can be started")) << sntpd.program().err();
  EXPECT_EQ(sntpd.client().ask(query())->header().leap, Leap::kUnsynchronised);
  while (failures_->count < 2) usleep(10'000);
  let_threads_start();
  const MonoTime deadline = mono_now() + 60s;
  while (mono_now() < deadline && sntpd.client().ask(query())->header().leap == Leap::kUnsynchronised)
    usleep(50'000);
  EXPECT_NE(sntpd.client().ask(query())->header().leap, Leap::kUnsynchronised);
  expect_one_warning(sntpd.program().err(), "rtc:/dev/ahead");
}

}  // namespace
}  // namespace isletime
