// SPDX-License-Identifier: MIT
#include "tools/driftlog/clocks.hpp"

#include <filesystem>
#include <fstream>

#include <time.h>

#include <fmt/format.h>

#include "libsync/posix/clocks.hpp"

namespace isletime::driftlog {
namespace {

// A reading may be interrupted, so the best of several is taken.
constexpr int kReadings = 5;

MonoTime boot_now() {
  timespec now{};
  clock_gettime(CLOCK_BOOTTIME, &now);
  return MonoTime{to_nanoseconds(now)};
}

ClockReading read_once() {
  const MonoTime before = mono_now();
  const WallTime wall = wall_now();
  const MonoTime boot = boot_now();
  const nanoseconds took = elapsed(before, mono_now());
  return {before, boot, wall, took};
}

}  // namespace

ClockReading read_clocks() {
  ClockReading best = read_once();
  for (int i = 1; i < kReadings; ++i) {
    const ClockReading reading = read_once();
    if (reading.bound < best.bound) best = reading;
  }
  return best;
}

void sleep_until_boot(MonoTime boot) {
  const nanoseconds since = boot.time_since_epoch();
  const auto whole = std::chrono::floor<seconds>(since);
  const timespec until{static_cast<time_t>(whole.count()), static_cast<long>((since - whole).count())};
  clock_nanosleep(CLOCK_BOOTTIME, TIMER_ABSTIME, &until, nullptr);
}

std::optional<std::string> find_thermal_zone() {
  for (int zone = 0; zone < 64; ++zone) {
    auto path = fmt::format("/sys/class/thermal/thermal_zone{}/temp", zone);
    std::error_code ignored;
    if (!std::filesystem::exists(path, ignored)) return std::nullopt;
    if (read_celsius(path)) return path;
  }
  return std::nullopt;
}

std::optional<double> read_celsius(const std::string& path) {
  // A sensor that shows a colder or hotter temperature is not connected.
  constexpr long kColdest = -100'000;
  constexpr long kHottest = 200'000;
  std::ifstream file(path);
  long milli = 0;
  if (!(file >> milli) || milli < kColdest || milli > kHottest) return std::nullopt;
  return static_cast<double>(milli) / 1000;
}

}  // namespace isletime::driftlog
