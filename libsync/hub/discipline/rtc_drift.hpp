// SPDX-License-Identifier: MIT
// How a battery clock drifts: its offset, its frequency, and how that depends on its temperature, learned
// from comparisons with the time while that is known. What is learned is saved over power-off, and tells
// how far off the chip is when power returns, with a bound that is honest: nobody knows how cold it was.
// Pure; not for the device: floating point.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "libsync/core/time_types.hpp"
#include "libsync/hub/discipline/free_time.hpp"

namespace isletime {

struct Celsius {
  double value;
};

struct RtcOscillator {
  // A tuning fork is slow by 0.035 ppm/K^2 on either side of 25 C; compensation leaves little of that.
  bool is_compensated;
  // Without one, what the temperature does looks like weather.
  bool has_thermometer;

  constexpr bool operator==(const RtcOscillator&) const = default;
};

class RtcDrift {
 public:
  struct Comparison {
    WallTime chip;     // what it read
    Offset offset;     // true - chip
    Dispersion bound;  // of the offset
    std::optional<Celsius> temperature;
  };
  struct Prediction {
    Offset offset;     // true - chip
    Dispersion bound;  // what it is off by at most, in well over 99 % of all cases
  };
  struct Frequency {
    double value;  // what the chip gains in each second, at its present temperature
    double deviation;
  };

  enum class Outcome : std::uint8_t {
    kStarted,       // the first, or the first since the chip lost its time
    kUsed,          // refined what is known
    kContradicted,  // the chip was set without our knowledge: its offset is this one
  };

  // Of the offset (s), the frequency at 25 C (1), and by what it changes with (T - 25 C) / 10 K and with the
  // square of that (1); without a thermometer the second is what the weather adds at present.
  static constexpr std::size_t kUnknowns = 4;
  using Vector = std::array<double, kUnknowns>;
  using Matrix = std::array<Vector, kUnknowns>;

  // All there is to save.
  struct State {
    RtcOscillator oscillator;
    WallTime at;  // as the chip read
    bool is_phase_known;
    Vector mean;  // of the phase, chip - true, first
    Matrix covariance;
    Celsius temperature;
    Dispersion bound;  // of the last comparison
  };

  explicit RtcDrift(RtcOscillator oscillator);
  // Absent: no chip can have come to such a state.
  static std::optional<RtcDrift> restored(const State& state);
  const State& state() const { return state_; }

  Outcome compare(const Comparison& comparison);
  // While nobody tells the time: what the temperature has done since is known, and need not be guessed.
  void follow(WallTime chip, Celsius temperature);
  // Power may have been off since, in any temperature between -10 and 40 C. Absent: it was never compared,
  // or reads less than it did then.
  std::optional<Prediction> predict(WallTime chip, std::optional<Celsius> temperature) const;
  Frequency frequency() const;

  // It lost its time, or somebody set it; its frequency stays what it was.
  void forget_phase() { state_.is_phase_known = false; }

 private:
  explicit RtcDrift(const State& state) : state_(state) {}
  // Range that the chip's temperature may have had for all of the time.
  struct Range {
    double low;
    double high;
  };
  Range temperatures(Seconds time, std::optional<Celsius> now) const;
  std::optional<Seconds> since(WallTime chip) const;
  void advance(Seconds time, Celsius temperature);

  State state_;
  bool is_contradicted_ = false;
};

}  // namespace isletime
