// SPDX-License-Identifier: MIT
#include <chrono>

#include "firmware/kit/saved_record.hpp"

namespace isletime::firmware {
namespace {

constexpr std::uint8_t kVersion = 1;
constexpr std::uint8_t kHasRate = 0x01;
constexpr std::uint8_t kHasRtc = 0x02;
constexpr std::uint8_t kHasLead = 0x04;
constexpr std::uint8_t kHasRtcRate = 0x08;
constexpr std::uint8_t kHasMark = 0x10;
constexpr std::uint8_t kFlags = kHasRate | kHasRtc | kHasLead | kHasRtcRate | kHasMark;

namespace at {
constexpr std::size_t kVersion = 0;
constexpr std::size_t kFlags = 1;
constexpr std::size_t kModel = 2;
constexpr std::size_t kRate = 4;
constexpr std::size_t kRateError = 8;
constexpr std::size_t kChip = 12;
constexpr std::size_t kOffset = 20;
constexpr std::size_t kBound = 28;
constexpr std::size_t kLead = 36;
constexpr std::size_t kRtcRate = 40;
constexpr std::size_t kRtcRateError = 44;
constexpr std::size_t kTrim = 48;
constexpr std::size_t kDigest = 50;
constexpr std::size_t kChecksum = 52;
}  // namespace at

constexpr Ppm kLargestRate = Ppm::whole(1000);
constexpr nanoseconds kLongestLead = seconds{2};

constexpr std::uint32_t crc32(Bytes bytes) {
  constexpr std::uint32_t kPolynomial = 0xedb8'8320;
  std::uint32_t crc = 0xffff'ffff;
  for (const std::uint8_t byte : bytes) {
    crc ^= byte;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? kPolynomial : 0);
  }
  return ~crc;
}

void store(RecordBytes& bytes, std::size_t at, nanoseconds value) {
  store_be64(bytes, at, static_cast<std::uint64_t>(value.count()));
}
nanoseconds load(Bytes bytes, std::size_t at) {
  return nanoseconds{static_cast<std::int64_t>(load_be64(bytes, at))};
}
void store(RecordBytes& bytes, std::size_t at, Ppm value) {
  store_be32(bytes, at, static_cast<std::uint32_t>(value.scaled));
}
Ppm load_rate(Bytes bytes, std::size_t at) {
  return {static_cast<std::int32_t>(load_be32(bytes, at))};
}

template <class Rate>
bool is_sound(const Rate& rate) {
  return rate.rate <= kLargestRate && rate.rate >= Ppm{-kLargestRate.scaled} && rate.error >= Ppm{0} &&
         rate.error <= kLargestRate;
}
bool is_sound(const SavedRtc& rtc) {
  return (!rtc.rate || is_sound(*rtc.rate)) && rtc.compared.bound.value >= nanoseconds::zero() &&
         (!rtc.lead || (*rtc.lead >= -kLongestLead && *rtc.lead <= kLongestLead));
}

}  // namespace

RecordBytes encode(const SavedRecord& record) {
  RecordBytes bytes{};
  bytes[at::kVersion] = kVersion;
  if (record.rate && is_sound(*record.rate)) {
    bytes[at::kFlags] |= kHasRate;
    store(bytes, at::kRate, record.rate->rate);
    store(bytes, at::kRateError, record.rate->error);
  }
  if (record.rtc && is_sound(*record.rtc)) {
    const SavedRtc& rtc = *record.rtc;
    bytes[at::kFlags] |= kHasRtc;
    bytes[at::kModel] = rtc.model;
    store(bytes, at::kChip, rtc.compared.chip.time_since_epoch());
    store(bytes, at::kOffset, rtc.compared.offset.value);
    store(bytes, at::kBound, rtc.compared.bound.value);
    if (rtc.lead) {
      bytes[at::kFlags] |= kHasLead;
      store_be32(bytes, at::kLead, static_cast<std::uint32_t>(rtc.lead->count()));
    }
    if (rtc.rate) {
      bytes[at::kFlags] |= kHasRtcRate;
      store(bytes, at::kRtcRate, rtc.rate->rate);
      store(bytes, at::kRtcRateError, rtc.rate->error);
    }
    if (rtc.mark) {
      bytes[at::kFlags] |= kHasMark;
      store_be16(bytes, at::kTrim, static_cast<std::uint16_t>(rtc.mark->trim));
      store_be16(bytes, at::kDigest, rtc.mark->digest);
    }
  }
  store_be32(bytes, at::kChecksum, crc32(Bytes{bytes}.first(at::kChecksum)));
  return bytes;
}

std::optional<SavedRecord> decode(Bytes bytes) {
  if (bytes.size() != kRecordSize || bytes[at::kVersion] != kVersion) return std::nullopt;
  if (load_be32(bytes, at::kChecksum) != crc32(bytes.first(at::kChecksum))) return std::nullopt;
  const std::uint8_t flags = bytes[at::kFlags];
  if ((flags & ~kFlags) != 0) return std::nullopt;
  SavedRecord record;
  if ((flags & kHasRate) != 0) {
    record.rate = LearnedRate{load_rate(bytes, at::kRate), load_rate(bytes, at::kRateError)};
    if (!is_sound(*record.rate)) return std::nullopt;
  }
  if ((flags & kHasRtc) != 0) {
    record.rtc = SavedRtc{.model = bytes[at::kModel],
                          .compared = {.chip = WallTime{load(bytes, at::kChip)},
                                       .offset = {load(bytes, at::kOffset)},
                                       .bound = {load(bytes, at::kBound)}},
                          .lead = {}};
    if ((flags & kHasLead) != 0)
      record.rtc->lead = nanoseconds{static_cast<std::int32_t>(load_be32(bytes, at::kLead))};
    if ((flags & kHasRtcRate) != 0)
      record.rtc->rate = RtcRate{load_rate(bytes, at::kRtcRate), load_rate(bytes, at::kRtcRateError)};
    if ((flags & kHasMark) != 0) {
      record.rtc->mark =
          RtcMark{static_cast<std::int16_t>(load_be16(bytes, at::kTrim)), load_be16(bytes, at::kDigest)};
    }
    if (!is_sound(*record.rtc)) return std::nullopt;
  }
  return record;
}

}  // namespace isletime::firmware
