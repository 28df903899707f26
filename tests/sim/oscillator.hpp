// SPDX-License-Identifier: MIT
// The model of a crystal: a constant error of frequency, a random walk, temperature, jumps and ramps. Times
// are true time since the simulation's start. The frequency changes once a second.
#pragma once

#include <optional>
#include <vector>

#include "libsync/core/time_types.hpp"
#include "libsync/hub/discipline/free_time.hpp"
#include "tests/sim/random.hpp"

namespace isletime::sim {

// True time since the start of the simulation.
using TrueTime = nanoseconds;

struct OscillatorModel {
  double frequency = 0.0;  // the constant gain, a fraction
  double walk = 0.0;       // standard deviation that the frequency gains per sqrt(s)

  struct Wave {
    double amplitude = 0.0;
    nanoseconds period = seconds{86'400};
  } temperature{};

  struct FrequencyJump {
    TrueTime at{};
    double by = 0.0;
  };
  std::vector<FrequencyJump> frequency_jumps{};

  struct PhaseStep {
    TrueTime at{};
    nanoseconds by{};
  };
  std::vector<PhaseStep> phase_steps{};

  // From `at` on, the frequency changes linearly by this amount over this time.
  struct Ramp {
    TrueTime at{};
    nanoseconds over = seconds{1};
    double by = 0.0;
  };
  std::vector<Ramp> ramps{};

  // The frequency is another one during the first part of each period but the first. It approaches both
  // values exponentially.
  struct Heater {
    double by = 0.0;
    nanoseconds time_constant{};  // zero means at once
    nanoseconds on = seconds{1};
    nanoseconds period = seconds{2};
  };
  std::optional<Heater> heater{};
};

class Oscillator {
 public:
  Oscillator(OscillatorModel model, Random random);

  // Returns what the crystal has gained on true time. Calls must be in order of time.
  Seconds gained(TrueTime now);
  double frequency() const { return frequency_; }

 private:
  void next_second();
  void heat();
  double deterministic_frequency() const;

  OscillatorModel model_;
  Random random_;
  TrueTime second_{};
  Seconds gained_{};
  double walked_ = 0.0;
  double heated_ = 0.0;
  double frequency_ = 0.0;
};

}  // namespace isletime::sim
