// SPDX-License-Identifier: MIT
#include "libsync/policy/signed_setting.hpp"

#include <string>

#include <gtest/gtest.h>

#include "libsync/core/text_writer.hpp"

namespace isletime::signed_setting_test {
namespace {

using namespace std::chrono_literals;

constexpr MonoTime kStart{1000s};
constexpr std::uint64_t kRandom = 0x123456789abcdef0;
// The key of the examples in RFC 4493, section 4.
constexpr std::array<std::uint8_t, 16> kKey{0x2b, 0x7e, 0x15, 0x16, 0x28, 0xae, 0xd2, 0xa6,
                                            0xab, 0xf7, 0x15, 0x88, 0x09, 0xcf, 0x4f, 0x3c};
constexpr const char* kTime = "1770091506789";
constexpr WallTime kClaimed{1770091506789ms};

std::string with_mac(const std::string& text, const std::array<std::uint8_t, 16>& key = kKey) {
  const Bytes bytes{reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
  std::array<char, 32> mac{};
  TextWriter{mac}.hex(Aes128Cmac{key}.tag_of(bytes));
  return text + "&mac=" + std::string{mac.data(), mac.size()};
}

class SignedSettingTest : public testing::Test {
 protected:
  SignedSetting setting{kKey, kRandom};

  std::string nonce(MonoTime at = kStart) {
    const auto text = setting.issue(at);
    return {text.data(), text.size()};
  }
  SettingRefusal refusal(const std::string& request, MonoTime at = kStart + 100ms) {
    const auto result = setting.verify(request, at);
    EXPECT_FALSE(result);
    return result.error();
  }
};

std::string request(const std::string& nonce, const std::string& time = kTime) {
  return with_mac("nonce=" + nonce + "&time=" + time);
}

TEST_F(SignedSettingTest, ASignedTimeIsTakenAsOfTheMiddleBetweenNonceAndRequest) {
  const auto taken = setting.verify(request(nonce()), kStart + 199ms);
  ASSERT_TRUE(taken);
  EXPECT_EQ(taken->time, kClaimed + 100ms);
  EXPECT_EQ(taken->bound.value, 600ms);
}

// printf 'nonce=00000000000f42400123456789abcdef&time=1770091506789' |
//   openssl mac -cipher AES-128-CBC -macopt hexkey:2b7e151628aed2a6abf7158809cf4f3c CMAC
TEST_F(SignedSettingTest, TheMacIsThatOfOpenSsl) {
  EXPECT_EQ(refusal("nonce=00000000000f42400123456789abcdef&time=1770091506789"
                    "&mac=97F8A69B870190CDA661A30A425E0370"),
            SettingRefusal::kUnknownNonce);
  EXPECT_EQ(refusal("nonce=00000000000f42400123456789abcdef&time=1770091506789"
                    "&mac=97F8A69B870190CDA661A30A425E0371"),
            SettingRefusal::kWrongMac);
}

TEST_F(SignedSettingTest, ARequestIsTakenOnce) {
  const std::string once = request(nonce());
  EXPECT_TRUE(setting.verify(once, kStart + 100ms));
  EXPECT_EQ(refusal(once, kStart + 200ms), SettingRefusal::kUsedNonce);
}

TEST_F(SignedSettingTest, ANonceFromBeforeTheLastUsedOneIsVoid) {
  const std::string earlier = request(nonce());
  const std::string later = request(nonce(kStart + 1ms));
  EXPECT_TRUE(setting.verify(later, kStart + 100ms));
  EXPECT_EQ(refusal(earlier), SettingRefusal::kUsedNonce);
}

TEST_F(SignedSettingTest, OthersWhoAskForNoncesDoNotVoidOnesOwn) {
  const std::string ours = request(nonce());
  for (int i = 0; i < 1000; ++i) nonce(kStart + 1ms);
  EXPECT_TRUE(setting.verify(ours, kStart + 100ms));
}

TEST_F(SignedSettingTest, NoTwoNoncesAreEqual) {
  EXPECT_NE(nonce(), nonce());
}

TEST_F(SignedSettingTest, ANonceExpiresAfterHalfAMinute) {
  const std::string in_time = request(nonce());
  EXPECT_EQ(refusal(in_time, kStart + 30s + 1ns), SettingRefusal::kExpiredNonce);
  EXPECT_TRUE(setting.verify(in_time, kStart + 30s));
}

TEST_F(SignedSettingTest, ARequestForADeviceThatHasRestartedIsVoid) {
  SignedSetting before{kKey, kRandom + 1};
  const auto old = before.issue(kStart);
  EXPECT_EQ(refusal(request({old.data(), old.size()})), SettingRefusal::kUnknownNonce);
}

TEST_F(SignedSettingTest, ANonceForALaterTimeCannotBeMadeUp) {
  std::string later = nonce();
  later[15] = later[15] == 'f' ? 'e' : 'f';
  nonce(kStart + 5s);
  EXPECT_EQ(refusal(request(later), kStart + 5s), SettingRefusal::kUnknownNonce);
}

TEST_F(SignedSettingTest, AnotherTimeOrNonceThanTheSignedOneIsRefused) {
  const std::string ours = request(nonce());
  std::string another_time = ours;
  another_time[another_time.find("&mac") - 1] = '0';
  EXPECT_EQ(refusal(another_time), SettingRefusal::kWrongMac);
  std::string another_nonce = ours;
  another_nonce[7] = another_nonce[7] == '0' ? '1' : '0';
  EXPECT_EQ(refusal(another_nonce), SettingRefusal::kWrongMac);
}

TEST_F(SignedSettingTest, AnotherKeysMacIsRefused) {
  auto key = kKey;
  key[0] ^= 1;
  EXPECT_EQ(refusal(with_mac("nonce=" + nonce() + "&time=" + kTime, key)), SettingRefusal::kWrongMac);
}

TEST_F(SignedSettingTest, WrongAttemptsAreLimitedAndThatIsSoonOver) {
  const std::string wrong = with_mac("nonce=" + nonce() + "&time=" + kTime, {});
  for (int i = 0; i < 4; ++i) EXPECT_EQ(refusal(wrong), SettingRefusal::kWrongMac);
  EXPECT_EQ(refusal(wrong), SettingRefusal::kTooMany);
  EXPECT_TRUE(setting.verify(request(nonce()), kStart + 1100ms));
}

TEST_F(SignedSettingTest, WhatIsNotOfTheFormIsRefused) {
  const std::string good = request(nonce());
  for (const std::string& text : {
           std::string{},
           std::string{"nonce="},
           good.substr(1),
           good.substr(0, good.size() - 1),
           good + "0",
           good + "&x=1",
           good.substr(0, good.find("&time=")),
           good.substr(0, good.find("&mac=")),
           request(nonce(), ""),
           request(nonce(), "-1"),
           request(nonce(), "1770091506.789"),
           request(nonce(), "1234567890123456789"),
           std::string(512, 'n'),
       }) {
    EXPECT_EQ(refusal(text), SettingRefusal::kMalformed) << text;
  }
  std::string no_hex = good;
  no_hex[10] = 'g';
  EXPECT_EQ(refusal(no_hex), SettingRefusal::kMalformed);
}

TEST_F(SignedSettingTest, ATimeBeyond2262IsRefused) {
  EXPECT_EQ(refusal(request(nonce(), "9223372036855")), SettingRefusal::kNoSuchTime);
  EXPECT_TRUE(setting.verify(request(nonce(), "9223372036854"), kStart + 1s));
}

}  // namespace
}  // namespace isletime::signed_setting_test
