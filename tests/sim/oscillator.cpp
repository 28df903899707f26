// SPDX-License-Identifier: MIT
#include "tests/sim/oscillator.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

namespace isletime::sim {

Oscillator::Oscillator(OscillatorModel model, Random random)
    : model_(std::move(model)), random_(random), frequency_(deterministic_frequency()) {}

Seconds Oscillator::gained(TrueTime now) {
  while (now >= second_ + seconds{1}) next_second();
  return gained_ + frequency_ * Seconds{now - second_};
}

void Oscillator::next_second() {
  gained_ += frequency_ * Seconds{1};
  second_ += seconds{1};
  for (const auto& step : model_.phase_steps) {
    if (step.at > second_ - seconds{1} && step.at <= second_) gained_ += step.by;
  }
  walked_ += model_.walk * random_.normal();
  heat();
  frequency_ = deterministic_frequency() + walked_;
}

void Oscillator::heat() {
  if (!model_.heater) return;
  const auto& heater = *model_.heater;
  const bool is_on = second_ >= heater.period && second_ % heater.period < heater.on;
  const double target = is_on ? heater.by : 0.0;
  if (heater.time_constant <= nanoseconds::zero()) {
    heated_ = target;
    return;
  }
  heated_ += (target - heated_) * (1.0 - std::exp(-1.0 / Seconds{heater.time_constant}.count()));
}

double Oscillator::deterministic_frequency() const {
  const auto& wave = model_.temperature;
  const double turn = 2.0 * std::numbers::pi * (Seconds{second_} / Seconds{wave.period});
  double frequency = model_.frequency + wave.amplitude * std::sin(turn) + heated_;
  for (const auto& jump : model_.frequency_jumps) {
    if (second_ >= jump.at) frequency += jump.by;
  }
  for (const auto& ramp : model_.ramps) {
    const double done = Seconds{second_ - ramp.at} / Seconds{ramp.over};
    frequency += std::clamp(done, 0.0, 1.0) * ramp.by;
  }
  return frequency;
}

}  // namespace isletime::sim
