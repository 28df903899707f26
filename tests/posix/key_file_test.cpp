// SPDX-License-Identifier: MIT
#include "libsync/posix/key_file.hpp"

#include <algorithm>
#include <utility>

#include <sys/stat.h>

#include <gtest/gtest.h>

#include "tests/fakes/scratch_folder.hpp"
#include "tests/posix/hexadecimal.hpp"

namespace isletime::key_file_test {
namespace {

using hexadecimal::hex_of;

Result<KeyRing, std::string> parsed(const std::string& text) {
  auto locked = LockedBytes::allocate(text.size());
  std::copy(text.begin(), text.end(), locked->writable().begin());
  return parse_keys(*std::move(locked));
}

std::string fault_of(const std::string& text) {
  const auto keys = parsed(text);
  return keys ? "none" : keys.error();
}

// Reads "TYPE secret" as key 7 and returns the error, if any.
std::string key_7_of(const std::string& text) {
  const auto keys = parsed(text);
  if (!keys) return keys.error();
  const Key* key = keys->find(7);
  if (key == nullptr) return "absent";
  return std::string{to_string(key->type)} + ' ' + std::string{key->secret.begin(), key->secret.end()};
}

std::string hex_of_key_7(const std::string& text) {
  const auto keys = parsed(text);
  return keys && keys->find(7) != nullptr ? hex_of(keys->find(7)->secret) : "absent";
}

TEST(KeyFile, ReadsWhatChronyReads) {
  EXPECT_EQ(key_7_of("7 MD5 gentle\n"), "MD5 gentle");
  EXPECT_EQ(key_7_of("7 gentle\n"), "MD5 gentle");
  EXPECT_EQ(key_7_of("7 SHA1 ASCII:gentle\n"), "SHA1 gentle");
  EXPECT_EQ(key_7_of("7 SHA256 HEX:67656E746c65\n"), "SHA256 gentle");
  EXPECT_EQ(key_7_of("7 HEX:67656e746c65\n"), "MD5 gentle");
  EXPECT_EQ(key_7_of("! a\n; b\n% c\n# d\n\n  7 SHA512 gentle"), "SHA512 gentle");
  EXPECT_EQ(key_7_of("7 SHA1 a-text-that-is-longer-than-20\n"), "SHA1 a-text-that-is-longer-than-20");
  EXPECT_EQ(key_7_of("7 SHA1 ASCII:000102030405060708090a0b\n"), "SHA1 000102030405060708090a0b");
}

TEST(KeyFile, ReadsWhatNtpsecReads) {
  EXPECT_EQ(key_7_of("7\tsha1\tgentle # that of the harbour\n"), "SHA1 gentle");
  EXPECT_EQ(key_7_of("7 M gentle\n"), "MD5 gentle");
  EXPECT_EQ(key_7_of("7 MD5 12345678901234567890\n"), "MD5 12345678901234567890");
  EXPECT_EQ(hex_of_key_7("7 MD5 000102030405060708090A\n"), "000102030405060708090a");
  EXPECT_EQ(hex_of_key_7("7 SHA1 000102030405060708090a0b0c0d0e0f10111213\n"),
            "000102030405060708090a0b0c0d0e0f10111213");
}

TEST(KeyFile, KnowsTheNamesThatAesHas) {
  const std::string sixteen = " sixteen-bytes-16\n";
  for (const char* name : {"AES", "AES128", "AES-128", "AES-CMAC", "AES128CMAC", "AES-128-CMAC", "aes-128"}) {
    EXPECT_EQ(key_7_of("7 " + std::string{name} + sixteen), "AES128 sixteen-bytes-16") << name;
  }
  for (const char* name : {"AES256", "AES-256", "AES256CMAC", "AES-256-CMAC"}) {
    EXPECT_EQ(key_7_of("7 " + std::string{name} + " ASCII:thirty-two-bytes-are-an-AES-256-"),
              "AES256 thirty-two-bytes-are-an-AES-256-")
        << name;
  }
}

TEST(KeyFile, AnAesKeyHasTheCiphersLength) {
  EXPECT_EQ(fault_of("7 AES128 gentle"), "line 1: a key of type AES128 has 16 bytes, this one has 6");
  EXPECT_EQ(fault_of("7 AES256 HEX:2b7e151628aed2a6abf7158809cf4f3c"),
            "line 1: a key of type AES256 has 32 bytes, this one has 16");
}

TEST(KeyFile, FindsAKeyByItsNumber) {
  const auto keys = parsed("4294967295 MD5 last\r\n1 SHA1 first\r\n65536 SHA256 beyond-ntpsec\r\n");
  ASSERT_TRUE(keys);
  EXPECT_EQ(keys->keys().size(), 3U);
  ASSERT_NE(keys->find(1), nullptr);
  EXPECT_EQ(keys->find(1)->type, KeyType::kSha1);
  EXPECT_EQ(keys->find(1)->secret.size(), 5U);
  EXPECT_EQ(keys->find(65'536)->type, KeyType::kSha256);
  EXPECT_EQ(keys->find(4'294'967'295)->type, KeyType::kMd5);
  EXPECT_EQ(keys->find(0), nullptr);
  EXPECT_EQ(keys->find(2), nullptr);
}

TEST(KeyFile, AFileWithoutKeysHasNone) {
  for (const char* text : {"", "\n", "# nothing\n", " \t\r\n\n"}) {
    const auto keys = parsed(text);
    ASSERT_TRUE(keys) << text;
    EXPECT_TRUE(keys->keys().empty()) << text;
    EXPECT_EQ(keys->find(7), nullptr) << text;
  }
}

TEST(KeyFile, AKeyIsGoodWhereverItsRingIsMoved) {
  auto keys = parsed("7 MD5 gentle");
  ASSERT_TRUE(keys);
  const Key* key = keys->find(7);
  const KeyRing elsewhere = *std::move(keys);
  EXPECT_EQ(elsewhere.find(7), key);
  EXPECT_EQ(hex_of(key->secret), "67656e746c65");
}

TEST(KeyFile, NamesTheLineAndTheFault) {
  EXPECT_EQ(fault_of("# keys\n7\n"), "line 2: expected a key's number, its type and the key");
  EXPECT_EQ(fault_of("7 MD5 one two"), "line 1: expected a key's number, its type and the key");
  EXPECT_EQ(fault_of("7 MD5"), "line 1: expected a key's number, its type and the key");
  EXPECT_EQ(fault_of("7 MD5 #gentle"), "line 1: expected a key's number, its type and the key");
  EXPECT_EQ(fault_of("7 gentle #key"), "line 1: expected a key's number, its type and the key");
  for (const char* id : {"0", "-7", "+7", "4294967296", "7a", "seven", "0x7"}) {
    EXPECT_EQ(fault_of(std::string{id} + " MD5 gentle"), "line 1: a key's number is 1 to 4294967295") << id;
  }
  for (const char* type : {"SHA384", "MD4", "SHA", "AES192", "SHA1CMAC", "MD55", "CMAC", "A"}) {
    EXPECT_EQ(fault_of(std::string{"7 "} + type + " gentle"),
              "line 1: a key's type is MD5, SHA1, SHA256, SHA512, AES128 or AES256")
        << type;
  }
  EXPECT_EQ(fault_of("7 MD5 HEX:123"), "line 1: the key has an odd number of hexadecimal digits");
  EXPECT_EQ(fault_of("7 MD5 HEX:12xy"), "line 1: HEX: is followed by something else than hexadecimal digits");
  for (const char* key : {"HEX:", "ASCII:"}) {
    EXPECT_EQ(fault_of(std::string{"7 MD5 "} + key), "line 1: the key is empty") << key;
  }
  EXPECT_EQ(fault_of("7 MD5 a\x01"),
            "line 1: the key has a control character: write it in hexadecimal, with HEX: before it");
}

TEST(KeyFile, ANumberStandsForOneKey) {
  EXPECT_EQ(fault_of("7 MD5 gentle\n8 MD5 other\n7 SHA1 rough\n"), "line 3: key 7 is on line 1 already");
}

TEST(KeyFile, RefusesWhatProgramsReadAsDifferentKeys) {
  const std::string not_agreed =
      "line 1: programs do not agree on such a key: write HEX: or ASCII: before it";
  EXPECT_EQ(fault_of("7 MD5 gen#tle"),
            "line 1: there is a # within the key: write ASCII: before it if it is a part, else a blank");
  EXPECT_EQ(key_7_of("7 MD5 ASCII:gen#tle"), "MD5 gen#tle");
  EXPECT_EQ(fault_of("7 MD5 123456789012345678901"), not_agreed);
  EXPECT_EQ(fault_of("7 SHA512 " + std::string(66, 'a')), not_agreed);
  EXPECT_EQ(hex_of_key_7("7 SHA512 " + std::string(64, 'a')), std::string(64, 'a'));
}

TEST(KeyFile, NeverShowsAKey) {
  for (const char* line :
       {"7 MD5 sesame sesame", "sesame", "sesame MD5 x", "7 sesame sesame", "7 AES128 sesame",
        "7 MD5 HEX:sesame", "7 MD5 sesame#", "7 MD5 sesame\x01", "7 sesame MD5 #"}) {
    EXPECT_NE(fault_of(line), "none") << line;
    EXPECT_EQ(fault_of(line).find("sesame"), std::string::npos) << line;
  }
}

class KeyFileOnDisk : public testing::Test {
 protected:
  std::string write(const std::string& content, mode_t mode) const {
    scratch_.write("keys", content);
    std::string path = scratch_.path("keys");
    chmod(path.c_str(), mode);
    return path;
  }
  static std::string fault_of_file(const std::string& path) {
    const auto keys = read_key_file(path);
    if (keys) return "none";
    EXPECT_EQ(keys.error().find(path + ": "), 0U) << keys.error();
    return keys.error().substr(std::min(keys.error().size(), path.size() + 2));
  }

  fakes::ScratchFolder scratch_;
};

TEST_F(KeyFileOnDisk, IsReadWhenOnlyItsOwnerAndGroupCan) {
  for (const mode_t mode : {0600U, 0400U, 0640U}) {
    const auto keys = read_key_file(write("7 MD5 gentle\n", mode));
    ASSERT_TRUE(keys) << keys.error();
    ASSERT_NE(keys->find(7), nullptr);
    EXPECT_EQ(hex_of(keys->find(7)->secret), "67656e746c65");
  }
}

TEST_F(KeyFileOnDisk, IsRefusedWhenOthersMayReadOrWriteIt) {
  for (const mode_t mode : {0644U, 0604U, 0602U, 0606U, 0601U, 0666U}) {
    EXPECT_EQ(fault_of_file(write("7 MD5 gentle\n", mode)),
              "others may read or write the keys in it: chmod 600");
  }
  EXPECT_EQ(fault_of_file(write("7 MD5 gentle\n", 0660)), "its group may write the keys in it: chmod 600");
}

TEST_F(KeyFileOnDisk, SaysWhyItCannotBeRead) {
  EXPECT_EQ(fault_of_file(scratch_.path("missing")), "No such file or directory");
  EXPECT_EQ(fault_of_file(scratch_.path()), "it is no file");
  EXPECT_EQ(fault_of_file(write("7 MD5 gentle\n7\n", 0600)),
            "line 2: expected a key's number, its type and the key");
  const std::string pipe = scratch_.path("pipe");
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_EQ(fault_of_file(pipe), "it is no file");
}

TEST_F(KeyFileOnDisk, Has64KiBAtMost) {
  const std::string key = "7 MD5 gentle\n";
  const std::string comment = std::string(kLargestKeyFile - key.size() - 1, '#') + '\n';
  EXPECT_EQ(fault_of_file(write(comment + key, 0600)), "none");
  EXPECT_EQ(fault_of_file(write(comment + key + ' ', 0600)), "it is larger than 64 KiB");
}

TEST_F(KeyFileOnDisk, MayBeEmpty) {
  EXPECT_EQ(fault_of_file(write("", 0600)), "none");
}

TEST(LockedBytes, AreNoughtAtFirstAndOnesOwn) {
  auto bytes = LockedBytes::allocate(100);
  ASSERT_TRUE(bytes);
  EXPECT_EQ(hex_of(bytes->bytes()), std::string(200, '0'));
  bytes->writable()[99] = 1;
  const LockedBytes moved = *std::move(bytes);
  EXPECT_EQ(moved.bytes()[99], 1);
}

TEST(LockedBytesDeathTest, CannotBeWrittenOnceProtected) {
  auto bytes = LockedBytes::allocate(16);
  ASSERT_TRUE(bytes);
  bytes->protect();
  EXPECT_EQ(bytes->bytes()[0], 0);
  EXPECT_DEATH(bytes->writable()[0] = 1, "");
}

TEST(KeyFile, ExpandsEveryAesKeyOnce) {
  const auto keys = parsed(
      "5 AES128 HEX:2b7e151628aed2a6abf7158809cf4f3c\n6 MD5 gentle\n"
      "7 AES256 HEX:603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4\n");
  ASSERT_TRUE(keys.has_value());
  EXPECT_EQ(keys->find(6)->expanded, nullptr);
  // The tags are those of an empty message in RFC 4493 and NIST SP 800-38B.
  for (const auto& [id, tag] : {std::pair{5U, "bb1d6929e95937287fa37d129b756746"},
                                std::pair{7U, "028962f61b7bf89efc6b551f4667d983"}}) {
    ASSERT_NE(keys->find(id)->expanded, nullptr);
    EXPECT_EQ(hex_of(digest_of(*keys->find(id), {}).bytes()), tag);
  }
}

}  // namespace
}  // namespace isletime::key_file_test
