// SPDX-License-Identifier: MIT
// How a modelled chip counts: its oscillator's pace, its trim, and its digits.
#include <algorithm>

#include "tests/fakes/rtc_model_layout.hpp"

namespace isletime::fakes {
namespace {

constexpr nanoseconds kConversionInterval = seconds{64};
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

}  // namespace isletime::fakes
