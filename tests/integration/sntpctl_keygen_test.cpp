// SPDX-License-Identifier: MIT
// Runs sntpctl keygen as a person and a script would, without an sntpd.
#include <filesystem>

#include <sys/stat.h>

#include <gtest/gtest.h>

#include "libsync/posix/key_file.hpp"
#include "tests/fakes/program.hpp"
#include "tests/fakes/scratch_folder.hpp"

namespace isletime::sntpctl_keygen_test {
namespace {

using fakes::Finished;

class SntpctlKeygen : public testing::Test {
 protected:
  static Finished keygen(std::vector<std::string> options) {
    options.insert(options.begin(), {fakes::built("sntpctl"), "keygen"});
    return fakes::run(std::move(options));
  }
  Finished shell(const std::string& before, const std::string& options) const {
    return fakes::run(
        {"sh", "-c",
         "cd " + folder_.path() + " && " + before + ' ' + fakes::built("sntpctl") + " keygen " + options});
  }

  fakes::ScratchFolder folder_;
  std::string path_ = folder_.path("keys");
};

void expect_one_line(const Finished& finished, int status, const std::string& words) {
  EXPECT_EQ(finished.status, status) << finished.err;
  EXPECT_EQ(finished.out, "");
  EXPECT_EQ(fakes::count_lines(finished.err), 1U) << finished.err;
  EXPECT_EQ(finished.err.rfind("sntpctl: ", 0), 0U) << finished.err;
  EXPECT_NE(finished.err.find(words), std::string::npos) << finished.err;
}

TEST_F(SntpctlKeygen, PrintsALineAndNothingElse) {
  const Finished finished = keygen({});
  EXPECT_EQ(finished.status, 0);
  EXPECT_EQ(finished.err, "");
  EXPECT_EQ(finished.out.rfind("1 SHA256 ", 0), 0U) << finished.out;
  EXPECT_EQ(fakes::count_lines(finished.out), 1U);
  EXPECT_EQ(keygen({"--id", "65535", "--type", "MD5"}).out.rfind("65535 MD5 ", 0), 0U);
  EXPECT_EQ(keygen({"--type", "AES256", "--format", "ntpsec"}).out.rfind("1 AES-256 ", 0), 0U);
}

TEST_F(SntpctlKeygen, FillsAFileKeyByKey) {
  int id = 0;
  for (const char* type : {"MD5", "SHA1", "SHA256", "SHA512", "AES128", "AES256"}) {
    const Finished finished = keygen({"--type", type, "--id", std::to_string(++id), "--out", path_});
    EXPECT_EQ(finished.status, 0) << finished.err;
    EXPECT_EQ(finished.out + finished.err, "");
  }
  struct stat status {};
  ASSERT_EQ(stat(path_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & ALLPERMS, 0600U);
  const auto keys = read_key_file(path_);
  ASSERT_TRUE(keys) << keys.error();
  EXPECT_EQ(keys->keys().size(), 6U);
}

TEST_F(SntpctlKeygen, LeavesAFileOutOfSightWhateverTheMask) {
  EXPECT_EQ(shell("umask 0 &&", "--out keys").status, 0);
  struct stat status {};
  ASSERT_EQ(stat(path_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & ALLPERMS, 0600U);
}

TEST_F(SntpctlKeygen, SaysInALineWhatItCannotMake) {
  expect_one_line(keygen({"--type", "SHA3"}), 2, "\"SHA3\" is not a key's type: MD5, SHA1,");
  for (const char* id : {"0", "65536", "-1", "4294967297", "1x", ""}) {
    expect_one_line(keygen({"--id", id}), 2, "is not a key's number, 1 to 65535");
  }
  expect_one_line(keygen({"--format", "ntpd"}), 2, "chrony or ntpsec");
  expect_one_line(keygen({"--out", ""}), 2, "is not a file");
  expect_one_line(keygen({"--json"}), 2, "keygen asks no sntpd");
  expect_one_line(keygen({"2026-02-03T04:05:06Z"}), 2,
                  "a time is for set, and a file for set-rate-error alone");
  expect_one_line(fakes::run({fakes::built("sntpctl"), "status", "--type", "MD5"}), 2, "for keygen alone");
}

TEST_F(SntpctlKeygen, SaysInALineWhereItCannotWrite) {
  expect_one_line(keygen({"--out", "/nowhere/keys"}), 3, "/nowhere/keys.new: No such file or directory");
  expect_one_line(keygen({"--out", folder_.path()}), 3, ": it is no file");
  expect_one_line(keygen({"--out", "/dev/full"}), 3, "/dev/full");
  std::filesystem::create_symlink("elsewhere", path_);
  expect_one_line(keygen({"--out", path_}), 3, ": it is a symbolic link");
  expect_one_line(shell("", ">/dev/full"), 3, "stdout: No space left on device");
}

TEST_F(SntpctlKeygen, AFullDiskLeavesTheFileAsItWas) {
  EXPECT_EQ(keygen({"--out", path_}).status, 0);
  const std::string before = folder_.content("keys");
  // The process may not write more: SIGXFSZ is ignored, so the write fails.
  expect_one_line(shell("trap '' XFSZ && ulimit -f 0 &&", "--id 2 --out keys"), 3, "write: File too large");
  EXPECT_EQ(folder_.content("keys"), before);
  EXPECT_FALSE(std::filesystem::exists(path_ + ".new"));
}

}  // namespace
}  // namespace isletime::sntpctl_keygen_test
