// SPDX-License-Identifier: MIT
#include "tests/sim/machine_clock.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace isletime::sim {
namespace {

constexpr double kTick = 1e-4;
constexpr double kMostTicks = 1000.0;
constexpr double kFrequencyUnit = 1e-6 / 65536.0;
constexpr double kMostFrequency = 500e-6;

}  // namespace

double kernel_rate(double rate) {
  // The tick changes only for rates beyond the range of freq.
  const double ticks =
      std::abs(rate) <= kMostFrequency ? 0.0 : std::clamp(std::round(rate / kTick), -kMostTicks, kMostTicks);
  const double rest = std::clamp(rate - ticks * kTick, -kMostFrequency, kMostFrequency);
  return ticks * kTick + std::round(rest / kFrequencyUnit) * kFrequencyUnit;
}

MachineClock::MachineClock(Oscillator oscillator, WallTime start, nanoseconds error)
    : oscillator_(std::move(oscillator)), start_(start), stepped_(error) {}

WallTime MachineClock::read(TrueTime now) {
  advance(now);
  return start_ + now + stepped_ + rounded(last_gained_ + steered_);
}

nanoseconds MachineClock::since_start(TrueTime now) {
  advance(now);
  return now + rounded(last_gained_ + steered_);
}

Seconds MachineClock::error(TrueTime now) {
  advance(now);
  return last_gained_ + steered_ + stepped_;
}

double MachineClock::set_rate(TrueTime now, double rate) {
  advance(now);
  rate_ = kernel_rate(rate);
  return rate_;
}

void MachineClock::advance(TrueTime now) {
  const Seconds gained = oscillator_.gained(now);
  const Seconds turned = Seconds{now - last_} + (gained - last_gained_);
  steered_ += rate_ * turned;
  last_gained_ = gained;
  last_ = now;
}

}  // namespace isletime::sim
