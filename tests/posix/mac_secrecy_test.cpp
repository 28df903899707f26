// SPDX-License-Identifier: MIT
// What verifying a MAC must not reveal or leak. A wrapper by the linker (--wrap) observes the comparison,
// since a test cannot measure its duration reliably.
#include <array>
#include <cstddef>
#include <vector>

#include <malloc.h>

#include <gtest/gtest.h>

#include "libsync/core/ntp_packet.hpp"
#include "libsync/posix/mac.hpp"

namespace {

std::vector<std::size_t> compared;  // sizes of the comparisons

}  // namespace

extern "C" {
int __real_sodium_memcmp(const void* a, const void* b, std::size_t size);   // NOLINT
int __wrap_sodium_memcmp(const void* a, const void* b, std::size_t size) {  // NOLINT
  compared.push_back(size);
  return __real_sodium_memcmp(a, b, size);
}
}

namespace isletime::mac_secrecy_test {
namespace {

constexpr std::array kTypes{KeyType::kMd5,    KeyType::kSha1,   KeyType::kSha256,
                            KeyType::kSha512, KeyType::kAes128, KeyType::kAes256};

class MacSecrecy : public testing::Test {
 protected:
  MacSecrecy() { compared.clear(); }

  Key key_of(KeyType type) const {
    return {7, type, Bytes{secret_}.first(type == KeyType::kAes128 ? 16 : secret_.size())};
  }
  std::vector<std::uint8_t> packet_signed_by(const Key& key) const {
    std::vector<std::uint8_t> packet(kHeaderSize);
    packet[0] = 0x23;
    const SentMac mac(key, packet);
    packet.insert(packet.end(), mac.bytes().begin(), mac.bytes().end());
    return packet;
  }

 private:
  std::array<std::uint8_t, 32> secret_{1, 2, 3};
};

// CVE-2016-1550: if timing reveals the first wrong byte of a digest, an attacker can guess it byte by byte.
TEST_F(MacSecrecy, AWholeDigestIsComparedInConstantTimeWhereverItIsWrong) {
  for (const KeyType type : kTypes) {
    const Key key = key_of(type);
    auto packet = packet_signed_by(key);
    const std::size_t digest = packet.size() - kHeaderSize - framing::kKeyId;
    for (std::size_t wrong = packet.size() - digest; wrong < packet.size(); ++wrong) {
      packet[wrong] = static_cast<std::uint8_t>(packet[wrong] ^ 1);
      compared.clear();
      EXPECT_FALSE(is_signed_by(key, packet)) << to_string(type) << ", byte " << wrong;
      EXPECT_EQ(compared, std::vector{digest}) << to_string(type) << ", byte " << wrong;
      packet[wrong] = static_cast<std::uint8_t>(packet[wrong] ^ 1);
    }
    EXPECT_TRUE(is_signed_by(key, packet));
  }
}

// CVE-2020-15025: ntpd leaked a few bytes per signed packet until memory was exhausted.
TEST_F(MacSecrecy, NothingIsLeftBehindByAPacketRightOrWrong) {
  const auto a_thousand_packets = [&] {
    for (int i = 0; i < 1000; ++i) {
      for (const KeyType type : kTypes) {
        const Key key = key_of(type);
        auto packet = packet_signed_by(key);
        if (i % 2 == 0) packet.back() = static_cast<std::uint8_t>(packet.back() ^ 1);
        EXPECT_EQ(is_signed_by(key, packet), i % 2 != 0);
      }
      compared.clear();
    }
  };
  a_thousand_packets();
  const std::size_t before = mallinfo2().uordblks;
  a_thousand_packets();
  EXPECT_EQ(mallinfo2().uordblks, before);
}

}  // namespace
}  // namespace isletime::mac_secrecy_test
