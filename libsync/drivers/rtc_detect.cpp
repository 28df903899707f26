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

constexpr std::uint8_t kDs1337Registers = 0x10;
constexpr std::uint8_t kDs1339Registers = 0x11;

// Each address is read in this order, one range after the other.
constexpr std::array kAt0x68{kFirst,
                             across(ds3231::kRegisters),
                             kFirst,
                             across(pcf8523::kRegisters),
                             kFirst,
                             across(ds1307::kRegisters),
                             kFirst,
                             across(kDs1337Registers),
                             kFirst,
                             across(kDs1339Registers),
                             Range{0, ds3231::kRegisters}};
constexpr std::array kAt0x51{kFirst,
                             across(pcf8563::kRegisters),
                             kFirst,
                             across(pcf85063a::kRegisters),
                             kFirst,
                             across(pcf85063a::kRegistersTp),
                             Range{0, nxp::kLongestImage}};
constexpr std::array kAt0x52{kFirst, Range{rv3028::kControl1, 1}};
constexpr std::array kAt0x53{Range{0, 14}};
constexpr std::size_t kImageAt0x68 = 5 * kPair;
constexpr std::size_t kImageAt0x51 = 3 * kPair;

std::span<const Range> reads_at(std::uint8_t address) {
  if (address == default_address(ChipModel::kDs3231)) return kAt0x68;
  if (address == default_address(ChipModel::kPcf8563)) return kAt0x51;
  if (address == default_address(ChipModel::kRv3028)) return kAt0x52;
  if (address == default_address(ChipModel::kPcf2131)) return kAt0x53;
  return {&kFirst, 1};
}

constexpr int kLooks = 5;  // at a ticking clock, including the first
constexpr int kMostReads = static_cast<int>(std::max(kAt0x68.size(), kAt0x51.size()));
static_assert(RtcDetector::kMostTransactions == (kMostReads + kLooks) * RtcRetries::kMost);

// Bits of the time registers that read as zero, from the seconds on. Flags are not among them.
constexpr std::array<std::uint8_t, 7> kAbsentOfRv3032 = rv3028::kAbsentOfTime;
constexpr std::array<std::uint8_t, 7> kAbsentOfRv8803{0x80, 0x80, 0xc0, 0x80, 0xc0, 0xe0, 0x00};
constexpr std::array<std::uint8_t, 7> kAbsentOfPcf21xx{0x00, 0x80, 0xc0, 0xc0, 0xf8, 0xe0, 0x00};

}  // namespace

RtcDetector::Step RtcDetector::next(MonoTime now) {
  if (is_done_) return {.kind = Step::Kind::kDone};
  if (barred_until_ && now < *barred_until_) return {.kind = Step::Kind::kWait, .at = *barred_until_};
  if (watched_[0]) {
    const std::uint8_t first = watched_[0]->seconds_at;
    const std::uint8_t last = watched_[1] ? watched_[1]->seconds_at : first;
    return {.kind = Step::Kind::kRead,
            .first = first,
            .in = MutableBytes{seconds_}.subspan(first, std::size_t{last} - first + 1)};
  }
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
  if (watched_[0]) {
    take_look({before, after});
    return;
  }
  const auto reads = reads_at(found_.address);
  filled_ += reads[reads_].size;
  if (++reads_ < reads.size()) return;
  conclude();
  is_done_ = !watched_[0];
}

// At each look the chip must have counted as many seconds as have passed.
bool RtcDetector::shows_time(Watched& watched, const Look& look) {
  constexpr nanoseconds kTolerance = std::chrono::milliseconds{10};
  const auto second = rtc::decode_second(seconds_[watched.seconds_at] & watched.bits);
  if (!second) return false;
  if (looks_ == 0) watched.first_second = *second;
  const auto least = std::chrono::floor<seconds>(look.before - first_look_->after - kTolerance).count();
  const auto most = std::chrono::floor<seconds>(look.after - first_look_->before + kTolerance).count() + 1;
  const int counted = (*second - watched.first_second + 60) % 60;
  return counted >= least && counted <= most;
}

void RtcDetector::take_look(const Look& look) {
  if (!first_look_) first_look_ = look;
  const Watched* ticking = nullptr;
  int count = 0;
  for (auto& watched : watched_) {
    if (!watched) continue;
    watched->ticks = watched->ticks && shows_time(*watched, look);
    if (!watched->ticks) continue;
    ticking = &*watched;
    ++count;
  }
  if (count > 0 && ++looks_ < kLooks) {
    barred_until_ = first_look_->after + looks_ * kWatched / (kLooks - 1);
    return;
  }
  is_done_ = true;
  if (count != 1) return;
  if (ticking->models[1]) {
    found_.candidates = ticking->models;
  } else {
    found_.model = ticking->models[0];
  }
}

// Watched registers must come in their order.
void RtcDetector::watch(std::uint8_t seconds_at, std::uint8_t bits, std::optional<ChipModel> model,
                        std::optional<ChipModel> or_model) {
  auto& place = watched_[0] ? watched_[1] : watched_[0];
  place = Watched{.seconds_at = seconds_at, .bits = bits, .models = {model, or_model}};
}

void RtcDetector::watch_if_time(std::size_t image, std::uint8_t seconds_at,
                                const std::array<std::uint8_t, 7>& absent, ChipModel model) {
  for (std::size_t i = 0; i < absent.size(); ++i) {
    if (rtc::has(seen_[image + seconds_at + i], absent[i])) return;
  }
  watch(seconds_at, absent[0] == 0 ? 0x7f : 0xff, model);
}

// `pair` counts the pairs of reads at this address.
bool RtcDetector::wraps(std::size_t pair) const {
  const std::size_t head = pair * kPair;
  const std::size_t across = head + kHead;
  const auto wrapped = seen_.begin() + across + 1;
  const auto is_at = [&](std::size_t at) { return std::equal(wrapped, wrapped + kHead, seen_.begin() + at); };
  return is_at(head) || is_at(across + 1 + kHead);
}

void RtcDetector::conclude() {
  if (found_.address == default_address(ChipModel::kDs3231)) conclude_0x68();
  if (found_.address == default_address(ChipModel::kPcf8563)) conclude_0x51();
  if (found_.address == default_address(ChipModel::kMcp7940x)) conclude_0x6f();
  // An RV-3028 cannot be stopped, and an EEPROM at these addresses does not tick.
  if (found_.address == default_address(ChipModel::kRv3028) &&
      !rtc::has(seen_[kHead], rv3028::kAbsentOfControl1))
    watch_if_time(0, rv3028::kSeconds, rv3028::kAbsentOfTime, ChipModel::kRv3028);
  if (found_.address == default_address(ChipModel::kPcf2131))
    watch_if_time(0, 0x07, kAbsentOfPcf21xx, ChipModel::kPcf2131);
  if (found_.address == default_address(ChipModel::kRv8803))
    watch_if_time(0, 0x00, kAbsentOfRv8803, ChipModel::kRv8803);
}

// A device that repeats itself everywhere, as an empty EEPROM does, wraps round at every length. A clock that
// does nowhere has memory behind its registers.
void RtcDetector::conclude_0x68() {
  const bool at_19 = wraps(0);
  const bool at_20 = wraps(1);
  const bool at_64 = wraps(2);
  const bool at_16 = wraps(3);
  const bool at_17 = wraps(4);
  const int count = at_16 + at_17 + at_19 + at_20 + at_64;
  if (count == 0) watch(0x00, 0x7f, ChipModel::kDs3232, ChipModel::kDs1340);
  if (count != 1) return;
  const auto has = [&](std::uint8_t at, std::uint8_t bits) {
    return rtc::has(seen_[kImageAt0x68 + at], bits);
  };
  constexpr std::uint8_t kAbsentOfDs1337Status = 0x7c;
  if (at_16 || at_17) {
    if (has(ds3231::kStatus, kAbsentOfDs1337Status) || has(ds3231::kControl, at_16 ? 0x60 : 0x40)) return;
    found_.model = at_16 ? ChipModel::kDs1337 : ChipModel::kDs1339;
  } else if (at_19) {
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

// A PCF8563 has no bits that must read as zero, so its registers must hold a time, or tick. An RV-3032 and a
// PCF2127 have more registers, and their seconds elsewhere.
void RtcDetector::conclude_0x51() {
  const bool at_16 = wraps(0);
  const bool at_18 = wraps(1);
  const bool at_11 = wraps(2);
  const int count = at_11 + at_16 + at_18;
  if (count == 0) {
    watch_if_time(kImageAt0x51, 0x01, kAbsentOfRv3032, ChipModel::kRv3032);
    watch_if_time(kImageAt0x51, 0x03, kAbsentOfPcf21xx, ChipModel::kPcf2127);
  }
  if (count != 1) return;
  const auto image = Bytes{seen_}.subspan(kImageAt0x51, nxp::kLongestImage);
  if (at_18 || at_11) {
    if (rtc::has(image[nxp::kControl1], pcf85063a::kClock.absent_of_control_1)) return;
    found_.model = at_18 ? ChipModel::kPcf85063a : ChipModel::kPcf85063tp;
    return;
  }
  constexpr CivilDate kAny{.year = 2050, .month = 1, .day = 1};
  const NxpClock& clock = pcf8563::kClock;
  if (nxp::decode(clock, image.first(nxp::image_size(clock)), kAny).time) {
    found_.model = ChipModel::kPcf8563;
    return;
  }
  watch(clock.seconds_at, 0x7f, ChipModel::kPcf8563);
}

// An MCP7940x that runs shows that it was started (ST) and that its oscillator runs (OSCRUN). One that had no
// power shows nothing of its own.
void RtcDetector::conclude_0x6f() {
  const bool is_started = rtc::has(seen_[0], 0x80);
  const bool oscillates = rtc::has(seen_[3], 0x20);
  if (rtc::has(seen_[3], 0xc0) || is_started != oscillates) return;
  if (is_started) {
    watch(0x00, 0x7f, ChipModel::kMcp7940x);
  } else {
    found_.candidates[0] = ChipModel::kMcp7940x;
  }
}

}  // namespace isletime
