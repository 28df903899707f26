// SPDX-License-Identifier: MIT
#include "tools/driftlog/plot_scale.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

#include "libsync/core/civil_time.hpp"
#include "libsync/core/rfc3339.hpp"

namespace isletime::driftlog {
namespace {

constexpr double kMinute = 60.0;
constexpr double kHour = 3600.0;
constexpr double kDay = 86'400.0;

std::string date_of(WallTime time) {
  const auto text = format_rfc3339(time);
  return {text.data(), 10};
}

// Returns the smallest of these steps that gives few enough ticks.
double time_step(double length_s, std::size_t most) {
  constexpr std::array kSteps{1.0,        2.0,         5.0,         10.0,         15.0,         30.0,
                              kMinute,    2 * kMinute, 5 * kMinute, 10 * kMinute, 15 * kMinute, 30 * kMinute,
                              kHour,      2 * kHour,   3 * kHour,   6 * kHour,    12 * kHour,   kDay,
                              2 * kDay,   5 * kDay,    10 * kDay,   20 * kDay,    30 * kDay,    50 * kDay,
                              100 * kDay, 200 * kDay,  500 * kDay};
  for (const double step : kSteps) {
    if (length_s / step <= static_cast<double>(most)) return step;
  }
  return 1000.0 * kDay * std::ceil(length_s / (1000.0 * kDay * static_cast<double>(most)));
}

std::string time_label(WallTime time, double step_s, double length_s) {
  const auto text = format_rfc3339(time);
  const std::string_view shown{text.data(), text.size()};
  if (step_s < kMinute) return std::string{shown.substr(11, 8)};
  if (length_s <= kDay) return std::string{shown.substr(11, 5)};
  if (step_s < kDay) return fmt::format("{} {}", shown.substr(5, 5), shown.substr(11, 5));
  return std::string{shown.substr(0, 10)};
}

// Adds a margin, so that marks at the ends are drawn whole.
Range with_margin(Range range) {
  constexpr double kShare = 0.015;
  return {range.low - kShare * range.width(), range.high + kShare * range.width()};
}

Axis date_axis(WallTime from, double length_s, std::size_t most) {
  Axis axis{with_margin({0.0, length_s}), "", {}};
  const double step = time_step(length_s, most);
  const auto step_ns = nanoseconds{std::llround(step * 1e9)};
  const nanoseconds began = from.time_since_epoch();
  const nanoseconds length = std::min(nanoseconds{std::llround(length_s * 1e9)}, nanoseconds::max() - began);
  for (nanoseconds at = (step_ns - began % step_ns) % step_ns; at <= length; at += step_ns)
    axis.ticks.push_back({static_cast<double>(at.count()) / 1e9, time_label(from + at, step, length_s)});
  const std::string first_date = date_of(from);
  const std::string last_date = date_of(from + length);
  axis.name = first_date == last_date ? fmt::format("{}, UTC", first_date)
                                      : fmt::format("{} to {}, UTC", first_date, last_date);
  return axis;
}

TimeUnit length_unit(double length_s) {
  if (length_s < 2 * kMinute) return {"seconds", 1.0};
  if (length_s < 2 * kHour) return {"minutes", kMinute};
  if (length_s < 2 * kDay) return {"hours", kHour};
  return {"days", kDay};
}

Axis elapsed_axis(double length_s, const std::string& since, std::size_t most) {
  const TimeUnit unit = length_unit(length_s);
  Axis axis{with_margin({0.0, length_s}), fmt::format("{} from {}", unit.name, since), {}};
  for (const Tick& tick : even_ticks({0.0, length_s / unit.seconds}, most))
    axis.ticks.push_back({tick.at * unit.seconds, tick.label});
  return axis;
}

// The range is a single instant.
Axis instant_axis(const std::string& instant) {
  return {{-1.0, 1.0}, "", {{0.0, instant}}};
}

// Finds 1, 2 or 5 times a power of ten.
double round_step(double width, std::size_t most) {
  const double least = width / static_cast<double>(most);
  const double power = std::pow(10.0, std::floor(std::log10(least)));
  for (const double step : {1.0, 2.0, 5.0}) {
    if (step * power >= least * (1.0 - 1e-9)) return step * power;
  }
  return 10.0 * power;
}

}  // namespace

void Range::take_in(double value) {
  low = std::min(low, value);
  high = std::max(high, value);
}

Range with_margin(Range range, double least_width) {
  // A smaller step would be lost in the rounding of the numbers.
  constexpr double kLeastShare = 1e-12;
  const double least =
      std::max(least_width, kLeastShare * std::max(std::abs(range.low), std::abs(range.high)));
  const double margin = std::max(0.05 * range.width(), (least - range.width()) / 2.0);
  return {range.low - margin, range.high + margin};
}

TimeUnit unit_for(double largest_s) {
  if (largest_s < 10e-6) return {"ns", 1e-9};
  if (largest_s < 10e-3) return {"µs", 1e-6};
  if (largest_s < 10.0) return {"ms", 1e-3};
  if (largest_s < 200'000.0) return {"s", 1.0};
  return {"days", kDay};
}

Axis time_axis(WallTime from, double length_s, std::size_t most) {
  constexpr double kLeastDated = 10.0;
  constexpr std::int32_t kFirstYear = 1990;
  const bool is_dated = to_civil_time(from).date.year >= kFirstYear;
  const auto text = format_rfc3339(from);
  const std::string_view shown{text.data(), text.size()};
  const std::string since =
      is_dated ? fmt::format("{} {} UTC", shown.substr(0, 10), shown.substr(11, 8)) : "the first row";
  if (length_s <= 0.0) return instant_axis(since);
  if (is_dated && length_s >= kLeastDated) return date_axis(from, length_s, most);
  return elapsed_axis(length_s, since, most);
}

std::vector<Tick> even_ticks(Range range, std::size_t most) {
  const double step = round_step(range.width(), most);
  const int decimals = std::clamp(-static_cast<int>(std::floor(std::log10(step) + 1e-9)), 0, 12);
  std::vector<Tick> ticks;
  const double first = std::ceil(range.low / step - 1e-9);
  const auto count = static_cast<int>(std::floor(range.high / step + 1e-9) - first) + 1;
  for (int i = 0; i < count; ++i) {
    // Adding 0.0 avoids -0.
    const double at = (first + i) * step + 0.0;
    ticks.push_back({at, fmt::format("{:.{}f}", at, decimals)});
  }
  return ticks;
}

std::vector<Tick> decade_ticks(Range range) {
  constexpr int kMost = 6;
  const auto first = static_cast<int>(std::ceil(range.low - 1e-9));
  const auto last = static_cast<int>(std::floor(range.high + 1e-9));
  const int step = std::max(1, (last - first + kMost - 1) / kMost);
  std::vector<Tick> ticks;
  for (int at = first; at <= last; at += step)
    ticks.push_back({static_cast<double>(at), fmt::format("{:g}", std::pow(10.0, at))});
  return ticks;
}

Axis averaging_axis(Range log_tau) {
  struct Time {
    double seconds;
    const char* label;
  };
  constexpr std::array kAverages{
      Time{1e-9, "1 ns"},         Time{1e-6, "1 µs"},           Time{1e-3, "1 ms"},
      Time{0.01, "10 ms"},        Time{0.1, "0.1 s"},           Time{1.0, "1 s"},
      Time{10.0, "10 s"},         Time{kMinute, "1 min"},       Time{10 * kMinute, "10 min"},
      Time{kHour, "1 h"},         Time{6 * kHour, "6 h"},       Time{kDay, "1 day"},
      Time{10 * kDay, "10 days"}, Time{100 * kDay, "100 days"}, Time{1e9, "32 years"}};
  const auto at = [&kAverages](std::size_t i) { return std::log10(kAverages[i].seconds); };
  constexpr double kSame = 1e-3;
  std::size_t first = 0;
  std::size_t last = kAverages.size() - 1;
  while (first + 2 < kAverages.size() && at(first + 1) <= log_tau.low + kSame) ++first;
  while (last > first + 1 && at(last - 1) >= log_tau.high - kSame) --last;
  Axis axis{with_margin({at(first), at(last)}), "averaging time", {}};
  for (std::size_t i = first; i <= last; ++i) axis.ticks.push_back({at(i), kAverages[i].label});
  return axis;
}

}  // namespace isletime::driftlog
