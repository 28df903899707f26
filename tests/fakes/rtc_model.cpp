// SPDX-License-Identifier: MIT
#include "tests/fakes/rtc_model.hpp"

#include <algorithm>

namespace isletime::fakes {
namespace {

constexpr nanoseconds kSecond = seconds{1};
constexpr nanoseconds kBit{10'000};  // 100 kHz
constexpr nanoseconds kByte = 9 * kBit;
constexpr nanoseconds kConversionInterval = seconds{64};
constexpr nanoseconds kEepromWrite{16'000'000};
constexpr nanoseconds kEepromRead{1'400'000};
constexpr nanoseconds kYear = seconds{31'557'600};
constexpr std::int64_t kSecondsIn2000 = 946'684'800;  // since 1970
constexpr std::int64_t kSecondsInCentury = 36'525LL * 86'400;

// The model has its own conversion, so that it does not share an error with the drivers.
constexpr int digits(int byte) {
  return (byte >> 4) * 10 + (byte & 15);
}
constexpr bool are_digits(int byte) {
  return (byte >> 4) <= 9 && (byte & 15) <= 9;
}
constexpr std::uint8_t bcd(std::int64_t value) {
  return static_cast<std::uint8_t>((value / 10) * 16 + value % 10);
}

}  // namespace

struct ModelChip::Layout {
  unsigned registers;  // after which the pointer wraps round
  std::uint8_t time;   // seconds, minutes, hours
  std::uint8_t day;    // as an offset from the seconds
  std::uint8_t weekday;
  std::uint8_t first_weekday;             // the value for Sunday
  std::array<std::uint8_t, 7> time_bits;  // that exist, in register order; flags are excluded
  std::uint8_t flag_at;
  std::uint8_t flag;  // only a write clears it; 0 if there is none
  nanoseconds first_tick;
};

const ModelChip::Layout& ModelChip::layout_of(ChipModel model) {
  static constexpr Layout kDs3231{0x13, 0,    4, 3, 1, {0x7f, 0x7f, 0x7f, 0x07, 0x3f, 0x9f, 0xff},
                                  0x0f, 0x80, {}};
  static constexpr Layout kDs1307{0x40, 0,    4, 3, 1, {0xff, 0x7f, 0x7f, 0x07, 0x3f, 0x1f, 0xff},
                                  0x07, 0x00, {}};
  static constexpr Layout kDs1338{0x40, 0,    4, 3, 1, {0xff, 0x7f, 0x7f, 0x07, 0x3f, 0x1f, 0xff},
                                  0x07, 0x20, {}};
  static constexpr Layout kPcf85063a{
      0x12, 4, 3, 4, 0, {0x7f, 0x7f, 0x3f, 0x3f, 0x07, 0x1f, 0xff}, 4, 0x80, nanoseconds{507'900'000}};
  static constexpr Layout kPcf8523{
      0x14, 3, 3, 4, 0, {0x7f, 0x7f, 0x3f, 0x3f, 0x07, 0x1f, 0xff}, 3, 0x80, nanoseconds{499'900'000}};
  static constexpr Layout kPcf8563{
      0x10, 2, 3, 4, 0, {0x7f, 0x7f, 0x3f, 0x3f, 0x07, 0x9f, 0xff}, 2, 0x80, nanoseconds{507'850'000}};
  static constexpr Layout kRv3028{0x40, 0,    4, 3, 0, {0x7f, 0x7f, 0x3f, 0x07, 0x3f, 0x1f, 0xff},
                                  0x0e, 0x01, {}};
  static constexpr Layout kDs3232{256,  0,    4, 3, 1, {0x7f, 0x7f, 0x7f, 0x07, 0x3f, 0x9f, 0xff},
                                  0x0f, 0x80, {}};
  static constexpr Layout kDs1337{0x10, 0,    4, 3, 1, {0x7f, 0x7f, 0x7f, 0x07, 0x3f, 0x9f, 0xff},
                                  0x0f, 0x80, {}};
  static constexpr Layout kDs1339{0x11, 0,    4, 3, 1, {0x7f, 0x7f, 0x7f, 0x07, 0x3f, 0x9f, 0xff},
                                  0x0f, 0x80, {}};
  static constexpr Layout kDs1340{256,  0,    4, 3, 1, {0xff, 0x7f, 0xff, 0x07, 0x3f, 0x1f, 0xff},
                                  0x09, 0x80, {}};
  static constexpr Layout kMcp7940x{0x20, 0,    4, 3, 1, {0xff, 0x7f, 0x7f, 0x1f, 0x3f, 0x1f, 0xff},
                                    0x00, 0x00, {}};
  static constexpr Layout kRv8803{0x30, 0,    4, 3, 0, {0x7f, 0x7f, 0x3f, 0x7f, 0x3f, 0x1f, 0xff},
                                  0x0e, 0x03, {}};
  static constexpr Layout kRv3032{256,  1,    4, 3, 0, {0x7f, 0x7f, 0x3f, 0x07, 0x3f, 0x1f, 0xff},
                                  0x0d, 0x03, {}};
  static constexpr Layout kPcf85063tp{
      0x0b, 4, 3, 4, 0, {0x7f, 0x7f, 0x3f, 0x3f, 0x07, 0x1f, 0xff}, 4, 0x80, nanoseconds{507'900'000}};
  static constexpr Layout kPcf2127{
      0x1e, 3, 3, 4, 0, {0x7f, 0x7f, 0x3f, 0x3f, 0x07, 0x1f, 0xff}, 3, 0x80, nanoseconds{507'850'000}};
  static constexpr Layout kPcf2131{0x37, 7,    3,      4, 0, {0x7f, 0x7f, 0x3f, 0x3f, 0x07, 0x1f, 0xff},
                                   7,    0x80, kSecond};
  switch (model) {
    case ChipModel::kDs3232:
      return kDs3232;
    case ChipModel::kDs1337:
      return kDs1337;
    case ChipModel::kDs1339:
      return kDs1339;
    case ChipModel::kDs1340:
      return kDs1340;
    case ChipModel::kMcp7940x:
      return kMcp7940x;
    case ChipModel::kRv8803:
      return kRv8803;
    case ChipModel::kRv3032:
      return kRv3032;
    case ChipModel::kPcf85063tp:
      return kPcf85063tp;
    case ChipModel::kPcf2127:
      return kPcf2127;
    case ChipModel::kPcf2131:
      return kPcf2131;
    case ChipModel::kDs3231:
      return kDs3231;
    case ChipModel::kDs1307:
      return kDs1307;
    case ChipModel::kDs1338:
      return kDs1338;
    case ChipModel::kPcf85063a:
      return kPcf85063a;
    case ChipModel::kPcf8523:
      return kPcf8523;
    case ChipModel::kPcf8563:
      return kPcf8563;
    case ChipModel::kRv3028:
      return kRv3028;
  }
  return kDs3231;
}

ModelChip::ModelChip(ChipModel model, const CivilTime& time, nanoseconds now, Oscillator oscillator)
    : model_{model},
      layout_{layout_of(model)},
      oscillator_{oscillator},
      made_{now},
      advanced_{now},
      converted_{now} {
  // Both switch to their batteries by level.
  if (model_ == ChipModel::kRv3028) eeprom_[0x37] = 0x1c;
  if (model_ == ChipModel::kRv3032) eeprom_[0xc0 % eeprom_.size()] = 0x20;
  reset_registers();
  auto& flag = registers_[layout_.flag_at];
  flag = static_cast<std::uint8_t>(flag & ~layout_.flag);
  if (model_ == ChipModel::kDs1307) registers_[0] = 0;
  if (model_ == ChipModel::kPcf8523) registers_[2] = 0x00;
  if (model_ == ChipModel::kPcf8563) registers_[0] = 0x00;
  if (model_ == ChipModel::kPcf2131) registers_[2] = 0x00;
  if (model_ == ChipModel::kMcp7940x) {
    registers_[0] = 0x80;
    registers_[3] = 0x09;
  }
  show(seconds_since_epoch(time).count());
  into_second_ = nanoseconds{time.nanosecond};
}

// And those of Microchip, whose registers are alike.
bool ModelChip::is_dallas() const {
  switch (model_) {
    case ChipModel::kDs3231:
    case ChipModel::kDs3232:
    case ChipModel::kDs1307:
    case ChipModel::kDs1338:
    case ChipModel::kDs1337:
    case ChipModel::kDs1339:
    case ChipModel::kDs1340:
    case ChipModel::kMcp7940x:
      return true;
    case ChipModel::kPcf85063a:
    case ChipModel::kPcf85063tp:
    case ChipModel::kPcf8523:
    case ChipModel::kPcf8563:
    case ChipModel::kPcf2127:
    case ChipModel::kPcf2131:
    case ChipModel::kRv3028:
    case ChipModel::kRv3032:
    case ChipModel::kRv8803:
      return false;
  }
  return false;
}

bool ModelChip::is_nxp() const {
  return !is_dallas() && model_ != ChipModel::kRv3028 && model_ != ChipModel::kRv3032 &&
         model_ != ChipModel::kRv8803;
}

bool ModelChip::is_tcxo_of_dallas() const {
  return model_ == ChipModel::kDs3231 || model_ == ChipModel::kDs3232;
}

bool ModelChip::counts_by_twelve() const {
  if (model_ == ChipModel::kDs1340) return false;
  if (is_dallas()) return (registers_[2] & 0x40) != 0;
  if (model_ == ChipModel::kPcf85063a || model_ == ChipModel::kPcf85063tp) return (registers_[0] & 0x02) != 0;
  if (model_ == ChipModel::kPcf8523) return (registers_[0] & 0x08) != 0;
  if (model_ == ChipModel::kPcf2127 || model_ == ChipModel::kPcf2131) return (registers_[0] & 0x04) != 0;
  if (model_ == ChipModel::kRv3028) return (registers_[0x10] & 0x02) != 0;
  return false;
}

std::uint8_t ModelChip::hours_bits() const {
  if (model_ == ChipModel::kDs1340) return 0xc0;
  return is_dallas() ? 0x40 : 0x00;
}

// An oscillator that is pulled, or a divider whose steps are too fine to see. NXP's trim is in pulses().
std::int64_t ModelChip::trim_ppb() const {
  if (is_tcxo_of_dallas()) return -100 * std::int64_t{ageing_in_force_};
  if (model_ == ChipModel::kRv3032) {
    const int offset = registers_[0xc1] & 0x3f;
    return -std::int64_t{offset >= 32 ? offset - 64 : offset} * 238'419 / 1000;
  }
  if (model_ != ChipModel::kRv3028) return 0;
  const int value = registers_[0x36] * 2 + (registers_[0x37] >> 7);
  return -std::int64_t{value >= 256 ? value - 512 : value} * 953'674 / 1000;
}

// The datasheets' "Offset calibration". Mode 0: every two hours, a pulse a minute. Mode 1: every minute, or
// every four in a PCF85063A, a pulse a second; those beyond 60 come in the 59th second. The table of ppm
// tells the pulse: one of them in each interval makes a step.
ModelChip::Pulses ModelChip::pulses() const {
  // The MCP7940x: two cycles a step, each minute; bit 7 adds them, which shortens that second.
  if (model_ == ChipModel::kMcp7940x) {
    const std::uint8_t trim = registers_[0x08];
    return {(trim & 0x80) != 0 ? -1 : 1, kSecond * (2 * (trim & 0x7f)) / 32768, 60, 60};
  }
  const bool is_85063 = model_ == ChipModel::kPcf85063a || model_ == ChipModel::kPcf85063tp;
  const bool is_8523 = model_ == ChipModel::kPcf8523;
  if (!is_85063 && !is_8523) return {};
  const std::uint8_t offset = registers_[is_85063 ? 0x02 : 0x0e];
  const int value = offset & 0x7f;
  const int steps = value >= 64 ? value - 128 : value;
  if ((offset & 0x80) == 0) return {steps, kSecond / 32, 7200, 60};
  return is_85063 ? Pulses{steps, kSecond / 1024, 240, 1} : Pulses{steps, kSecond / 4096, 60, 1};
}

// Returns the length of the second that is shown, in time of the chip's own oscillator.
nanoseconds ModelChip::length_of(std::int64_t shown, const Pulses& pulses) {
  const int count = std::abs(pulses.steps);
  const std::int64_t at = shown % pulses.interval;
  if (count == 0 || at % pulses.apart != 0) return kSecond;
  const std::int64_t turn = at / pulses.apart;
  std::int64_t here = turn < std::min(count, 60) ? 1 : 0;
  if (turn == 59 && count > 60) here += count - 60;
  return kSecond + (pulses.steps > 0 ? here : -here) * pulses.pulse;
}

std::int64_t ModelChip::rate_ppb() const {
  const std::int64_t from_25 = temperature_ - 25'000;
  const std::int64_t aged =
      oscillator_.ageing_ppb_per_year * ((advanced_ - made_).count() / 1000) / (kYear.count() / 1000);
  return oscillator_.error_ppb + aged + oscillator_.parabola_ppb * from_25 / 1000 * from_25 / 1000 +
         trim_ppb();
}

bool ModelChip::is_counting() const {
  if (is_lost_) return false;
  if (is_tcxo_of_dallas()) return is_powered_ || (registers_[0x0e] & 0x80) == 0;
  if (model_ == ChipModel::kDs1337 || model_ == ChipModel::kDs1339) return (registers_[0x0e] & 0x80) == 0;
  if (model_ == ChipModel::kMcp7940x) return (registers_[0] & 0x80) != 0;
  if (is_dallas()) return (registers_[0] & 0x80) == 0;
  if (model_ == ChipModel::kRv8803) return (registers_[0x0f] & 0x01) == 0;
  if (model_ == ChipModel::kRv3032) return (registers_[0x11] & 0x01) == 0;
  return !is_nxp() || (registers_[0] & 0x20) == 0;
}

bool ModelChip::switches_over() const {
  if (!has_battery_) return false;
  if (model_ == ChipModel::kPcf8523) return (registers_[2] & 0x40) == 0;
  if (model_ == ChipModel::kPcf2127 || model_ == ChipModel::kPcf2131) return (registers_[2] & 0xe0) != 0xe0;
  if (model_ == ChipModel::kMcp7940x) return (registers_[3] & 0x08) != 0;
  if (model_ == ChipModel::kRv3028) return (registers_[0x37] & 0x04) != 0;
  if (model_ == ChipModel::kRv3032) {
    const int mode = registers_[0xc0] & 0x30;
    return mode == 0x10 || mode == 0x20;
  }
  return true;
}

// The clock goes on after it was stopped.
void ModelChip::release() {
  constexpr nanoseconds kSomewhere{300'000'000};
  const bool is_unknown = model_ == ChipModel::kPcf2131 && !is_prescaler_clear_;
  into_second_ = is_unknown ? kSomewhere : is_nxp() ? kSecond - layout_.first_tick : nanoseconds{};
  rest_ = 0;
}

void ModelChip::refresh_mirrors() {
  if (model_ == ChipModel::kRv3028)
    std::copy(eeprom_.begin() + 0x35, eeprom_.begin() + 0x38, registers_.begin() + 0x35);
  if (model_ == ChipModel::kRv3032) std::copy_n(eeprom_.begin(), 4, registers_.begin() + 0xc0);
}

// Returns nothing if the registers hold no valid time.
std::optional<std::int64_t> ModelChip::seconds_shown() const {
  std::array<std::uint8_t, 7> t{};
  for (std::size_t i = 0; i < t.size(); ++i) t[i] = registers_[layout_.time + i];
  t[0] &= 0x7f;
  t[2] = static_cast<std::uint8_t>(t[2] & ~hours_bits());
  t[5] &= 0x1f;
  const bool is_pm = counts_by_twelve() && (t[2] & 0x20) != 0;
  if (counts_by_twelve()) t[2] &= 0x1f;
  for (const std::size_t i : {std::size_t{0}, std::size_t{1}, std::size_t{2}, std::size_t{layout_.day},
                              std::size_t{5}, std::size_t{6}}) {
    if (!are_digits(t[i])) return std::nullopt;
  }
  int hour = digits(t[2]);
  if (counts_by_twelve()) {
    if (hour < 1 || hour > 12) return std::nullopt;
    hour = hour % 12 + (is_pm ? 12 : 0);
  }
  const CivilTime time{.date = {2000 + digits(t[6]), static_cast<std::uint8_t>(digits(t[5])),
                                static_cast<std::uint8_t>(digits(t[layout_.day]))},
                       .hour = static_cast<std::uint8_t>(hour),
                       .minute = static_cast<std::uint8_t>(digits(t[1])),
                       .second = static_cast<std::uint8_t>(digits(t[0])),
                       .nanosecond = 0};
  if (!is_valid(time)) return std::nullopt;
  return seconds_since_epoch(time).count();
}

// Stores the hour in the mode that the chip counts in, and keeps flags beside the time.
void ModelChip::show(std::int64_t shown) {
  const std::int64_t in_century =
      ((shown - kSecondsIn2000) % kSecondsInCentury + kSecondsInCentury) % kSecondsInCentury;
  const CivilTime time = to_civil_time(WallTime{seconds{kSecondsIn2000 + in_century}});
  const auto set = [&](std::size_t at, std::uint8_t value, std::uint8_t kept) {
    auto& r = registers_[layout_.time + at];
    r = static_cast<std::uint8_t>((r & kept) | value);
  };
  set(0, bcd(time.second), 0x80);
  set(1, bcd(time.minute), 0x00);
  if (counts_by_twelve()) {
    const int hour = time.hour % 12 == 0 ? 12 : time.hour % 12;
    set(2, static_cast<std::uint8_t>(bcd(hour) | (time.hour >= 12 ? 0x20 : 0)), hours_bits());
  } else {
    set(2, bcd(time.hour), 0x00);
  }
  set(layout_.day, bcd(time.date.day), 0x00);
  const std::int64_t days = days_since_epoch(time.date);
  const auto weekday = static_cast<std::uint8_t>((days + 4) % 7);  // Sunday 0
  const bool is_one_bit = model_ == ChipModel::kRv8803;
  set(layout_.weekday, static_cast<std::uint8_t>(is_one_bit ? 1 << weekday : weekday + layout_.first_weekday),
      model_ == ChipModel::kMcp7940x ? 0x18 : 0x00);
  set(5, bcd(time.date.month), 0x80);
  set(6, bcd(time.date.year % 100), 0x00);
}

void ModelChip::tick(std::int64_t count) {
  const auto shown = seconds_shown();
  if (!shown) {  // No datasheet defines this; the seconds wrap round.
    auto& r = registers_[layout_.time];
    const int second = are_digits(r & 0x7f) ? digits(r & 0x7f) : 0;
    r = static_cast<std::uint8_t>((r & 0x80) | bcd((second + count) % 60));
    return;
  }
  // Each midnight the mirrors are refreshed from the EEPROM.
  constexpr std::int64_t kDay = 86'400;
  const std::uint8_t control_1 = model_ == ChipModel::kRv3032 ? 0x10 : 0x0f;
  if (*shown / kDay != (*shown + count) / kDay && (registers_[control_1] & 0x08) == 0) refresh_mirrors();
  const bool rolls_over = *shown + count >= kSecondsIn2000 + kSecondsInCentury;
  show(*shown + count);
  if (rolls_over && (layout_.time_bits[5] & 0x80) != 0) {
    registers_[layout_.time + 5] ^= 0x80;
  }
}

void ModelChip::convert(nanoseconds now) {
  converted_ = now;
  ageing_in_force_ = static_cast<std::int8_t>(registers_[0x10]);
  const std::int64_t quarters = (temperature_ + (temperature_ < 0 ? -125 : 125)) / 250;
  registers_[0x11] = static_cast<std::uint8_t>(quarters >> 2);
  registers_[0x12] = static_cast<std::uint8_t>((quarters & 3) << 6);
}

// Whole intervals of the correction pulses are counted at once.
void ModelChip::count_seconds() {
  const Pulses corrected = pulses();
  const std::int64_t shown = seconds_shown().value_or(0);
  const nanoseconds interval = corrected.interval * kSecond + corrected.steps * corrected.pulse;
  std::int64_t count = into_second_ / interval * corrected.interval;
  into_second_ %= interval;
  for (nanoseconds length = length_of(shown, corrected); into_second_ >= length;
       length = length_of(shown + count, corrected)) {
    into_second_ -= length;
    ++count;
  }
  if (count > 0) tick(count);
}

void ModelChip::advance(nanoseconds now) {
  const nanoseconds step = now - advanced_;
  if (is_counting() && step > nanoseconds::zero()) {
    constexpr std::int64_t kBillion = 1'000'000'000;
    const __int128 gained = static_cast<__int128>(step.count()) * rate_ppb() + rest_;
    rest_ = gained % kBillion;
    into_second_ += step + nanoseconds{static_cast<std::int64_t>(gained / kBillion)};
    count_seconds();
  }
  advanced_ = std::max(advanced_, now);
  if (is_tcxo_of_dallas() && now - converted_ >= kConversionInterval) convert(now);
}

// Sets the registers to the datasheet's values after the first power-on.
void ModelChip::reset_registers() {
  registers_.fill(0);
  const auto first_of_2000 = [this] {
    registers_[layout_.time + layout_.day] = 0x01;
    registers_[layout_.time + 5] = 0x01;
    registers_[layout_.time + layout_.weekday] = is_dallas() ? 0x01 : 0x06;
  };
  switch (model_) {
    case ChipModel::kDs3231:
      first_of_2000();
      registers_[0x0e] = 0x1c;
      registers_[0x0f] = 0x88;
      convert(advanced_);
      break;
    case ChipModel::kDs3232:
      first_of_2000();
      registers_[0x0e] = 0x1c;
      registers_[0x0f] = 0xc8;
      convert(advanced_);
      std::fill(registers_.begin() + 0x14, registers_.end(), std::uint8_t{0xa5});
      break;
    case ChipModel::kDs1337:
    case ChipModel::kDs1339:
      first_of_2000();
      registers_[0x0e] = 0x18;
      registers_[0x0f] = 0x80;
      break;
    case ChipModel::kDs1340:
      first_of_2000();
      registers_[0x07] = 0x80;
      registers_[0x09] = 0x80;
      break;
    case ChipModel::kMcp7940x:
      first_of_2000();
      registers_[0x06] = 0x01;
      registers_[0x07] = 0x80;
      break;
    case ChipModel::kRv8803:
      first_of_2000();
      registers_[layout_.weekday] = 0x40;
      registers_[0x0e] = 0x03;
      break;
    case ChipModel::kRv3032:
      first_of_2000();
      registers_[0x0d] = 0x03;
      refresh_mirrors();
      break;
    case ChipModel::kPcf2127:
      first_of_2000();
      registers_[0x00] = 0x08;
      registers_[0x03] = 0x80;
      break;
    case ChipModel::kPcf2131:
      first_of_2000();
      registers_[0x00] = 0x08;
      registers_[0x02] = 0xe0;
      registers_[0x07] = 0x80;
      break;
    case ChipModel::kDs1307:
      first_of_2000();
      registers_[0x00] = 0x80;
      registers_[0x07] = 0x03;
      std::fill(registers_.begin() + 8, registers_.begin() + 64, std::uint8_t{0xa5});
      break;
    case ChipModel::kDs1338:
      first_of_2000();
      registers_[0x07] = 0xb3;
      std::fill(registers_.begin() + 8, registers_.begin() + 64, std::uint8_t{0xa5});
      break;
    case ChipModel::kPcf85063a:
    case ChipModel::kPcf85063tp:
      first_of_2000();
      registers_[0x04] = 0x80;
      break;
    case ChipModel::kPcf8523:
      registers_[0x02] = 0xe0;
      registers_[0x03] = 0x80;
      break;
    case ChipModel::kPcf8563:
      registers_[0x00] = 0x08;
      registers_[0x02] = 0x80;
      registers_[0x0d] = 0x80;
      registers_[0x0e] = 0x03;
      break;
    case ChipModel::kRv3028:
      first_of_2000();
      registers_[0x0e] = 0x01;
      registers_[0x28] = 0x33;
      refresh_mirrors();
      break;
  }
  into_second_ = {};
}

std::optional<nanoseconds> ModelChip::time_shown(nanoseconds now) {
  advance(now);
  const auto shown = seconds_shown();
  if (!shown) return std::nullopt;
  const nanoseconds length = length_of(*shown, pulses());
  return seconds{*shown} + nanoseconds{into_second_.count() * kSecond.count() / length.count()};
}

std::uint8_t ModelChip::peek(std::uint8_t at, nanoseconds now) {
  advance(now);
  return registers_[at];
}

void ModelChip::poke(std::uint8_t at, std::uint8_t value, nanoseconds now) {
  advance(now);
  registers_[at] = value;
}

void ModelChip::set_temperature(MilliCelsius temperature, nanoseconds now) {
  advance(now);
  temperature_ = temperature.value;
}

void ModelChip::set_oscillator(Oscillator oscillator, nanoseconds now) {
  advance(now);
  oscillator_ = oscillator;
}

void ModelChip::power_off(nanoseconds now) {
  advance(now);
  is_powered_ = false;
  is_lost_ = !switches_over();
  // A chip that is told to stop on battery sets its flag afterwards.
  if (!is_counting()) registers_[layout_.flag_at] |= layout_.flag;
}

void ModelChip::power_on(nanoseconds now) {
  advance(now);
  is_powered_ = true;
  if (!is_lost_) return;
  is_lost_ = false;
  reset_registers();
}

std::uint8_t ModelChip::readable(std::uint8_t at, nanoseconds now) const {
  if (model_ == ChipModel::kRv3028 && at == 0x0e && now < eeprom_busy_until_) {
    return static_cast<std::uint8_t>(registers_[at] | 0x80);
  }
  if (model_ == ChipModel::kRv3032 && (at == 0x0e || at == 0x0f)) {
    const std::int64_t sixteenths = temperature_ * 2 / 125;
    const bool is_busy = now < eeprom_busy_until_;
    return at == 0x0f ? static_cast<std::uint8_t>(sixteenths >> 4)
                      : static_cast<std::uint8_t>((sixteenths & 15) << 4 | (is_busy ? 0x04 : 0));
  }
  if (model_ == ChipModel::kMcp7940x && at == 0x03) {  // OSCRUN
    return static_cast<std::uint8_t>((registers_[at] & 0xdf) | ((registers_[0] & 0x80) != 0 ? 0x20 : 0));
  }
  // Bits that do not exist, and those labelled N, read as ones.
  if (model_ == ChipModel::kPcf8563 && at == 0x00) return static_cast<std::uint8_t>(registers_[at] | 0x57);
  if (model_ == ChipModel::kPcf8563 && at > layout_.time && at < layout_.time + 7) {
    return static_cast<std::uint8_t>(registers_[at] | ~layout_.time_bits[at - layout_.time]);
  }
  return registers_[at];
}

// A START latches the time, so that a read across the end of a second is consistent.
void ModelChip::on_start(nanoseconds now) {
  advance(now);
  latched_ = registers_;
  for (unsigned at = 0; at < layout_.registers; ++at)
    latched_[at] = readable(static_cast<std::uint8_t>(at), now);
}

std::uint8_t ModelChip::on_read(nanoseconds now) {
  advance(now);
  const std::uint8_t at = pointer_;
  // Beyond the last register no device drives the line, so it stays high.
  if (at >= layout_.registers) {
    ++pointer_;
    return 0xff;
  }
  pointer_ = static_cast<std::uint8_t>((at + 1) % layout_.registers);
  const bool is_time = at >= layout_.time && at < layout_.time + 7;
  const std::uint8_t value = is_time ? latched_[at] : readable(at, now);
  if (pointer_ == 0) on_start(now);
  return value;
}

void ModelChip::on_write(std::uint8_t byte, nanoseconds now) {
  advance(now);
  const std::uint8_t at = pointer_;
  if (at >= layout_.registers) {
    ++pointer_;
    return;
  }
  pointer_ = static_cast<std::uint8_t>((at + 1) % layout_.registers);
  write(at, byte, now);
}

void ModelChip::write(std::uint8_t at, std::uint8_t value, nanoseconds now) {
  const bool is_time = at >= layout_.time && at < layout_.time + 7;
  if (!is_time) {
    write_control(at, value, now);
    return;
  }
  const int had_started = registers_[at] & 0x80;  // of an MCP7940x, whose ST is beside the seconds
  const auto bits = layout_.time_bits[at - layout_.time];
  const bool has_flag = at == layout_.flag_at;
  const auto kept = static_cast<std::uint8_t>(has_flag ? registers_[at] & value & layout_.flag : 0);
  registers_[at] = static_cast<std::uint8_t>((value & bits) | kept);
  // Writing the seconds resets the divider that precedes them.
  const bool starts = model_ != ChipModel::kMcp7940x || (had_started == 0 && (value & 0x80) != 0);
  if (at == layout_.time && !is_nxp() && starts) {
    into_second_ = {};
    rest_ = 0;
  }
}

// The bits of the control registers that the datasheets want to be written as zero.
std::uint8_t ModelChip::reserved(std::uint8_t at) const {
  switch (model_) {
    case ChipModel::kDs3231:
      return at == 0x0f ? 0x70 : 0x00;
    case ChipModel::kDs1307:
      return at == 0x07 ? 0x6c : 0x00;
    case ChipModel::kDs1338:
      return at == 0x07 ? 0x4c : 0x00;
    case ChipModel::kPcf85063a:
    case ChipModel::kPcf85063tp:
      return at == 0x00 ? 0xc8 : 0x00;
    case ChipModel::kDs3232:
    case ChipModel::kMcp7940x:
    case ChipModel::kRv3032:
      return 0x00;
    case ChipModel::kDs1337:
      return at == 0x0e ? 0x60 : at == 0x0f ? 0x7c : 0x00;
    case ChipModel::kDs1339:
      return at == 0x0e ? 0x40 : at == 0x0f ? 0x7c : 0x00;
    case ChipModel::kDs1340:
      return at == 0x09 ? 0x7f : 0x00;
    case ChipModel::kRv8803:
      return at == 0x0d ? 0x80 : at == 0x0e ? 0xc0 : at == 0x0f ? 0xc2 : 0x00;
    case ChipModel::kPcf2127:
      return at == 0x00 ? 0xc8 : 0x00;
    case ChipModel::kPcf2131:
      return at == 0x00 ? 0x88 : 0x00;
    case ChipModel::kPcf8523:
      return at == 0x00 ? 0x40 : at == 0x02 ? 0x10 : 0x00;
    case ChipModel::kPcf8563:
      return at == 0x00 ? 0xdf : at == 0x01 ? 0xe0 : 0x00;  // N, TEST1 and TESTC
    case ChipModel::kRv3028:
      return at == 0x0f ? 0x40 : 0x00;
  }
  return 0;
}

void ModelChip::write_control(std::uint8_t at, std::uint8_t value, nanoseconds now) {
  if ((value & reserved(at)) != 0) ++reserved_bits_written_;
  auto& r = registers_[at];
  switch (model_) {
    case ChipModel::kDs3231:
      if (at == 0x0f) {
        r = static_cast<std::uint8_t>((r & value & 0x83) | (value & 0x08) | (r & 0x04));
      } else if (at == 0x0e) {
        r = static_cast<std::uint8_t>(value & ~0x20);
        if ((value & 0x20) != 0) convert(now);
      } else if (at < 0x11) {
        r = value;
      }
      return;
    case ChipModel::kDs3232:
      if (at == 0x0f) {
        r = static_cast<std::uint8_t>((r & value & 0x83) | (value & 0x78) | (r & 0x04));
      } else if (at == 0x0e) {
        r = static_cast<std::uint8_t>(value & ~0x20);
        if ((value & 0x20) != 0) convert(now);
      } else if (at < 0x11 || at > 0x13) {
        r = value;
      }
      return;
    case ChipModel::kDs1337:
    case ChipModel::kDs1339:
      r = at == 0x0f ? static_cast<std::uint8_t>(r & value & 0x83) : value;
      return;
    case ChipModel::kDs1340:
      r = at == 0x09 ? static_cast<std::uint8_t>(r & value & 0x80) : value;
      if (at == 0x07) into_second_ = {};
      return;
    case ChipModel::kMcp7940x:
      r = value;
      return;
    case ChipModel::kRv8803: {
      const bool is_released = at == 0x0f && (r & 0x01) != 0 && (value & 0x01) == 0;
      r = at == 0x0e ? static_cast<std::uint8_t>(r & value) : value;
      if (is_released) release();
      return;
    }
    case ChipModel::kRv3032: {
      const bool is_released = at == 0x11 && (r & 0x01) != 0 && (value & 0x01) == 0;
      if (at == 0x3f) {
        command_eeprom(value, now);
      } else if (at != 0x0e && at != 0x0f) {
        r = at == 0x0d ? static_cast<std::uint8_t>(r & value) : value;
      }
      if (is_released) release();
      return;
    }
    case ChipModel::kDs1307:
      r = at == 0x07 ? static_cast<std::uint8_t>(value & 0x93) : value;
      return;
    case ChipModel::kDs1338:
      r = at == 0x07 ? static_cast<std::uint8_t>((value & 0x93) | (r & value & 0x20)) : value;
      return;
    case ChipModel::kPcf85063a:
    case ChipModel::kPcf85063tp:
    case ChipModel::kPcf8523:
    case ChipModel::kPcf8563:
    case ChipModel::kPcf2127:
    case ChipModel::kPcf2131:
      break;
    case ChipModel::kRv3028:
      if (at == 0x0e) {
        r = static_cast<std::uint8_t>(r & value);
      } else if (at == 0x0f) {
        r = static_cast<std::uint8_t>(value & 0xbf);
      } else if (at == 0x10) {
        r = static_cast<std::uint8_t>(value & 0xfe);
      } else if (at == 0x27) {
        command_eeprom(value, now);
      } else if (at != 0x28) {
        r = value;
      }
      return;
  }
  if (at == 0x00) {
    const bool stood = (r & 0x20) != 0;
    const bool stands = (value & 0x20) != 0;
    const bool is_85063 = model_ == ChipModel::kPcf85063a || model_ == ChipModel::kPcf85063tp;
    r = is_85063 ? static_cast<std::uint8_t>(value & 0xb7) : value;
    if (stood && !stands) release();
    if (!stood && stands) is_prescaler_clear_ = false;
    return;
  }
  if (model_ == ChipModel::kPcf2131 && at == 0x05) {
    is_prescaler_clear_ = value == 0xa4 && (registers_[0] & 0x20) != 0;
    return;
  }
  if (model_ == ChipModel::kPcf8523 && at == 0x02) {
    r = static_cast<std::uint8_t>((value & 0xeb) | (r & 0x04));
  } else if (model_ == ChipModel::kPcf8523 && at == 0x12) {
    r = static_cast<std::uint8_t>(value & 0x77);
  } else if ((model_ == ChipModel::kPcf8523 && at == 0x10) ||
             (model_ == ChipModel::kPcf85063a && at == 0x11)) {
    r = static_cast<std::uint8_t>(value & (at == 0x10 ? 0x07 : 0x1f));
  } else {
    r = value;
  }
}

// The chip refuses the command while it is busy, without a zero before it, or while the automatic refresh is
// enabled. What a write leaves is undefined if the chip may switch to its battery meanwhile.
void ModelChip::command_eeprom(std::uint8_t command, nanoseconds now) {
  const bool is_3028 = model_ == ChipModel::kRv3028;
  const std::uint8_t at = is_3028 ? 0x25 : 0x3d;  // of the address; data and command follow
  const bool was_zero = registers_[at + 2U] == 0;
  registers_[at + 2U] = command;
  if (!was_zero || now < eeprom_busy_until_ || (registers_[is_3028 ? 0x0f : 0x10] & 0x08) == 0) return;
  if (is_3028 && registers_[at] >= eeprom_.size()) return;
  std::uint8_t& stored = eeprom_[registers_[at] % eeprom_.size()];
  if (command == 0x22) {
    registers_[at + 1U] = stored;
    eeprom_busy_until_ = now + kEepromRead;
  } else if (command == 0x21) {
    const bool may_switch_over = ((is_3028 ? registers_[0x37] & 0x0c : registers_[0xc0] & 0x30)) != 0;
    ++eeprom_writes_;
    if (!is_eeprom_worn_) stored = may_switch_over ? std::uint8_t{0xff} : registers_[at + 1U];
    eeprom_busy_until_ = now + kEepromWrite;
  }
}

void ModelBus::detach(std::uint8_t address) {
  std::erase_if(devices_, [address](const Attached& a) { return a.address == address; });
}

ModelDevice* ModelBus::at(std::uint8_t address) const {
  const auto found = std::find_if(devices_.begin(), devices_.end(),
                                  [address](const Attached& a) { return a.address == address; });
  return found == devices_.end() ? nullptr : found->device;
}

bool ModelBus::moves_a_byte() {
  time_.now += kByte;
  if (!failure_) return true;
  if (failure_->bytes_left == 0) return false;
  --failure_->bytes_left;
  return true;
}

std::optional<BusError> ModelBus::failed() {
  time_.now += kBit;
  const BusError error = failure_ ? failure_->error : BusError::kFailed;
  failure_.reset();
  return error;
}

std::optional<BusError> ModelBus::transfer(std::uint8_t address, Bytes out, MutableBytes in) {
  if (always_) return always_;
  if (held_ == address) return BusError::kStuck;
  auto& transaction = transactions_.emplace_back(Transaction{address, {}, {}});
  ModelDevice* device = at(address);
  time_.now += kBit;
  if (device == nullptr) {
    time_.now += kByte + kBit;
    return BusError::kNoAcknowledge;
  }
  device->on_start(time_.now);
  if (!moves_a_byte()) return failed();
  for (std::size_t i = 0; i < out.size(); ++i) {
    if (!moves_a_byte()) return failed();
    transaction.written.push_back(out[i]);
    if (i == 0) {
      device->on_pointer(out[i]);
    } else {
      device->on_write(out[i], time_.now);
      ++bytes_written_;
    }
  }
  if (!in.empty()) {
    time_.now += kBit;
    device->on_start(time_.now);
    if (!moves_a_byte()) return failed();
    for (std::uint8_t& byte : in) {
      if (!moves_a_byte()) return failed();
      byte = device->on_read(time_.now);
      transaction.read.push_back(byte);
    }
  }
  time_.now += kBit;
  return std::nullopt;
}

}  // namespace isletime::fakes
