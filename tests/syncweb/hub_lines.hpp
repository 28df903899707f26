// SPDX-License-Identifier: MIT
// Lines of sntpd as its control socket sends them, and the instants of a machine on which nothing steps.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "libsync/policy/instant.hpp"
#include "libsync/record/json_writer.hpp"

namespace isletime::syncweb {

inline constexpr WallTime kWall{std::chrono::seconds{1'770'091'506}};  // 2026-02-03T04:05:06Z, by date(1)
inline constexpr MonoTime kMono{std::chrono::seconds{1000}};

// The instant that is later than kWall by this much.
inline Instant after(nanoseconds time) {
  return {kMono + time, kWall + time, nanoseconds::zero()};
}

struct StatusLine {
  WallTime made = kWall;  // by the machine's clock
  nanoseconds ahead{};
  double ahead_rate_ppm = 0;
  bool is_synchronised = true;
  std::optional<nanoseconds> reliable_for = std::chrono::minutes{20};
  std::optional<nanoseconds> bound = std::chrono::milliseconds{10};
  std::optional<double> rate_error_ppm = 5;
};

inline std::string status_line(const StatusLine& line) {
  return JsonWriter{}
      .text("reply", "status")
      .time("time", line.made + line.ahead)
      .seconds("ahead_s", line.ahead)
      .number("ahead_rate_ppm", line.ahead_rate_ppm, 6)
      .flag("synchronised", line.is_synchronised)
      .flag("reliable", line.is_synchronised)
      .seconds("reliable_for_s", line.reliable_for)
      .text("source", "ntp:192.0.2.1")
      .text("kind", "ntp")
      .seconds("age_s", std::chrono::seconds{1})
      .seconds("bound_s", line.bound)
      .seconds("offset_s", nanoseconds{-3000})
      .number("frequency_ppm", -12.5, 6)
      .number("frequency_error_ppm", 0.01, 6)
      .number("rate_error_ppm", line.rate_error_ppm, 6)
      .count("stratum", line.is_synchronised ? 3 : 0)
      .count("leap", line.is_synchronised ? 0 : 3)
      .text("refid", "192.0.2.1")
      .seconds("root_delay_s", std::chrono::milliseconds{4})
      .seconds("root_dispersion_s", std::chrono::milliseconds{5})
      .raw("warnings", "[]")
      .seconds("uptime_s", std::chrono::hours{1})
      .count("answered", 7)
      .count("refused", 8)
      .count("limited", 9)
      .text("version", "0.1.0")
      .raw("rtc", R"({"source":"rtc:/dev/i2c-1@0x68","chip":"ds3231","trouble":"","temperature_c":24.25,)"
                  R"("frequency_ppm":-0.500000,"repairs":1,"writes":2,"failures":3})")
      .object();
}

}  // namespace isletime::syncweb
