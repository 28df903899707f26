// SPDX-License-Identifier: MIT
#include "libsync/posix/key_maker.hpp"

#include <algorithm>
#include <filesystem>
#include <set>
#include <string_view>

#include <sys/stat.h>

#include <gtest/gtest.h>

#include "libsync/posix/key_file.hpp"
#include "tests/fakes/scratch_folder.hpp"

namespace isletime::key_maker_test {
namespace {

constexpr KeyType kTypes[] = {KeyType::kMd5,    KeyType::kSha1,   KeyType::kSha256,
                              KeyType::kSha512, KeyType::kAes128, KeyType::kAes256};
constexpr KeyDialect kDialects[] = {KeyDialect::kChrony, KeyDialect::kNtpsec};

std::string line_of(std::uint32_t id, KeyType type, KeyDialect dialect = KeyDialect::kChrony) {
  const auto line = make_key_line(id, type, dialect);
  return line ? std::string{line->bytes().begin(), line->bytes().end()} : std::string{};
}

constexpr std::string_view kText = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::string_view kHexadecimal = "0123456789abcdef";

// Returns the key of a line with this beginning if it has only these characters; otherwise the line in
// brackets.
std::string key_in(const std::string& line, std::string_view beginning, std::string_view characters) {
  const std::size_t length = line.size() - std::min(line.size(), beginning.size() + 1);
  const std::string key = line.substr(std::min(line.size(), beginning.size()), length);
  const bool is_so =
      line == std::string{beginning} + key + '\n' && key.find_first_not_of(characters) == std::string::npos;
  return is_so ? key : '[' + line + ']';
}

TEST(KeyMaker, WritesADigestsKeyAsBothProgramsReadIt) {
  for (const KeyDialect dialect : kDialects) {
    EXPECT_EQ(key_in(line_of(7, KeyType::kMd5, dialect), "7 MD5 ", kText).size(), 20U);
    EXPECT_EQ(key_in(line_of(7, KeyType::kSha1, dialect), "7 SHA1 ", kText).size(), 20U);
    EXPECT_EQ(key_in(line_of(7, KeyType::kSha256, dialect), "7 SHA256 ", kText).size(), 20U);
    EXPECT_EQ(key_in(line_of(7, KeyType::kSha512, dialect), "7 SHA512 ", kText).size(), 20U);
  }
}

// ntpsec 1.2.2 reports "unknown auth type AES128", and chrony 4.3 accepts no other name.
TEST(KeyMaker, AesHasTheNamesOfTheFormat) {
  const auto ntpsec = KeyDialect::kNtpsec;
  EXPECT_EQ(key_in(line_of(7, KeyType::kAes128), "7 AES128 HEX:", kHexadecimal).size(), 32U);
  EXPECT_EQ(key_in(line_of(7, KeyType::kAes256), "7 AES256 HEX:", kHexadecimal).size(), 64U);
  EXPECT_EQ(key_in(line_of(7, KeyType::kAes128, ntpsec), "7 AES-128 ", kHexadecimal).size(), 32U);
  EXPECT_EQ(key_in(line_of(7, KeyType::kAes256, ntpsec), "7 AES-256 ", kHexadecimal).size(), 64U);
}

TEST(KeyMaker, WhatItWritesWeRead) {
  for (const KeyType type : kTypes) {
    for (const KeyDialect dialect : kDialects) {
      auto line = make_key_line(65'535, type, dialect);
      ASSERT_TRUE(line);
      const auto keys = parse_keys(*std::move(line));
      ASSERT_TRUE(keys) << keys.error();
      ASSERT_NE(keys->find(65'535), nullptr);
      EXPECT_EQ(keys->find(65'535)->type, type);
    }
  }
}

// Attack class 22, CVE-2021-22212: some programs end a key at a "#", which leaves a weak key.
TEST(KeyMaker, AKeyNeverHasWhatEndsIt) {
  for (const KeyType type : kTypes) {
    for (const KeyDialect dialect : kDialects) {
      for (int i = 0; i < 200; ++i) {
        const std::string line = line_of(7, type, dialect);
        const std::string key = line.substr(line.rfind(' ') + 1);
        EXPECT_EQ(key.find_first_of("#!;% \t\"'\\"), std::string::npos) << line;
        EXPECT_EQ(key.find('\n'), key.size() - 1);
      }
    }
  }
}

TEST(KeyMaker, NoTwoKeysAreAlike) {
  for (const KeyType type : kTypes) {
    std::set<std::string> lines;
    std::set<char> characters;
    for (int i = 0; i < 200; ++i) {
      const std::string line = line_of(7, type);
      lines.insert(line);
      const auto key = line.find_last_of(" :") + 1;
      characters.insert(line.begin() + static_cast<std::ptrdiff_t>(key), line.end() - 1);
    }
    EXPECT_EQ(lines.size(), 200U);
    // The probability that a character is missing from 4000 is 64 * (63/64)^4000, less than 1e-25.
    EXPECT_EQ(characters.size(), type == KeyType::kAes128 || type == KeyType::kAes256 ? 16U : 64U);
  }
}

class KeyFileMaker : public testing::Test {
 protected:
  std::optional<std::string> add(std::uint32_t id) const {
    const auto line = make_key_line(id, KeyType::kSha256, KeyDialect::kChrony);
    return add_key_line(path_, id, line->bytes());
  }
  void expect_refused(const std::string& why) const {
    const std::string before = folder_.content("keys");
    EXPECT_EQ(add(7), path_ + ": " + why);
    EXPECT_EQ(folder_.content("keys"), before);
    EXPECT_FALSE(std::filesystem::exists(path_ + ".new"));
  }
  void write(const std::string& content, mode_t mode = 0600) const {
    folder_.write("keys", content);
    chmod(path_.c_str(), mode);
  }
  mode_t mode() const {
    struct stat status {};
    return stat(path_.c_str(), &status) == 0 ? status.st_mode & ALLPERMS : 0;
  }

  fakes::ScratchFolder folder_;
  std::string path_ = folder_.path("keys");
};

TEST_F(KeyFileMaker, MakesAFileThatOthersCannotRead) {
  const mode_t mask = umask(0);
  EXPECT_EQ(add(7), std::nullopt);
  umask(mask);
  EXPECT_EQ(mode(), 0600U);
  const auto keys = read_key_file(path_);
  ASSERT_TRUE(keys) << keys.error();
  EXPECT_NE(keys->find(7), nullptr);
}

TEST_F(KeyFileMaker, KeepsWhatIsInTheFileAndWhoMayReadIt) {
  write("# harbour\n3 SHA1 gentle", 0640);
  EXPECT_EQ(add(7), std::nullopt);
  EXPECT_EQ(folder_.content("keys").rfind("# harbour\n3 SHA1 gentle\n7 SHA256 ", 0), 0U);
  EXPECT_EQ(mode(), 0640U);
  EXPECT_EQ(add(8), std::nullopt);
  const auto keys = read_key_file(path_);
  ASSERT_TRUE(keys) << keys.error();
  EXPECT_EQ(keys->keys().size(), 3U);
}

TEST_F(KeyFileMaker, AddsToAFileThatIsEmpty) {
  write("");
  EXPECT_EQ(add(7), std::nullopt);
  EXPECT_EQ(folder_.content("keys").rfind("7 SHA256 ", 0), 0U);
}

TEST_F(KeyFileMaker, RefusesANumberThatIsTaken) {
  write("7 SHA1 gentle\n");
  expect_refused("it has a key 7 already");
}

TEST_F(KeyFileMaker, RefusesAFileThatIsNotOneOfKeys) {
  write("[Unit]\n");
  expect_refused("line 1: expected a key's number, its type and the key");
}

TEST_F(KeyFileMaker, RefusesAFileThatOthersRead) {
  write("3 SHA1 gentle\n", 0644);
  expect_refused("others may read or write the keys in it: chmod 600");
}

// Attack class 20: an attacker chooses where a symbolic link leads.
TEST_F(KeyFileMaker, RefusesASymbolicLink) {
  folder_.write("elsewhere", "");
  chmod(folder_.path("elsewhere").c_str(), 0600);
  std::filesystem::create_symlink(folder_.path("elsewhere"), path_);
  expect_refused("it is a symbolic link");
  std::filesystem::remove(folder_.path("elsewhere"));
  expect_refused("it is a symbolic link");
}

TEST_F(KeyFileMaker, FollowsNoLinkWithItsNewFileEither) {
  std::filesystem::create_symlink(folder_.path("elsewhere"), path_ + ".new");
  EXPECT_NE(add(7), std::nullopt);
  EXPECT_FALSE(std::filesystem::exists(folder_.path("elsewhere")));
}

TEST_F(KeyFileMaker, RefusesAFolder) {
  std::filesystem::create_directory(path_);
  EXPECT_EQ(add(7), path_ + ": it is no file");
}

TEST_F(KeyFileMaker, RefusesAFileThatWouldBeTooLarge) {
  write(std::string(kLargestKeyFile - 10, '#'));
  expect_refused("it would be larger than 64 KiB");
}

TEST_F(KeyFileMaker, OfTwoAtATimeOneIsRefused) {
  folder_.write("keys.new", "");
  EXPECT_EQ(add(7), path_ + ".new: it exists: another process may be adding a key; if none is, remove it");
  EXPECT_TRUE(std::filesystem::exists(path_ + ".new")) << "it is the other's";
}

}  // namespace
}  // namespace isletime::key_maker_test
