// SPDX-License-Identifier: MIT
#include "libsync/analysis/clock_simulation.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace isletime::analysis {
namespace {

constexpr double kDay = 86'400.0;
constexpr double kPpm = 1e-6;

nanoseconds to_nanoseconds(double s) {
  return nanoseconds{std::llround(s * 1e9)};
}

}  // namespace

ClockSimulation::ClockSimulation(const Simulation& plan) : plan_(plan), random_(plan.seed) {
  // Where in its second a clock was when the record began is random.
  phase_s_ = random_.uniform() - 0.5;
  for (std::uint32_t i = 0; i < plan.faults.steps; ++i) {
    step_times_.push_back((0.1 + 0.8 * random_.uniform()) * plan.duration_s);
  }
  std::sort(step_times_.begin(), step_times_.end());
}

double ClockSimulation::temperature(double at_s) const {
  return plan_.room.mean_c + plan_.room.swing_c * std::sin(2.0 * std::numbers::pi * at_s / kDay);
}

void ClockSimulation::advance(double until_s) {
  const double span = until_s - now_s_;
  if (span > 0.0) {
    // The walk's own part of the phase is half explained by where the rate ends; the rest is
    // independent of it with a variance of span^3 / 12.
    const double walk = plan_.clock.walk_ppm * kPpm * std::sqrt(span) * random_.normal();
    const double bend = plan_.clock.walk_ppm * kPpm * std::sqrt(span * span * span / 12.0) * random_.normal();
    const double white = plan_.clock.white_ppm * kPpm * std::sqrt(span) * random_.normal();
    const double degrees = temperature(now_s_ + span / 2.0) - plan_.room.mean_c;
    const double rate = (plan_.clock.drift_ppm + plan_.clock.temperature_ppm_per_c * degrees) * kPpm;
    phase_s_ += (rate + walked_ + walk / 2.0) * span + bend + white;
    walked_ += walk;
  }
  for (; steps_taken_ < step_times_.size() && step_times_[steps_taken_] <= until_s; ++steps_taken_) {
    const double size = plan_.faults.step_s * (0.5 + random_.uniform());
    phase_s_ += random_.chance(0.5) ? size : -size;
  }
  now_s_ = until_s;
}

SimulatedRow ClockSimulation::read() {
  const SimulatedReading& reading = plan_.reading;
  const double out = reading.least_delay_s / 2.0 + random_.exponential(reading.jitter_s);
  const double back = reading.least_delay_s / 2.0 + random_.exponential(reading.jitter_s);
  const double delay = out + back;
  // The reader takes the middle of its round trip for the time of the reading.
  double offset = phase_s_ + (out - back) / 2.0;
  double uncertainty = delay / 2.0;
  switch (reading.resolution) {
    case SimulatedResolution::kFine:
      break;
    case SimulatedResolution::kSearchedEdge:
      // The edge came at a random instant between two readings.
      offset = phase_s_ + (2.0 * random_.uniform() - 1.0) * uncertainty;
      break;
    case SimulatedResolution::kWholeSeconds: {
      const double read_at = now_s_ + out + phase_s_;
      offset = std::floor(read_at) + 0.5 - (now_s_ + delay / 2.0);
      uncertainty += 0.5;
      break;
    }
  }
  SimulatedRow row{to_nanoseconds(now_s_ + delay / 2.0),
                   {},
                   to_nanoseconds(uncertainty),
                   to_nanoseconds(delay),
                   {},
                   random_.chance(plan_.faults.outlier_probability)};
  if (row.is_outlier) {
    const double wrong = uncertainty + plan_.faults.outlier_s * random_.uniform();
    offset += random_.chance(0.5) ? wrong : -wrong;
  }
  row.offset = to_nanoseconds(offset);
  if (plan_.room.has_thermometer) row.temperature_c = std::round(4.0 * temperature(now_s_)) / 4.0;
  return row;
}

std::optional<SimulatedRow> ClockSimulation::next() {
  while (due_s_ <= plan_.duration_s) {
    const double at = due_s_;
    due_s_ += plan_.interval_s;
    if (at < gap_until_s_) continue;
    if (random_.chance(plan_.faults.gap_probability)) {
      gap_until_s_ = at + random_.exponential(plan_.faults.gap_s);
      continue;
    }
    advance(at);
    return read();
  }
  return std::nullopt;
}

}  // namespace isletime::analysis
