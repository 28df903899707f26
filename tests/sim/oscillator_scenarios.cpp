// SPDX-License-Identifier: MIT
#include <chrono>

#include "tests/sim/scenarios.hpp"

namespace isletime::sim {
namespace {

using namespace std::chrono_literals;

Scenario row(int number, std::string_view name) {
  Scenario s{.number = number, .name = name};
  s.oscillator = {.frequency = 20 * kPpm, .walk = 1e-9};
  s.link = even_link(100 * kMicrosecond, exponential(100 * kMicrosecond));
  s.hub.poll = {.min = 6, .max = 6};
  return s;
}

Scenario temperature(int number, std::string_view name, nanoseconds period, Seconds rms, Seconds device) {
  auto s = row(number, name);
  s.oscillator.temperature = {.amplitude = kPpm, .period = period};
  s.bounds.rms = rms;
  s.device = Bounds{.rms = device};
  return s;
}

// The crystal wanders too much for a device to use the model of a known crystal.
Scenario restless() {
  auto s = temperature(41, "temperature 1 ppm in 20 min", 20min, 65 * kMicrosecond, 72 * kMicrosecond);
  s.device_wander = DeviceEstimator::kUnknownCrystal;
  return s;
}

Scenario frequency_jump() {
  auto s = row(42, "frequency jumps 2 ppm");
  s.oscillator.frequency_jumps = {{.at = 60'000s, .by = 2 * kPpm}};
  s.disturbance = {.at = 60'000s, .right_within = 200us};
  s.bounds = {.rms = 12.7 * kMicrosecond, .recovery = 205s};
  s.device = Bounds{.rms = 24.5 * kMicrosecond, .recovery = 350s};
  return s;
}

Scenario phase_step(int number, std::string_view name, nanoseconds by) {
  auto s = row(number, name);
  s.oscillator.phase_steps = {{.at = 60'000s, .by = by}};
  s.surprises = {{.at = 60'000s}};
  s.disturbance = {.at = 60'000s, .right_within = 1ms};
  s.bounds = {.rms = 11.4 * kMicrosecond, .recovery = 70s};
  s.device = Bounds{.rms = 24.5 * kMicrosecond, .recovery = 75s};
  return s;
}

// The oscillator stood still during sleep, and the clock was set from the RTC with an error of 0.4 s.
Scenario sleep() {
  auto s = row(45, "asleep for an hour");
  s.oscillator.phase_steps = {{.at = 63'600s, .by = 400ms}};
  s.asleep = {.up = 60'000s, .period = 63'600s};
  s.surprises = {{.at = 63'600s}};
  s.disturbance = {.at = 63'600s, .right_within = 1ms};
  s.bounds = {.rms = 15.8 * kMicrosecond, .recovery = 8s};
  s.device = Bounds{.rms = 57 * kMicrosecond, .recovery = 8s};
  return s;
}

Scenario server_step(int number, std::string_view name, nanoseconds step, double drift) {
  auto s = row(number, name);
  s.server = {.wrong_from = 60'000s, .step = step, .drift = drift};
  s.surprises = {{.at = 60'000s}};
  s.judged_by_server = true;
  s.disturbance = {.at = 60'000s, .right_within = 1ms};
  s.bounds = {.rms = 11.7 * kMicrosecond, .recovery = 70s};
  s.device = Bounds{.rms = 24.5 * kMicrosecond, .recovery = 65s};
  return s;
}

}  // namespace

std::vector<Scenario> oscillator_scenarios() {
  return {
      temperature(40, "temperature 1 ppm in 24 h", 24h, 18.5 * kMicrosecond, 24.5 * kMicrosecond),
      restless(),
      frequency_jump(),
      phase_step(43, "local clock steps 1 s", 1s),
      phase_step(44, "local clock steps back 5 ms", -5ms),
      sleep(),
      server_step(46, "the only server steps 0.5 s", 500ms, 0.0),
      server_step(47, "the only server drifts 0.1 ppm", 0ms, 0.1 * kPpm),
  };
}

}  // namespace isletime::sim
