// SPDX-License-Identifier: MIT
#include "firmware/kit/saved_record.hpp"

#include <gtest/gtest.h>

namespace isletime::firmware::saved_record_test {
namespace {

using namespace std::chrono_literals;

constexpr SavedRecord kRecord{
    .rate = LearnedRate{.rate = Ppm{-2'654'321}, .error = Ppm{98'765}},
    .rtc = SavedRtc{
        .model = 8,
        .compared = {.chip = WallTime{1'790'000'000s}, .offset = {-12'345'678ns}, .bound = {1'234'567ns}},
        .lead = -492ms,
        .rate = RtcRate{.rate = Ppm{-1'000'000}, .error = Ppm{5'000}},
        .mark = RtcMark{.trim = -128, .digest = 0xfedc}}};

// Replaces the checksum by that of zlib.crc32(bytes[:52]), bit by bit as the standard defines it.
void seal(RecordBytes& bytes) {
  std::uint32_t crc = 0xffffffff;
  for (std::size_t i = 0; i < 52 * 8; ++i) {
    const bool bit = (bytes[i / 8] >> (i % 8) & 1) != 0;
    crc = (crc & 1) != (bit ? 1U : 0U) ? (crc >> 1) ^ 0xedb88320 : crc >> 1;
  }
  store_be32(bytes, 52, ~crc);
}

TEST(SavedRecord, RestoresWhatWasSaved) {
  const auto restored = decode(encode(kRecord));
  ASSERT_TRUE(restored && restored->rate && restored->rtc);
  EXPECT_EQ(restored->rate->rate, kRecord.rate->rate);
  EXPECT_EQ(restored->rate->error, kRecord.rate->error);
  EXPECT_EQ(restored->rtc->model, 8);
  EXPECT_EQ(restored->rtc->compared.chip, kRecord.rtc->compared.chip);
  EXPECT_EQ(restored->rtc->compared.offset, kRecord.rtc->compared.offset);
  EXPECT_EQ(restored->rtc->compared.bound, kRecord.rtc->compared.bound);
  EXPECT_EQ(restored->rtc->lead, -492ms);
  ASSERT_TRUE(restored->rtc->rate);
  EXPECT_EQ(restored->rtc->rate->rate, Ppm{-1'000'000});
  EXPECT_EQ(restored->rtc->rate->error, Ppm{5'000});
  EXPECT_EQ(restored->rtc->mark, kRecord.rtc->mark);
}

TEST(SavedRecord, RestoresEachPartAlone) {
  const auto nothing = decode(encode({}));
  ASSERT_TRUE(nothing);
  EXPECT_FALSE(nothing->rate || nothing->rtc);
  const auto rate = decode(encode({.rate = kRecord.rate, .rtc = {}}));
  ASSERT_TRUE(rate);
  EXPECT_TRUE(rate->rate && !rate->rtc);
  SavedRecord record{.rate = {}, .rtc = kRecord.rtc};
  record.rtc->lead.reset();
  record.rtc->rate.reset();
  record.rtc->mark.reset();
  const auto rtc = decode(encode(record));
  ASSERT_TRUE(rtc && rtc->rtc);
  EXPECT_FALSE(rtc->rate || rtc->rtc->lead || rtc->rtc->rate || rtc->rtc->mark);
}

TEST(SavedRecord, IgnoresARecordOfWhichAnyBitIsWrong) {
  for (std::size_t bit = 0; bit < kRecordSize * 8; ++bit) {
    RecordBytes bytes = encode(kRecord);
    bytes[bit / 8] ^= static_cast<std::uint8_t>(1 << bit % 8);
    EXPECT_FALSE(decode(bytes)) << bit;
  }
  const RecordBytes bytes = encode(kRecord);
  EXPECT_FALSE(decode(Bytes{bytes}.first(kRecordSize - 1)));
  EXPECT_FALSE(decode(RecordBytes{}));
}

TEST(SavedRecord, IgnoresAForeignVersionWithAGoodChecksum) {
  RecordBytes bytes = encode(kRecord);
  seal(bytes);
  ASSERT_TRUE(decode(bytes));
  bytes[0] = 2;
  seal(bytes);
  EXPECT_FALSE(decode(bytes));
}

TEST(SavedRecord, IgnoresAbsurdValuesWithAGoodChecksum) {
  RecordBytes rate = encode(kRecord);
  store_be32(rate, 4, 0x7fff'ffff);  // 32767 ppm
  seal(rate);
  EXPECT_FALSE(decode(rate));
  RecordBytes bound = encode(kRecord);
  bound[28] = 0x80;  // negative
  seal(bound);
  EXPECT_FALSE(decode(bound));
  RecordBytes lead = encode(kRecord);
  store_be32(lead, 36, 2'100'000'000);
  seal(lead);
  EXPECT_FALSE(decode(lead));
}

TEST(SavedRecord, DoesNotSaveAbsurdValues) {
  const auto restored = decode(encode({.rate = LearnedRate{Ppm::whole(5000), Ppm::whole(1)}, .rtc = {}}));
  ASSERT_TRUE(restored);
  EXPECT_FALSE(restored->rate);
}

}  // namespace
}  // namespace isletime::firmware::saved_record_test
