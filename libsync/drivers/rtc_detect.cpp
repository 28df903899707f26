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

constexpr std::size_t kHead = 7;  // registers from 0 on that are compared
using Head = std::array<std::uint8_t, kHead>;

// Reads of seven bytes, 93 bits each: over a second at 400 kHz, 5 s at 100 kHz, and only where it stands.
constexpr int kMostLooks = 5000;

// Looks at one address; an error of the bus is kept, and all that is asked after it answers "no".
class Look {
 public:
  Look(I2cBus& bus, std::uint8_t address) : bus_{bus}, address_{address} {}

  std::optional<BusError> error() const { return error_; }

  bool read(std::uint8_t first, MutableBytes in) {
    if (!error_) error_ = bus_.transfer(address_, Bytes{&first, 1}, in);
    return !error_;
  }

  bool are_zero(std::uint8_t at, std::uint8_t bits) {
    std::uint8_t value = 0;
    return read(at, {&value, 1}) && !rtc::has(value, bits);
  }

  // Behind the last of so many registers come the first again. They tick between reads, so that either of two
  // looks at them may be what was seen.
  bool wraps_at(std::uint8_t registers) {
    Head before{};
    std::array<std::uint8_t, 1 + kHead> across{};
    Head after{};
    if (!read(0, before) || !read(static_cast<std::uint8_t>(registers - 1), across) || !read(0, after)) {
      return false;
    }
    return std::equal(before.begin(), before.end(), across.begin() + 1) ||
           std::equal(after.begin(), after.end(), across.begin() + 1);
  }

  // The register counts seconds on.
  bool ticks(std::uint8_t seconds_at, std::uint8_t bits) {
    Head first{};
    if (!read(seconds_at, first)) return false;
    const auto second = rtc::decode_second(first[0] & bits);
    if (!second) return false;
    for (int looks = 0; looks < kMostLooks; ++looks) {
      Head now{};
      if (!read(seconds_at, now)) return false;
      if (now[0] != first[0]) return rtc::decode_second(now[0] & bits) == (*second + 1) % 60;
    }
    return false;
  }

 private:
  I2cBus& bus_;
  std::uint8_t address_;
  std::optional<BusError> error_;
};

struct Models {
  std::optional<ChipModel> model;
  std::optional<ChipModel> or_model;
};

// What repeats itself everywhere, as an empty EEPROM does, wraps round at every length.
Models at_0x68(Look& look) {
  const bool at_19 = look.wraps_at(ds3231::kRegisters);
  const bool at_20 = look.wraps_at(pcf8523::kRegisters);
  const bool at_64 = look.wraps_at(ds1307::kRegisters);
  if (at_19 + at_20 + at_64 != 1) return {};
  if (at_19) {
    if (!look.are_zero(ds3231::kStatus, ds3231::kAbsentOfStatus)) return {};
    if (!look.are_zero(ds3231::kTemperature + 1, ds3231::kAbsentOfTemperature)) return {};
    return {ChipModel::kDs3231, {}};
  }
  if (at_20) {
    if (!look.are_zero(pcf8523::kControl3, pcf8523::kAbsentOfControl3)) return {};
    return {ChipModel::kPcf8523, {}};
  }
  if (!look.are_zero(ds1307::kControl, ds1307::kAbsentOfControl)) return {};
  if (look.are_zero(ds1307::kControl, ds1307::kOscillatorStopped)) {
    return {ChipModel::kDs1338, ChipModel::kDs1307};
  }
  return {ChipModel::kDs1338, {}};
}

// A PCF8563 has no bits that must read as zero, so what it holds must be a time, or tick.
bool holds_a_time(Look& look, const NxpClock& clock) {
  std::array<std::uint8_t, nxp::kLongestImage> buffer{};
  const auto image = MutableBytes{buffer}.first(nxp::image_size(clock));
  constexpr CivilDate kAny{.year = 2050, .month = 1, .day = 1};
  return look.read(nxp::kControl1, image) && nxp::decode(clock, image, kAny).time.has_value();
}

Models at_0x51(Look& look) {
  const bool at_16 = look.wraps_at(pcf8563::kRegisters);
  const bool at_18 = look.wraps_at(pcf85063a::kRegisters);
  if (at_16 == at_18) return {};
  if (at_18) {
    if (!look.are_zero(nxp::kControl1, pcf85063a::kClock.absent_of_control_1)) return {};
    return {ChipModel::kPcf85063a, {}};
  }
  if (!holds_a_time(look, pcf8563::kClock) && !look.ticks(pcf8563::kClock.seconds_at, 0x7f)) return {};
  return {ChipModel::kPcf8563, {}};
}

// Nothing can stop an RV-3028 that is asked, and an EEPROM at this address does not tick.
Models at_0x52(Look& look) {
  Head head{};
  if (!look.read(rv3028::kSeconds, head)) return {};
  for (std::size_t i = 0; i < kHead; ++i) {
    if (rtc::has(head[i], rv3028::kAbsentOfTime[i])) return {};
  }
  if (!look.are_zero(rv3028::kControl1, rv3028::kAbsentOfControl1)) return {};
  if (!look.ticks(rv3028::kSeconds, 0xff)) return {};
  return {ChipModel::kRv3028, {}};
}

Models models_at(Look& look, std::uint8_t address) {
  if (address == default_address(ChipModel::kDs3231)) return at_0x68(look);
  if (address == default_address(ChipModel::kPcf8563)) return at_0x51(look);
  if (address == default_address(ChipModel::kRv3028)) return at_0x52(look);
  return {};
}

}  // namespace

Result<std::optional<Detected>, BusError> detect(I2cBus& bus, std::uint8_t address) {
  Look look{bus, address};
  Head head{};
  if (!look.read(0, head)) {
    if (look.error() == BusError::kNoAcknowledge) return std::optional<Detected>{};
    if (look.error() == BusError::kClaimed) {
      return std::optional{Detected{.address = address, .model = {}, .or_model = {}, .is_claimed = true}};
    }
    return Unexpected{*look.error()};
  }
  const Models models = models_at(look, address);
  if (look.error()) return Unexpected{*look.error()};
  return std::optional{
      Detected{.address = address, .model = models.model, .or_model = models.or_model, .is_claimed = false}};
}

Result<Detections, BusError> detect(I2cBus& bus) {
  Detections found;
  for (const std::uint8_t address : kClockAddresses) {
    const auto chip = detect(bus, address);
    if (!chip) return Unexpected{chip.error()};
    if (*chip) found.add(**chip);
  }
  return found;
}

}  // namespace isletime
