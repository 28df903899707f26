// SPDX-License-Identifier: MIT
#include "libsync/drivers/rtc_detect.hpp"

#include <algorithm>

#include "libsync/core/rtc/ds1307.hpp"
#include "libsync/core/rtc/ds3231.hpp"
#include "libsync/core/rtc/pcf85063a.hpp"
#include "libsync/core/rtc/pcf8523.hpp"
#include "libsync/core/rtc/pcf8563.hpp"
#include "libsync/core/rtc/rv3028.hpp"

namespace isletime {
namespace {

struct Range {
  std::uint8_t first;
  std::uint8_t size;
};

// The first registers, and those from the last one on, after which the first must come again. They may tick
// between reads, so either of two looks at them may match.
constexpr std::size_t kHead = 7;
constexpr std::size_t kPair = kHead + 1 + kHead;
constexpr Range kFirst{0, kHead};
constexpr Range across(std::uint8_t registers) {
  return {static_cast<std::uint8_t>(registers - 1), 1 + kHead};
}

// Each address is read in this order, one range after the other.
constexpr std::array kAt0x68{kFirst, across(ds3231::kRegisters), kFirst, across(pcf8523::kRegisters),
                             kFirst, across(ds1307::kRegisters), kFirst, Range{0, ds3231::kRegisters}};
constexpr std::array kAt0x51{kFirst, across(pcf8563::kRegisters), kFirst, across(pcf85063a::kRegisters),
                             kFirst, Range{0, nxp::kLongestImage}};
constexpr std::array kAt0x52{kFirst, Range{rv3028::kControl1, 1}};
constexpr std::size_t kImageAt0x68 = 3 * kPair + kHead;
constexpr std::size_t kImageAt0x51 = 2 * kPair + kHead;

std::span<const Range> reads_at(std::uint8_t address) {
  if (address == default_address(ChipModel::kDs3231)) return kAt0x68;
  if (address == default_address(ChipModel::kPcf8563)) return kAt0x51;
  if (address == default_address(ChipModel::kRv3028)) return kAt0x52;
  return {&kFirst, 1};
}

constexpr int kLooks = 5;  // at a ticking clock, including the first
static_assert(RtcDetector::kMostTransactions ==
              std::max(kAt0x68.size(), kAt0x51.size() + kLooks) * RtcRetries::kMost);

}  // namespace

RtcDetector::Step RtcDetector::next(MonoTime now) {
  if (is_done_) return {.kind = Step::Kind::kDone};
  if (barred_until_ && now < *barred_until_) return {.kind = Step::Kind::kWait, .at = *barred_until_};
  if (watch_) return {.kind = Step::Kind::kRead, .first = watch_->seconds_at, .in = {&second_, 1}};
  const Range range = reads_at(found_.address)[reads_];
  return {.kind = Step::Kind::kRead,
          .first = range.first,
          .in = MutableBytes{seen_}.subspan(filled_, range.size)};
}

void RtcDetector::on_failed(BusError error, MonoTime now) {
  barred_until_ = may_pass(error) ? retries_.after_failure(now) : std::nullopt;
  if (barred_until_) return;
  found_.error = error;
  is_done_ = true;
}

std::optional<Detected> RtcDetector::found() const {
  const bool is_nobody = reads_ == 0 && found_.error == BusError::kNoAcknowledge;
  return is_nobody ? std::nullopt : std::optional{found_};
}

void RtcDetector::on_read(MonoTime before, MonoTime after) {
  retries_.succeed();
  barred_until_.reset();
  if (watch_) {
    const auto second = rtc::decode_second(second_ & watch_->bits);
    if (second) take_look({before, after, *second});
    is_done_ = is_done_ || !second;
    return;
  }
  const auto reads = reads_at(found_.address);
  filled_ += reads[reads_].size;
  if (++reads_ < reads.size()) return;
  judge();
  is_done_ = !watch_;
}

// At each look the chip must have counted as many seconds as have passed.
void RtcDetector::take_look(const Look& look) {
  constexpr nanoseconds kTolerance = std::chrono::milliseconds{10};
  if (!first_look_) first_look_ = look;
  const auto least = std::chrono::floor<seconds>(look.before - first_look_->after - kTolerance).count();
  const auto most = std::chrono::floor<seconds>(look.after - first_look_->before + kTolerance).count() + 1;
  const int counted = (look.second - first_look_->second + 60) % 60;
  const bool is_right = counted >= least && counted <= most;
  if (is_right && ++looks_ < kLooks) {
    barred_until_ = first_look_->after + looks_ * kWatched / (kLooks - 1);
    return;
  }
  if (is_right) found_.model = watch_->model;
  is_done_ = true;
}

bool RtcDetector::wraps(std::size_t head, std::size_t across) const {
  const auto wrapped = seen_.begin() + across + 1;
  const auto is_at = [&](std::size_t at) { return std::equal(wrapped, wrapped + kHead, seen_.begin() + at); };
  return is_at(head) || is_at(across + 1 + kHead);
}

void RtcDetector::judge() {
  if (found_.address == default_address(ChipModel::kDs3231)) judge_0x68();
  if (found_.address == default_address(ChipModel::kPcf8563)) judge_0x51();
  if (found_.address == default_address(ChipModel::kRv3028)) judge_0x52();
}

// A device that repeats itself everywhere, as an empty EEPROM does, wraps round at every length.
void RtcDetector::judge_0x68() {
  const bool at_19 = wraps(0, kHead);
  const bool at_20 = wraps(kPair, kPair + kHead);
  const bool at_64 = wraps(2 * kPair, 2 * kPair + kHead);
  if (at_19 + at_20 + at_64 != 1) return;
  const auto has = [&](std::uint8_t at, std::uint8_t bits) {
    return rtc::has(seen_[kImageAt0x68 + at], bits);
  };
  if (at_19) {
    if (has(ds3231::kStatus, ds3231::kAbsentOfStatus)) return;
    if (has(ds3231::kTemperature + 1, ds3231::kAbsentOfTemperature)) return;
    found_.model = ChipModel::kDs3231;
  } else if (at_20) {
    if (!has(pcf8523::kControl3, pcf8523::kAbsentOfControl3)) found_.model = ChipModel::kPcf8523;
  } else if (!has(ds1307::kControl, ds1307::kAbsentOfControl)) {
    found_.model = ChipModel::kDs1338;
    if (!has(ds1307::kControl, ds1307::kOscillatorStopped)) found_.or_model = ChipModel::kDs1307;
  }
}

// A PCF8563 has no bits that must read as zero, so its registers must hold a time, or tick.
void RtcDetector::judge_0x51() {
  const bool at_16 = wraps(0, kHead);
  const bool at_18 = wraps(kPair, kPair + kHead);
  if (at_16 == at_18) return;
  const auto image = Bytes{seen_}.subspan(kImageAt0x51, nxp::kLongestImage);
  if (at_18) {
    if (!rtc::has(image[nxp::kControl1], pcf85063a::kClock.absent_of_control_1))
      found_.model = ChipModel::kPcf85063a;
    return;
  }
  constexpr CivilDate kAny{.year = 2050, .month = 1, .day = 1};
  const NxpClock& clock = pcf8563::kClock;
  if (nxp::decode(clock, image.first(nxp::image_size(clock)), kAny).time) {
    found_.model = ChipModel::kPcf8563;
    return;
  }
  watch_ = Watch{clock.seconds_at, 0x7f, ChipModel::kPcf8563};
}

// An RV-3028 cannot be stopped, and an EEPROM at this address does not tick.
void RtcDetector::judge_0x52() {
  for (std::size_t i = 0; i < kHead; ++i) {
    if (rtc::has(seen_[i], rv3028::kAbsentOfTime[i])) return;
  }
  if (rtc::has(seen_[kHead], rv3028::kAbsentOfControl1)) return;
  watch_ = Watch{rv3028::kSeconds, 0xff, ChipModel::kRv3028};
}

}  // namespace isletime
