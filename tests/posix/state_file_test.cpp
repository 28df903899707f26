// SPDX-License-Identifier: MIT
#include "libsync/posix/state_file.hpp"

#include <csignal>
#include <random>

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "tests/fakes/child.hpp"
#include "tests/fakes/scratch_folder.hpp"

namespace isletime::state_file_test {
namespace {

constexpr std::size_t kMost = 1 << 20;
constexpr int kPassed = 0;
constexpr int kFailed = 1;
constexpr int kNotPossible = 77;

Result<StateFolder, StateError> open_ours(const std::string& path) {
  return StateFolder::open(path, geteuid());
}

std::string content_of(const StateFolder& folder, const std::string& name) {
  const auto read = read_state_file(folder, name, kMost);
  return read && *read ? **read : "";
}

TEST(StateFile, IsReadAsItWasWritten) {
  const fakes::ScratchFolder scratch;
  const auto folder = open_ours(scratch.path());
  ASSERT_TRUE(folder);
  const std::string content("a\0b\n", 4);
  ASSERT_FALSE(replace_state_file(*folder, "state", content));
  EXPECT_EQ(content_of(*folder, "state"), content);
  ASSERT_FALSE(replace_state_file(*folder, "state", "shorter"));
  EXPECT_EQ(scratch.content("state"), "shorter");
}

TEST(StateFile, OneThatIsMissingIsAbsentAndNoFault) {
  const fakes::ScratchFolder scratch;
  const auto folder = open_ours(scratch.path());
  ASSERT_TRUE(folder);
  const auto read = read_state_file(*folder, "state", kMost);
  ASSERT_TRUE(read);
  EXPECT_FALSE(read->has_value());
}

TEST(StateFile, MayFillItsLimitAndNotAByteMore) {
  const fakes::ScratchFolder scratch;
  const auto folder = open_ours(scratch.path());
  ASSERT_TRUE(folder);
  scratch.write("state", "12345");
  ASSERT_TRUE(read_state_file(*folder, "state", 5));
  const auto longer = read_state_file(*folder, "state", 4);
  ASSERT_FALSE(longer);
  EXPECT_EQ(longer.error().fault, StateFault::kTooLarge);
}

TEST(StateFile, ALinkInItsPlaceIsReplacedNotFollowed) {
  const fakes::ScratchFolder scratch;
  const auto folder = open_ours(scratch.path());
  ASSERT_TRUE(folder);
  scratch.write("precious", "precious");
  std::filesystem::create_symlink("precious", scratch.path("state"));
  std::filesystem::create_symlink("precious", scratch.path("state.new"));
  EXPECT_FALSE(replace_state_file(*folder, "state", "content"));
  EXPECT_EQ(scratch.content("precious"), "precious");
  EXPECT_EQ(content_of(*folder, "state"), "content");
}

TEST(StateFile, WhatAKilledWriterLeftIsNotInTheWay) {
  const fakes::ScratchFolder scratch;
  const auto folder = open_ours(scratch.path());
  ASSERT_TRUE(folder);
  scratch.write("state.new", "half of a longer conte");
  EXPECT_FALSE(replace_state_file(*folder, "state", "content"));
  EXPECT_EQ(content_of(*folder, "state"), "content");
  EXPECT_FALSE(std::filesystem::exists(scratch.path("state.new")));
}

TEST(StateFile, AWriteThatFailsLeavesTheOldContentAndNothingElse) {
  const fakes::ScratchFolder scratch;
  const auto folder = open_ours(scratch.path());
  ASSERT_TRUE(folder);
  ASSERT_FALSE(replace_state_file(*folder, "state", "old"));
  const int status = fakes::status_of_child([&] {
    signal(SIGXFSZ, SIG_IGN);
    const rlimit three_bytes{3, 3};
    setrlimit(RLIMIT_FSIZE, &three_bytes);
    const auto error = replace_state_file(*folder, "state", "new content");
    return error && error->system.code == EFBIG ? kPassed : kFailed;
  });
  EXPECT_EQ(status, kPassed);
  EXPECT_EQ(content_of(*folder, "state"), "old");
  EXPECT_FALSE(std::filesystem::exists(scratch.path("state.new")));
}

// A child process mounts a file system of 16 pages and fills it.
TEST(StateFile, AFullDiskLeavesTheOldContent) {
  const fakes::ScratchFolder scratch;
  const int status = fakes::status_of_child([&] {
    if (!fakes::leave_mount_namespace() ||
        mount("none", scratch.path().c_str(), "tmpfs", 0, "nr_blocks=16,mode=0755") != 0) {
      return kNotPossible;
    }
    const auto folder = open_ours(scratch.path());
    if (!folder || replace_state_file(*folder, "state", "old")) return kFailed;
    scratch.write("ballast", std::string(1 << 20, 'x'));
    const auto error = replace_state_file(*folder, "state", "new");
    if (!error || error->system.code != ENOSPC || content_of(*folder, "state") != "old") return kFailed;
    if (std::filesystem::exists(scratch.path("state.new"))) return kFailed;
    std::filesystem::remove(scratch.path("ballast"));
    if (replace_state_file(*folder, "state", "new")) return kFailed;
    return content_of(*folder, "state") == "new" ? kPassed : kFailed;
  });
  if (status == kNotPossible) GTEST_SKIP() << "needs to mount";
  EXPECT_EQ(status, kPassed);
}

TEST(StateFile, AReadOnlyFileSystemIsReadAndItsErrorReported) {
  const fakes::ScratchFolder scratch;
  scratch.write("state", "old");
  const int status = fakes::status_of_child([&] {
    const char* path = scratch.path().c_str();
    if (!fakes::leave_mount_namespace() || mount(path, path, nullptr, MS_BIND, nullptr) != 0 ||
        mount(nullptr, path, nullptr, MS_BIND | MS_REMOUNT | MS_RDONLY, nullptr) != 0) {
      return kNotPossible;
    }
    const auto folder = open_ours(scratch.path());
    if (!folder) return kFailed;
    const auto error = replace_state_file(*folder, "state", "new");
    if (!error || error->system.code != EROFS) return kFailed;
    return content_of(*folder, "state") == "old" ? kPassed : kFailed;
  });
  if (status == kNotPossible) GTEST_SKIP() << "needs to mount";
  EXPECT_EQ(status, kPassed);
}

// Returns a text such as "7777777", of up to some pages.
std::string one_digit_often(std::minstd_rand& random) {
  const std::size_t length = 1 + random() % 20'000;
  std::string text(length, static_cast<char>('0' + random() % 10));
  return text;
}

TEST(StateFile, IsWholeAfterItsWriterWasKilledAtAnyInstant) {
  constexpr int kRounds = 60;
  const fakes::ScratchFolder scratch;
  const auto folder = open_ours(scratch.path());
  ASSERT_TRUE(folder);
  std::minstd_rand random(1);
  for (int round = 0; round < kRounds; ++round) {
    int ends[2];
    ASSERT_EQ(pipe(ends), 0);
    const Fd started{ends[0]};
    Fd running{ends[1]};
    random.discard(1);
    const pid_t writer = fakes::start_child([&] {
      for (;;) {
        if (replace_state_file(*folder, "state", one_digit_often(random))) return kFailed;
        if (write(running.get(), "", 1) != 1) return kFailed;
      }
    });
    running = Fd{};  // if the writer fails, the read below ends
    char signal_of_life = 0;
    ASSERT_EQ(read(started.get(), &signal_of_life, 1), 1);
    // The delay synchronises nothing; the writer may be killed at any instant.
    usleep(static_cast<useconds_t>(random() % 4000));
    kill(writer, SIGKILL);
    ASSERT_EQ(fakes::wait_for_child(writer), 128 + SIGKILL);
    const std::string content = content_of(*folder, "state");
    ASSERT_FALSE(content.empty());
    ASSERT_EQ(content, std::string(content.size(), content[0]));
  }
}

}  // namespace
}  // namespace isletime::state_file_test
