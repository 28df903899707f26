// SPDX-License-Identifier: MIT
// The record that a clock of known drift would leave behind: to plan experiments, and to test what
// is concluded from them. A seed decides all of it. The clock is a two-state one: white and
// random-walk frequency noise on a rate that also follows the temperature; it is read over a
// network whose delays change, through a resolution, with rows missing or wrong and with steps.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "libsync/analysis/seeded_random.hpp"
#include "libsync/core/time_types.hpp"

namespace isletime::analysis {

struct SimulatedClock {
  double drift_ppm = 0.0;              // at the beginning, and at the mean temperature
  double white_ppm = 0.0;              // Allan deviation at 1 s of its white frequency noise
  double walk_ppm = 0.0;               // by how much its rate wanders in a second; by sqrt(t) in t
  double temperature_ppm_per_c = 0.0;  // by how much a degree more makes it gain
};

struct SimulatedRoom {
  bool has_thermometer = false;
  double mean_c = 20.0;
  double swing_c = 0.0;  // half of the way from night to day
};

// How the reading shows the fraction of a second.
enum class SimulatedResolution : std::uint8_t {
  kFine,          // all of it
  kSearchedEdge,  // whole seconds, read until one changes: as good as the round trip
  kWholeSeconds,  // whole seconds, read once
};

struct SimulatedReading {
  double least_delay_s = 0.0;  // of a round trip
  double jitter_s = 0.0;       // mean excess of each way over its least
  SimulatedResolution resolution = SimulatedResolution::kFine;
};

struct SimulatedFaults {
  double gap_probability = 0.0;  // the chance that a gap begins with a row
  double gap_s = 0.0;            // its mean length
  double outlier_probability = 0.0;
  double outlier_s = 0.0;  // an outlier is up to this far off, beyond its bound
  std::uint32_t steps = 0;
  double step_s = 0.0;  // each step is from half to one and a half of this, up or down
};

struct Simulation {
  SimulatedClock clock;
  SimulatedRoom room;
  SimulatedReading reading;
  SimulatedFaults faults;
  double interval_s = 60.0;
  double duration_s = 86'400.0;
  std::uint64_t seed = 1;
};

struct SimulatedRow {
  nanoseconds since_start;
  nanoseconds offset;
  nanoseconds uncertainty;
  nanoseconds delay;
  std::optional<double> temperature_c;
  bool is_outlier;
};

class ClockSimulation {
 public:
  explicit ClockSimulation(const Simulation& plan);

  // Rows come in order; absent after the last.
  std::optional<SimulatedRow> next();

 private:
  void advance(double until_s);
  SimulatedRow read();
  double temperature(double at_s) const;

  Simulation plan_;
  SeededRandom random_;
  std::vector<double> step_times_;  // ascending
  std::size_t steps_taken_ = 0;
  double now_s_ = 0.0;
  double gap_until_s_ = -1.0;
  double due_s_ = 0.0;
  double phase_s_;
  double walked_ = 0.0;  // s/s
};

}  // namespace isletime::analysis
