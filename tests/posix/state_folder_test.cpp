// SPDX-License-Identifier: MIT
#include "libsync/posix/state_folder.hpp"

#include <array>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "tests/fakes/scratch_folder.hpp"
#include "tests/fakes/synced_paths.hpp"

namespace isletime::state_folder_test {
namespace {

namespace fs = std::filesystem;

constexpr uid_t kSomebody = 4711;

Result<StateFolder, StateError> open_ours(const std::string& path) {
  return StateFolder::open(path, geteuid());
}

StateFault fault_of_folder(const std::string& path) {
  return open_ours(path).error().fault;
}

TEST(StateFolder, IsMadeWithTheFoldersAboveIt) {
  const fakes::ScratchFolder scratch;
  const auto folder = open_ours(scratch.path("a/b/isletime//"));
  ASSERT_TRUE(folder) << to_string(folder.error());
  EXPECT_EQ(folder->path(), scratch.path("a/b/isletime"));
  EXPECT_EQ(fs::status(scratch.path("a/b/isletime")).permissions() & fs::perms::others_write,
            fs::perms::none);
}

TEST(StateFolder, OneThatIsThereIsTaken) {
  const fakes::ScratchFolder scratch;
  EXPECT_TRUE(open_ours(scratch.path()));
}

TEST(StateFolder, ALinkIsRefusedAlsoWithASlashBehindIt) {
  const fakes::ScratchFolder scratch;
  fs::create_directory(scratch.path("real"));
  fs::create_directory_symlink(scratch.path("real"), scratch.path("link"));
  ASSERT_FALSE(open_ours(scratch.path("link")));
  EXPECT_EQ(fault_of_folder(scratch.path("link")), StateFault::kSymlink);
  ASSERT_FALSE(open_ours(scratch.path("link/")));
  EXPECT_EQ(fault_of_folder(scratch.path("link/")), StateFault::kSymlink);
}

TEST(StateFolder, OneThatOthersMayWriteIsRefused) {
  const fakes::ScratchFolder scratch;
  for (const mode_t mode : {0775U, 0757U, 01777U}) {
    ASSERT_EQ(chmod(scratch.path().c_str(), mode), 0);
    ASSERT_FALSE(open_ours(scratch.path()));
    EXPECT_EQ(fault_of_folder(scratch.path()), StateFault::kWritableByOthers);
  }
}

TEST(StateFolder, AFileInItsPlaceIsRefused) {
  const fakes::ScratchFolder scratch;
  scratch.write("file", "");
  ASSERT_FALSE(open_ours(scratch.path("file")));
  EXPECT_EQ(fault_of_folder(scratch.path("file")), StateFault::kNotAFolder);
}

TEST(StateFolder, SomebodyElsesIsRefusedButRootMayHaveMadeIt) {
  if (geteuid() != 0) GTEST_SKIP() << "needs root";
  const fakes::ScratchFolder scratch;
  EXPECT_TRUE(StateFolder::open(scratch.path(), kSomebody));
  ASSERT_EQ(chown(scratch.path().c_str(), kSomebody, 0), 0);
  EXPECT_TRUE(StateFolder::open(scratch.path(), kSomebody));
  ASSERT_FALSE(open_ours(scratch.path()));
  EXPECT_EQ(fault_of_folder(scratch.path()), StateFault::kNotOurs);
}

TEST(StateFolder, RootMakesItForWhomTheDaemonWillBe) {
  if (geteuid() != 0) GTEST_SKIP() << "needs root";
  const fakes::ScratchFolder scratch;
  ASSERT_TRUE(StateFolder::open(scratch.path("state"), kSomebody));
  struct stat status {};
  ASSERT_EQ(stat(scratch.path("state").c_str(), &status), 0);
  EXPECT_EQ(status.st_uid, kSomebody);
}

uid_t owner_of(const std::string& path) {
  struct stat status {};
  EXPECT_EQ(lstat(path.c_str(), &status), 0);
  return status.st_uid;
}

TEST(StateFolder, RootHandsItsOwnOverWithTheFilesThatItKnows) {
  if (geteuid() != 0) GTEST_SKIP() << "needs root";
  constexpr std::array<std::string_view, 2> kNames{"state", "log"};
  const fakes::ScratchFolder scratch;
  scratch.write("state", "1");
  const auto folder = StateFolder::open(scratch.path(), kSomebody);
  ASSERT_TRUE(folder);
  EXPECT_FALSE(folder->is_owners());
  EXPECT_TRUE(folder->hand_over(kNames));
  EXPECT_TRUE(folder->is_owners());
  EXPECT_EQ(owner_of(scratch.path()), kSomebody);
  EXPECT_EQ(owner_of(scratch.path("state")), kSomebody);
}

TEST(StateFolder, RootKeepsOneThatHoldsAnythingElse) {
  if (geteuid() != 0) GTEST_SKIP() << "needs root";
  constexpr std::array<std::string_view, 1> kNames{"state"};
  const fakes::ScratchFolder scratch;
  scratch.write("state", "1");
  scratch.write("passwd", "root");
  const auto folder = StateFolder::open(scratch.path(), kSomebody);
  ASSERT_TRUE(folder);
  EXPECT_FALSE(folder->hand_over(kNames));
  for (const char* name : {"", "state", "passwd"}) EXPECT_EQ(owner_of(scratch.path(name)), 0U) << name;
}

TEST(StateFolder, IsHeldByOneAtATime) {
  const fakes::ScratchFolder scratch;
  {
    const auto first = open_ours(scratch.path());
    ASSERT_TRUE(first);
    ASSERT_FALSE(open_ours(scratch.path()));
    EXPECT_EQ(fault_of_folder(scratch.path()), StateFault::kInUse);
  }
  EXPECT_TRUE(open_ours(scratch.path()));
}

class SyncedStateFolder : public testing::Test {
 protected:
  SyncedStateFolder() { fakes::synced_paths.clear(); }
  ~SyncedStateFolder() override { fakes::sync_failure = 0; }

  const fakes::ScratchFolder scratch_;
};

TEST_F(SyncedStateFolder, WaitsForTheFoldersAboveItToo) {
  const auto folder = open_ours(scratch_.path("a/b"));
  ASSERT_TRUE(folder);
  EXPECT_FALSE(folder->sync_with_parents());
  for (const char* path : {"a/b", "a"}) EXPECT_TRUE(fakes::was_synced(scratch_.path(path))) << path;
  EXPECT_TRUE(fakes::was_synced(scratch_.path()));
}

TEST_F(SyncedStateFolder, OfARelativePathIsSyncedToo) {
  const fs::path before = fs::current_path();
  fs::current_path(scratch_.path());
  const auto folder = open_ours("a/b");
  const auto error = folder->sync_with_parents();
  fs::current_path(before);
  EXPECT_FALSE(error);
  for (const char* path : {"a/b", "a"}) EXPECT_TRUE(fakes::was_synced(scratch_.path(path))) << path;
  EXPECT_TRUE(fakes::was_synced(scratch_.path()));
}

TEST_F(SyncedStateFolder, SkipsAFolderAboveItThatItMayNotRead) {
  if (geteuid() != 0) GTEST_SKIP() << "needs root";
  ASSERT_EQ(chmod(scratch_.path().c_str(), 0711), 0);
  const auto folder = StateFolder::open(scratch_.path("a/state"), kSomebody);
  ASSERT_TRUE(folder);
  ASSERT_EQ(seteuid(kSomebody), 0);
  const auto error = folder->sync_with_parents();
  ASSERT_EQ(seteuid(0), 0);
  EXPECT_FALSE(error) << to_string(*error);
  EXPECT_TRUE(fakes::was_synced(scratch_.path("a")));
  EXPECT_FALSE(fakes::was_synced(scratch_.path()));
}

TEST_F(SyncedStateFolder, SaysThatTheDiskFails) {
  const auto folder = open_ours(scratch_.path("a"));
  ASSERT_TRUE(folder);
  fakes::sync_failure = EIO;
  const auto error = folder->sync_with_parents();
  ASSERT_TRUE(error);
  EXPECT_EQ(to_string(*error), "fsync: Input/output error");
}

class FileInStateFolder : public testing::Test {
 protected:
  StateFault fault(const std::string& name) const { return folder_->open_file(name, O_RDONLY).error().fault; }

  fakes::ScratchFolder scratch_;
  Result<StateFolder, StateError> folder_ = open_ours(scratch_.path());
};

TEST_F(FileInStateFolder, OpensIfItIsOurs) {
  scratch_.write("file", "content");
  EXPECT_TRUE(folder_->open_file("file", O_RDONLY));
}

TEST_F(FileInStateFolder, ALinkIsRefusedAlsoToAFileOfOurs) {
  scratch_.write("file", "content");
  fs::create_symlink(scratch_.path("file"), scratch_.path("link"));
  ASSERT_FALSE(folder_->open_file("link", O_RDONLY));
  EXPECT_EQ(fault("link"), StateFault::kSymlink);
}

TEST_F(FileInStateFolder, AFifoIsRefusedAtOnce) {
  ASSERT_EQ(mkfifo(scratch_.path("fifo").c_str(), 0600), 0);
  ASSERT_FALSE(folder_->open_file("fifo", O_RDONLY));
  EXPECT_EQ(fault("fifo"), StateFault::kNotAFile);
  ASSERT_FALSE(folder_->open_file("fifo", O_WRONLY));
  EXPECT_EQ(folder_->open_file("fifo", O_WRONLY).error().fault, StateFault::kNotAFile);
}

TEST_F(FileInStateFolder, AFolderIsRefused) {
  fs::create_directory(scratch_.path("folder"));
  ASSERT_FALSE(folder_->open_file("folder", O_RDONLY));
  EXPECT_EQ(fault("folder"), StateFault::kNotAFile);
}

TEST_F(FileInStateFolder, OneThatOthersMayWriteIsRefused) {
  scratch_.write("file", "content");
  ASSERT_EQ(chmod(scratch_.path("file").c_str(), 0666), 0);
  ASSERT_FALSE(folder_->open_file("file", O_RDONLY));
  EXPECT_EQ(fault("file"), StateFault::kWritableByOthers);
}

TEST_F(FileInStateFolder, SomebodyElsesIsRefused) {
  if (geteuid() != 0) GTEST_SKIP() << "needs root";
  scratch_.write("file", "content");
  ASSERT_EQ(chown(scratch_.path("file").c_str(), kSomebody, 0), 0);
  ASSERT_FALSE(folder_->open_file("file", O_RDONLY));
  EXPECT_EQ(fault("file"), StateFault::kNotOurs);
}

TEST(StateError, SaysWhatIsWrong) {
  EXPECT_EQ(to_string(StateError{StateFault::kSystem, {ENOSPC, "write"}}), "write: No space left on device");
  EXPECT_EQ(to_string(StateError{StateFault::kWritableByOthers, {}}),
            "may be written by others: chmod go-w it");
}

}  // namespace
}  // namespace isletime::state_folder_test
