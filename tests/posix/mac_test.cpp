// SPDX-License-Identifier: MIT
#include "libsync/posix/mac.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "libsync/core/ntp_cmac.hpp"
#include "libsync/core/ntp_packet.hpp"
#include "tests/fakes/secrets.hpp"
#include "tests/posix/hexadecimal.hpp"

namespace isletime::mac_test {
namespace {

using hexadecimal::bytes_of_hex;
using hexadecimal::hex_of;

struct Secret {
  std::vector<std::uint8_t> bytes;

  Key key(KeyType type, std::uint32_t id = 7) const { return {id, type, bytes}; }
};

Secret secret_of_text(const std::string& text) {
  return {{text.begin(), text.end()}};
}

std::string digest_in_hex(KeyType type, const std::string& secret, const std::string& message) {
  const Secret owner = secret_of_text(secret);
  const Secret said = secret_of_text(message);
  return hex_of(digest_of(owner.key(type), said.bytes).bytes());
}

// The messages are the standards'; their beginning is used as the key.
TEST(Mac, Md5IsOfTheKeyAndThePacketBehindIt) {
  // RFC 1321, appendix A.5, has these digests.
  EXPECT_EQ(digest_in_hex(KeyType::kMd5, "", ""), "d41d8cd98f00b204e9800998ecf8427e");
  EXPECT_EQ(digest_in_hex(KeyType::kMd5, "message ", "digest"), "f96b697d7cb7938d525a2f31aaf161d0");
}

TEST(Mac, ShaIsOfTheKeyAndThePacketBehindIt) {
  // FIPS 180 has the digests of "abc".
  EXPECT_EQ(digest_in_hex(KeyType::kSha1, "a", "bc"), "a9993e364706816aba3e25717850c26c9cd0d89d");
  EXPECT_EQ(digest_in_hex(KeyType::kSha256, "ab", "c"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(digest_in_hex(KeyType::kSha512, "a", "bc"),
            "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
            "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f");
}

// RFC 4493, section 4, and NIST SP 800-38B, appendix D.3, have the same messages.
const std::string kMessageOf40 =
    "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411";
constexpr const char* kAes128Key = "2b7e151628aed2a6abf7158809cf4f3c";
constexpr const char* kAes256Key = "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4";

TEST(Mac, Aes128CmacIsThatOfRfc4493) {
  const Secret secret{bytes_of_hex(kAes128Key)};
  const Key key = secret.key(KeyType::kAes128);
  const auto message = bytes_of_hex(kMessageOf40);
  EXPECT_EQ(hex_of(digest_of(key, {}).bytes()), "bb1d6929e95937287fa37d129b756746");
  EXPECT_EQ(hex_of(digest_of(key, Bytes{message}.first(16)).bytes()), "070a16b46b4d4144f79bdd9dd04a287c");
  EXPECT_EQ(hex_of(digest_of(key, message).bytes()), "dfa66747de9ae63030ca32611497c827");
}

// A device signs by libsync/core, the hub by its library.
TEST(Mac, ADeviceAndTheHubSignAlikeAtEveryLength) {
  const auto secret = bytes_of_hex(kAes128Key);
  const Key key{7, KeyType::kAes128, secret};
  const CmacKey device{7, Aes128Cmac{Bytes{secret}.first<16>()}};
  std::vector<std::uint8_t> packet(kHeaderSize, 0xa5);
  packet[0] = 0x23;
  for (; packet.size() < 200; packet.push_back(static_cast<std::uint8_t>(packet.size()))) {
    const SentMac sent(key, packet);
    ASSERT_EQ(hex_of(ntp_cmac(device, packet)), hex_of(sent.bytes())) << packet.size();
  }
}

TEST(Mac, Aes256CmacIsThatOfSp80038B) {
  const Secret secret{bytes_of_hex(kAes256Key)};
  const Key key = secret.key(KeyType::kAes256);
  const auto message = bytes_of_hex(kMessageOf40);
  EXPECT_EQ(hex_of(digest_of(key, {}).bytes()), "028962f61b7bf89efc6b551f4667d983");
  EXPECT_EQ(hex_of(digest_of(key, Bytes{message}.first(16)).bytes()), "28a7023f452e8f82bd4bf28d8c37c35c");
  EXPECT_EQ(hex_of(digest_of(key, message).bytes()), "aaf3d8f1de5640c232f5b169b9c911e6");
}

std::string counted(std::size_t size) {
  std::string bytes;
  for (std::size_t i = 0; i < size; ++i) bytes += static_cast<char>(i);
  return bytes;
}

struct Captured {
  const char* of;
  std::uint32_t id;
  KeyType type;
  Secret secret;
  const char* datagram;
};

std::vector<Captured> captured() {
  const Secret md5 = secret_of_text("isletime-md5");
  const Secret sha1 = secret_of_text(counted(20));
  const Secret sha256 = secret_of_text(counted(32));
  const Secret aes128{bytes_of_hex(kAes128Key)};
  const Secret aes256{bytes_of_hex(kAes256Key)};
  return {
      {"chronyd, version 4, MD5", 1, KeyType::kMd5, md5,
       "23000620000000000000000000000000000000000000000000000000000000000000000000000000c14275beac187f06"
       "00000001ac69c51c7f4644332cfd0f30d14a2d08"},
      {"chronyd, version 4, SHA1", 2, KeyType::kSha1, sha1,
       "230006200000000000000000000000000000000000000000000000000000000000000000000000003798abf89cec7a8c"
       "00000002a7b373cdedc00852dc32ba2aec661d94f8675aaf"},
      {"chronyd, version 3, SHA256", 3, KeyType::kSha256, sha256,
       "1b000620000000000000000000000000000000000000000000000000000000000000000000000000e7d7ebf8eaa12e0b"
       "00000003fc4e73c33f58c631f4e8cf7696a55e51e8fc6f83d22c6c094c6256bced170716"},
      {"chronyd, version 4, SHA256", 3, KeyType::kSha256, sha256,
       "230006200000000000000000000000000000000000000000000000000000000000000000000000000049c8c9a7ee02d2"
       "000000035d157d7580f0aa4bcb8ab8ea9a4df82361586f4b"},
      {"chronyd, version 3, SHA512", 4, KeyType::kSha512, secret_of_text(counted(64)),
       "1b000620000000000000000000000000000000000000000000000000000000000000000000000000dd8797eb2123dedf"
       "0000000415532a42e8dbee64b9ee9841e26671f0cd893a26d6aa6ca1ee5a0711e1c87a61082e6efc7b95c901"
       "ad39d94826151b100aad7e5dc3c5420fa5e63f454b3bbd2e"},
      {"chronyd, version 4, SHA512", 4, KeyType::kSha512, secret_of_text(counted(64)),
       "2300062000000000000000000000000000000000000000000000000000000000000000000000000050e6000651e01de3"
       "0000000442fcb8552889430b3e63511efff859ef7758a223"},
      {"chronyd, version 4, AES128", 5, KeyType::kAes128, aes128,
       "230006200000000000000000000000000000000000000000000000000000000000000000000000009ce4fdc6c1b3f881"
       "00000005e66dfacc4fa2b2ed9d4a7520d685d3af"},
      {"chronyd, version 3, AES128", 5, KeyType::kAes128, aes128,
       "1b000620000000000000000000000000000000000000000000000000000000000000000000000000e7d06a9ae2177caa"
       "00000005cc9802e9d8f48b2b5c72859899544591"},
      {"chronyd, version 4, AES256", 6, KeyType::kAes256, aes256,
       "23000620000000000000000000000000000000000000000000000000000000000000000000000000ccb86b398d98bc97"
       "00000006e5990b0aa3c2ce103aa3dea229f7cd91"},
      {"ntpd of ntpsec, version 3, SHA256", 3, KeyType::kSha256, sha256,
       "1c0200e800000000000000007f00000100000000000000001122334455667703eeabcf7e7a1fb769eeabcf7e7a24777d"
       "00000003d25313b0b4e150e08a0ed5d7257cd87f7fcc6b42"},
      {"ntpd of ntpsec, version 3, SHA512", 4, KeyType::kSha512, sha256,
       "1c0200e800000000000000007f00000100000000000000001122334455667704eeabcf81fb440381eeabcf81fb47fdbc"
       "0000000422bdb96d9b47955120d740019de4af2e55b51981"},
      {"ntpd of ntpsec, version 4, SHA512", 4, KeyType::kSha512, sha256,
       "240200e800000000000000007f00000100000000000000001122334455667704eeabcf81fb4d13a2eeabcf81fb4d935e"
       "0000000429ed694584fa05af999e528134abe743929b78ee"},
      {"ntpdig of ntpsec, version 4, MD5", 1, KeyType::kMd5, md5,
       "e3000000000000000000000000000000000000000000000000000000000000000000000000000000eeabcf4f3e769000"
       "00000001ffad8707e56e101ab89b0e2c34c90855"},
      {"ntpdig of ntpsec, version 4, AES-256", 6, KeyType::kAes256, aes256,
       "e3000000000000000000000000000000000000000000000000000000000000000000000000000000eeabcf4fe0681000"
       "0000000611f88bfd17db3091c9cad7e6a78ee4e5"},
  };
}

TEST(Mac, KnowsTheSignaturesOfRealPeers) {
  for (const Captured& c : captured()) {
    EXPECT_TRUE(is_signed_by(c.secret.key(c.type, c.id), bytes_of_hex(c.datagram))) << c.of;
  }
}

TEST(Mac, SignsAsChronyDoes) {
  for (const Captured& c : captured()) {
    if (std::string{c.of}.find("chronyd") == std::string::npos) continue;
    const auto datagram = bytes_of_hex(c.datagram);
    const Bytes packet = Bytes{datagram}.first(kHeaderSize);
    EXPECT_EQ(fakes::signed_with(c.secret.key(c.type, c.id), packet), datagram) << c.of;
  }
}

TEST(Mac, EveryBitOfAPacketCounts) {
  for (const Captured& c : captured()) {
    const auto datagram = bytes_of_hex(c.datagram);
    const Key key = c.secret.key(c.type, c.id);
    for (std::size_t bit = 0; bit < datagram.size() * 8; ++bit) {
      auto forged = datagram;
      forged[bit / 8] = static_cast<std::uint8_t>(forged[bit / 8] ^ (1U << bit % 8));
      EXPECT_FALSE(is_signed_by(key, forged)) << c.of << ", bit " << bit;
    }
  }
}

constexpr KeyType kTypes[] = {KeyType::kMd5,    KeyType::kSha1,   KeyType::kSha256,
                              KeyType::kSha512, KeyType::kAes128, KeyType::kAes256};

Secret any_secret(KeyType type) {
  return secret_of_text(counted(type == KeyType::kAes128 ? 16 : 32));
}

Header header_of_version(std::uint8_t version) {
  Header header;
  header.version = version;
  header.mode = Mode::kServer;
  header.transmit = NtpTimestamp::from_raw(0x0123'4567'89ab'cdef);
  return header;
}

TEST(Mac, OnlyTheVeryKeyHasSigned) {
  for (const KeyType type : kTypes) {
    const Secret secret = any_secret(type);
    Secret other = secret;
    other.bytes.back() = static_cast<std::uint8_t>(other.bytes.back() ^ 1U);
    const auto datagram = fakes::signed_with(secret.key(type), header_of_version(4));
    EXPECT_TRUE(is_signed_by(secret.key(type), datagram)) << to_string(type);
    EXPECT_FALSE(is_signed_by(secret.key(type, 8), datagram)) << to_string(type);
    EXPECT_FALSE(is_signed_by(other.key(type), datagram)) << to_string(type);
  }
}

TEST(Mac, Version4CarriesAtMost20BytesOfADigestAndVersion3All) {
  const std::size_t in_version_4[] = {16, 20, 20, 20, 16, 16};
  const std::size_t in_version_3[] = {16, 20, 32, 64, 16, 16};
  for (std::size_t i = 0; i < std::size(kTypes); ++i) {
    const Secret secret = any_secret(kTypes[i]);
    const auto size_in = [&](std::uint8_t version) {
      return fakes::signed_with(secret.key(kTypes[i]), header_of_version(version)).size();
    };
    EXPECT_EQ(size_in(4), kHeaderSize + 4 + in_version_4[i]) << to_string(kTypes[i]);
    for (const std::uint8_t version : {std::uint8_t{1}, std::uint8_t{2}, std::uint8_t{3}}) {
      EXPECT_EQ(size_in(version), kHeaderSize + 4 + in_version_3[i]) << to_string(kTypes[i]);
    }
  }
}

TEST(Mac, NoOtherLengthOfADigestIsRight) {
  for (const KeyType type : kTypes) {
    const Secret secret = any_secret(type);
    const auto whole = fakes::signed_with(secret.key(type), header_of_version(3));
    const std::size_t digest = whole.size() - kHeaderSize - 4;
    for (std::size_t size = 0; size < digest; ++size) {
      const Bytes shorter = Bytes{whole}.first(kHeaderSize + 4 + size);
      EXPECT_EQ(is_signed_by(secret.key(type), shorter), size == 20) << to_string(type) << ", " << size;
    }
    auto longer = whole;
    longer.insert(longer.end(), 4, 0);
    EXPECT_FALSE(is_signed_by(secret.key(type), longer)) << to_string(type);
  }
}

TEST(Mac, ExtensionFieldsAreSignedToo) {
  const Secret secret = any_secret(KeyType::kSha256);
  const Key key = secret.key(KeyType::kSha256);
  std::vector<std::uint8_t> field(16, 0);
  field[3] = 16;
  const auto packet = fakes::with_trailer(header_of_version(4), field);
  auto datagram = fakes::signed_with(key, Bytes{packet});
  EXPECT_TRUE(is_signed_by(key, datagram));
  datagram[kHeaderSize + 8] = 1;
  EXPECT_FALSE(is_signed_by(key, datagram));
}

TEST(Mac, WhatIsNoSignedPacketIsSignedByNobody) {
  const Secret secret = any_secret(KeyType::kMd5);
  const Key key = secret.key(KeyType::kMd5, 0);
  const auto bare = fakes::bytes_of(header_of_version(4));
  EXPECT_FALSE(is_signed_by(key, {}));
  EXPECT_FALSE(is_signed_by(key, Bytes{bare}.first(47)));
  EXPECT_FALSE(is_signed_by(key, bare));
  EXPECT_FALSE(is_signed_by(key, fakes::with_trailer(header_of_version(4), {0, 0, 0, 0})));  // a crypto-NAK
}

}  // namespace
}  // namespace isletime::mac_test
