// SPDX-License-Identifier: MIT
#include <chrono>
#include <optional>

#include "tests/sim/scenarios.hpp"

namespace isletime::sim {
namespace {

using namespace std::chrono_literals;

Scenario row(int number, std::string_view name) {
  Scenario s{.number = number, .name = name};
  s.oscillator = {.frequency = 20e-6, .walk = 1e-9};
  s.link = even_link(100 * kMicrosecond, exponential(100 * kMicrosecond));
  s.hub.poll = {.min = 6, .max = 6};
  s.duration = 60'000s;
  s.bounds.rms = 10.9 * kMicrosecond;
  s.device = Bounds{.rms = 25 * kMicrosecond};
  return s;
}

Scenario start(int number, std::string_view name, nanoseconds error) {
  auto s = row(number, name);
  s.link = even_link(100 * kMicrosecond, exponential(2 * kMillisecond));
  s.initial_error = error;
  s.duration = 3600s;
  s.settling = 600s;
  s.converged_within = 5ms;
  s.bounds = {.rms = 270 * kMicrosecond, .convergence = 10s};
  s.device = Bounds{.rms = 188 * kMicrosecond, .convergence = 10s};
  return s;
}

Scenario holdover(int number, std::string_view name, double walk, Seconds rms,
                  std::optional<Seconds> device = {}) {
  auto s = row(number, name);
  s.oscillator.walk = walk;
  s.link.outage = {.from = 6h};
  s.settling = 6h;
  s.duration = 30h;
  s.bounds.rms = rms;
  s.device.reset();
  if (device) s.device = Bounds{.rms = device};
  return s;
}

// A DS3231 is compensated for temperature, and wanders thirty times less than the machine's crystal. The hub
// reads it every 512 s.
Scenario holdover_by_rtc() {
  auto s = holdover(67, "24 h alone after 6 h, with an RTC", 1e-9, 0.82 * kMillisecond);
  s.rtc = {.oscillator = {.frequency = 2e-6, .walk = 3e-11}};
  return s;
}

// 2036-02-07T06:28:16Z, after eleven hours of the run.
Scenario era() {
  auto s = row(64, "era 1 begins");
  constexpr WallTime kEra{seconds{(std::int64_t{1} << 32)} - seconds{2'208'988'800}};
  s.start = kEra - 40'000s;
  return s;
}

Scenario leap_second() {
  auto s = row(65, "a leap second is inserted");
  constexpr WallTime kNewYear{seconds{1'798'761'600}};  // 2027-01-01T00:00:00Z
  s.start = kNewYear - 40'000s;
  s.leap_second_at = 40'000s;
  s.surprises = {{.at = 40'000s}};
  s.disturbance = {.at = 40'000s, .right_within = 1ms};
  s.bounds.recovery = 0s;
  s.device->recovery = 24s;
  return s;
}

Scenario fed() {
  auto s = row(66, "fed every 1 to 2 h, within 0.3 s");
  s.fed = {.shortest = 1h, .longest = 2h, .uncertainty = {300ms}};
  s.duration = 96h;
  s.settling = 24h;
  s.bounds.rms = 66 * kMillisecond;
  s.device.reset();
  return s;
}

}  // namespace

std::vector<Scenario> calendar_scenarios() {
  return {
      start(60, "start 20 ms wrong", 20ms),
      start(61, "start with a clock never set", -(56 * 365 * 24h)),
      holdover(62, "24 h alone after 6 h, walk 1e-10", 1e-10, 0.62 * kMillisecond, 3.7 * kMillisecond),
      holdover(63, "24 h alone after 6 h, walk 1e-9", 1e-9, 6.5 * kMillisecond, 4.8 * kMillisecond),
      era(),
      leap_second(),
      fed(),
      holdover_by_rtc(),
  };
}

}  // namespace isletime::sim
