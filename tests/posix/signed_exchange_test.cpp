// SPDX-License-Identifier: MIT
#include "libsync/posix/signed_exchange.hpp"

#include <gtest/gtest.h>

#include "libsync/core/ntp_packet.hpp"
#include "tests/fakes/secrets.hpp"

namespace isletime::signed_exchange_test {
namespace {

using fakes::key_of;

const Key kKey7 = key_of(7, KeyType::kSha256, "gentle");
const Key kKey8 = key_of(8, KeyType::kSha256, "rough");

Header reply() {
  Header query;
  query.version = kNewestVersion;
  query.transmit = NtpTimestamp::from_raw(0xe000'0000'0000'0001);
  return fakes::honest_reply(query, query.transmit, query.transmit);
}

std::string fault_of(Bytes datagram) {
  const auto header = check_signature(kKey7, datagram);
  return header ? "none" : name_of(header.error());
}

TEST(SignedExchange, TakesTheHeaderOfWhatTheKeyHasSigned) {
  const auto datagram = signed_by(kKey7, fakes::bytes_of(reply()));
  EXPECT_EQ(datagram.size(), kHeaderSize + 4 + 20);  // RFC 7822, section 7.5.1
  const auto header = check_signature(kKey7, datagram);
  ASSERT_TRUE(header);
  EXPECT_EQ(header->size(), kHeaderSize);
  EXPECT_EQ(parse_header(*header), reply());
}

// Attack class 7, CVE-2015-7974: another known key must not authenticate this server.
TEST(SignedExchange, ReplySignedByAnotherKnownKeyIsRefused) {
  EXPECT_EQ(fault_of(fakes::signed_with(kKey8, reply())), "not-signed");
  EXPECT_EQ(fault_of(fakes::signed_with(key_of(7, KeyType::kSha256, "rough"), reply())), "not-signed");
  EXPECT_EQ(fault_of(fakes::signed_with(key_of(8, KeyType::kSha256, "gentle"), reply())), "not-signed");
}

// Attack class 8, CVE-2016-1550: sodium_memcmp compares in constant time. This test can show only that every
// byte counts and that a correct prefix is not enough.
TEST(SignedExchange, EveryBitOfTheDigestCounts) {
  const auto right = fakes::signed_with(kKey7, reply());
  for (std::size_t byte = kHeaderSize + 4; byte < right.size(); ++byte) {
    for (unsigned bit = 0; bit < 8; ++bit) {
      auto wrong = right;
      wrong[byte] = static_cast<std::uint8_t>(wrong[byte] ^ 1U << bit);
      EXPECT_EQ(fault_of(wrong), "not-signed") << byte << ' ' << bit;
    }
  }
  EXPECT_EQ(fault_of(right), "none");
}

TEST(SignedExchange, WhatIsNotSignedIsRefused) {
  EXPECT_EQ(fault_of(fakes::bytes_of(reply())), "not-signed");
}

// Attack class 4: a crypto-NAK is not signed either.
TEST(SignedExchange, ACryptoNakIsNamedAndRefused) {
  EXPECT_EQ(fault_of(fakes::with_trailer(reply(), {0, 0, 0, 0})), "crypto-nak");
}

TEST(SignedExchange, WhatIsNoPacketComesBackForTheClientToName) {
  const std::vector<std::uint8_t> rubbish{1, 2, 3};
  const auto same = check_signature(kKey7, rubbish);
  ASSERT_TRUE(same);
  EXPECT_FALSE(parse(*same));
}

TEST(SignedExchange, SaysWhichKeyItIsAbout) {
  EXPECT_EQ(text_of(SignatureFault::kNotSigned, kKey7), "its replies are not signed by key 7");
  EXPECT_EQ(text_of(SignatureFault::kCryptoNak, kKey7), "it does not know key 7 (crypto-NAK)");
  EXPECT_EQ(text_of_silence(kKey8), "it may not know key 8");
}

}  // namespace
}  // namespace isletime::signed_exchange_test
