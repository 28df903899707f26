// SPDX-License-Identifier: MIT
#include "libsync/posix/socket_file.hpp"

#include <filesystem>
#include <fstream>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "tests/fakes/scratch_folder.hpp"
#include "tests/posix/local_client.hpp"

namespace isletime::socket_file_test {
namespace {

namespace fs = std::filesystem;

constexpr uid_t kStranger = 12345;

std::string refusal(const std::string& path) {
  const auto file = SocketFile::listen(path);
  if (file) return "none";
  EXPECT_FALSE(file.error().is_unavailable);
  EXPECT_EQ(file.error().text.find('\n'), std::string::npos);
  EXPECT_EQ(file.error().text.rfind(path + ": no socket made there: ", 0), 0U) << file.error().text;
  return file.error().text;
}

bool has(const std::string& text, const char* part) {
  return text.find(part) != std::string::npos;
}

TEST(SocketFile, AnybodyMayConnectWhileItLives) {
  const fakes::ScratchFolder folder;
  const std::string path = folder.path("new/control.sock");
  {
    const mode_t before = umask(077);
    const auto file = SocketFile::listen(path);
    umask(before);
    ASSERT_TRUE(file) << file.error().text;
    struct stat status {};
    ASSERT_EQ(stat(path.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0666U);
    EXPECT_TRUE(LocalClient(path).is_connected());
    EXPECT_NE(fcntl(file->socket().get(), F_GETFD) & FD_CLOEXEC, 0);
  }
  EXPECT_FALSE(fs::exists(path));
}

TEST(SocketFile, AMovedOneIsRemovedOnce) {
  const fakes::ScratchFolder folder;
  const std::string path = folder.path("control.sock");
  auto file = SocketFile::listen(path);
  ASSERT_TRUE(file);
  {
    const SocketFile moved{std::move(*file)};
    EXPECT_TRUE(LocalClient(path).is_connected());
  }
  EXPECT_FALSE(fs::exists(path));
}

TEST(SocketFile, AStaleSocketIsReplaced) {
  const fakes::ScratchFolder folder;
  const std::string path = folder.path("control.sock");
  auto dead = SocketFile::listen(path);
  ASSERT_TRUE(dead);
  // A killed server leaves its socket file behind, on which nobody listens.
  fs::rename(path, folder.path("kept"));
  dead = SocketFile::listen(folder.path("other.sock"));
  fs::rename(folder.path("kept"), path);
  EXPECT_FALSE(LocalClient(path).is_connected());
  const auto file = SocketFile::listen(path);
  ASSERT_TRUE(file) << file.error().text;
  EXPECT_TRUE(LocalClient(path).is_connected());
}

TEST(SocketFile, ALivingSocketIsLeftAlone) {
  const fakes::ScratchFolder folder;
  const std::string path = folder.path("control.sock");
  const auto first = SocketFile::listen(path);
  ASSERT_TRUE(first);
  EXPECT_TRUE(has(refusal(path), "another program answers there"));
  EXPECT_TRUE(LocalClient(path).is_connected());
}

TEST(SocketFile, TheEndRemovesOnlyItsOwnFile) {
  const fakes::ScratchFolder folder;
  const std::string path = folder.path("control.sock");
  {
    const auto file = SocketFile::listen(path);
    ASSERT_TRUE(file);
    fs::remove(path);
    std::ofstream(path) << "another's";
  }
  EXPECT_TRUE(fs::exists(path));
}

TEST(SocketFile, WhatIsNoSocketIsLeftAlone) {
  const fakes::ScratchFolder folder;
  const std::string path = folder.path("control.sock");
  std::ofstream(path) << "precious";
  EXPECT_TRUE(has(refusal(path), "it exists and is not a socket"));
  EXPECT_EQ(fs::file_size(path), 8U);
}

TEST(SocketFile, ASymbolicLinkIsNotFollowed) {
  const fakes::ScratchFolder folder;
  const std::string path = folder.path("control.sock");
  fs::create_symlink(folder.path("elsewhere"), path);
  EXPECT_TRUE(has(refusal(path), "it is a symbolic link"));
  EXPECT_FALSE(fs::exists(folder.path("elsewhere")));
  fs::create_directory(folder.path("real"));
  fs::create_directory_symlink(folder.path("real"), folder.path("link"));
  EXPECT_TRUE(has(refusal(folder.path("link/control.sock")), "/link: it is a symbolic link"));
}

TEST(SocketFile, AFolderThatOthersMayWriteToIsNotUsed) {
  const fakes::ScratchFolder folder;
  for (const unsigned mode : {0777U, 0775U, 0757U}) {
    fs::permissions(folder.path(), fs::perms{mode});
    EXPECT_TRUE(has(refusal(folder.path("control.sock")), "others may write to it")) << mode;
  }
  // This is the mode of /tmp.
  fs::permissions(folder.path(), fs::perms{01777});
  EXPECT_EQ(refusal(folder.path("control.sock")), "none");
}

TEST(SocketFile, AStrangersFolderIsNotUsedExceptTheAccountsOwn) {
  if (geteuid() != 0) GTEST_SKIP() << "needs root to give a folder away";
  const fakes::ScratchFolder folder;
  ASSERT_EQ(chown(folder.path().c_str(), kStranger, kStranger), 0);
  EXPECT_TRUE(has(refusal(folder.path("control.sock")), "it belongs to somebody else"));
  EXPECT_TRUE(SocketFile::listen(folder.path("control.sock"), kStranger));
}

TEST(SocketFile, APathMustFitAndLeadSomewhere) {
  const fakes::ScratchFolder folder;
  EXPECT_TRUE(has(refusal(folder.path(std::string(100, 'x'))), "1 to 107 bytes"));
  EXPECT_TRUE(has(refusal(folder.path("no/such/control.sock")), "No such file"));
  std::ofstream(folder.path("file")) << "";
  EXPECT_FALSE(SocketFile::listen(folder.path("file/control.sock")));
}

}  // namespace
}  // namespace isletime::socket_file_test
