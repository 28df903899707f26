// SPDX-License-Identifier: MIT
// Somebody sets the machine's clock during an exchange: an offset measured across the jump would be wrong by
// half of it.
#include <cmath>
#include <regex>
#include <stdexcept>
#include <string>

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "libsync/posix/fd.hpp"
#include "tests/fakes/jumping_clock.hpp"
#include "tests/fakes/lying_server.hpp"
#include "tests/fakes/program.hpp"
#include "tests/fakes/scratch_folder.hpp"

namespace isletime::sntpd_jump_test {
namespace {

using fakes::ClockJump;
using fakes::LyingServer;

constexpr std::int64_t kJump = 400'000'000;

class SharedJump {
 public:
  explicit SharedJump(const std::string& path) {
    const Fd file{open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)};
    if (ftruncate(file.get(), sizeof(ClockJump)) != 0) throw std::runtime_error("ftruncate");
    void* memory = mmap(nullptr, sizeof(ClockJump), PROT_READ | PROT_WRITE, MAP_SHARED, file.get(), 0);
    if (memory == MAP_FAILED) throw std::runtime_error("mmap");
    jump_ = static_cast<ClockJump*>(memory);
  }
  ~SharedJump() { munmap(jump_, sizeof(ClockJump)); }
  SharedJump(const SharedJump&) = delete;
  SharedJump& operator=(const SharedJump&) = delete;

  ClockJump& operator*() const { return *jump_; }

 private:
  ClockJump* jump_ = nullptr;
};

class SntpdJump : public testing::Test {
 protected:
  // Waits until sntpd has noticed the jump that `set` makes before the third query is answered, and has
  // measured again.
  void follow(void (*set)(ClockJump&)) {
    const fakes::ScratchFolder folder;
    const std::string path = folder.path("jump");
    const SharedJump jump(path);
    const LyingServer server([&](const LyingServer::Question& question) {
      if (question.number == kSpoiled) set(*jump);
      return fakes::only(question.truth);
    });
    fakes::Program sntpd({"env", "LD_PRELOAD=" JUMPING_CLOCK_LIBRARY, "JUMPING_CLOCK=" + path,
                          fakes::built("sntpd"), "--verbose", "--no-clock", "--no-control", "--no-sandbox",
                          "--port", "0", "--state-dir", folder.path("state"), "--server",
                          "127.0.0.1:" + server.port() + ",minpoll=1,maxpoll=1"});
    ASSERT_TRUE(sntpd.wait_for("somebody set the clock by +0.")) << sntpd.err();
    ASSERT_TRUE(sntpd.wait_for(": offset -0.4")) << sntpd.err();
    said_ = sntpd.err();
  }

  void expect_that_nothing_spans_it() const {
    const std::regex line("offset (\\S+) s, delay (\\S+) s");
    int before = 0;
    int after = 0;
    for (std::sregex_iterator it(said_.begin(), said_.end(), line); it != std::sregex_iterator{}; ++it) {
      const double offset = std::stod((*it)[1]);
      EXPECT_LT(std::abs(std::stod((*it)[2])), 0.1) << said_;
      EXPECT_TRUE(std::abs(offset) < 0.05 || std::abs(offset + 0.4) < 0.05) << said_;
      ++(std::abs(offset) < 0.05 ? before : after);
    }
    EXPECT_EQ(before, 2) << said_;
    EXPECT_GE(after, 1) << said_;
    EXPECT_EQ(said_.find("no reply"), std::string::npos) << said_;
  }

  static constexpr std::size_t kSpoiled = 2;  // index of the query
  std::string said_;
};

TEST_F(SntpdJump, AQueryThatWasUnderWayIsGivenUpAndAskedAnew) {
  follow([](ClockJump& jump) { jump.by = kJump; });
  expect_that_nothing_spans_it();
}

// The loop has checked for a jump before it reads what has arrived.
TEST_F(SntpdJump, AReplyIsNotMeasuredIfTheClockWasSetJustBeforeItIsRead) {
  follow([](ClockJump& jump) { jump.by_before_next_arrival = kJump; });
  expect_that_nothing_spans_it();
}

}  // namespace
}  // namespace isletime::sntpd_jump_test
