// SPDX-License-Identifier: MIT
// How a battery clock drifts: its offset, its frequency, and the frequency's dependence on temperature,
// learned from comparisons while the time is known. The state is saved across power-off, and gives the chip's
// error when power returns, with an honest bound, because the temperature meanwhile is unknown. No I/O; not
// for the device: it uses floating point.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "libsync/core/time_types.hpp"
#include "libsync/hub/discipline/free_time.hpp"
#include "libsync/hub/discipline/frequency.hpp"

namespace isletime {

struct Celsius {
  double value;
};

struct RtcOscillator {
  // A tuning fork loses 0.035 ppm/K^2 on either side of 25 C; compensation leaves little of that.
  bool is_compensated;
  // Without a thermometer, the effect of the temperature looks like weather.
  bool has_thermometer;

  constexpr bool operator==(const RtcOscillator&) const = default;
};

class RtcDrift {
 public:
  struct Comparison {
    WallTime chip;     // the chip's reading
    Offset offset;     // true - chip
    Dispersion bound;  // of the offset
    std::optional<Celsius> temperature;
  };
  struct Prediction {
    Offset offset;     // true - chip
    Dispersion bound;  // greatest error, in well over 99 % of all cases
  };

  enum class Outcome : std::uint8_t {
    kStarted,       // the first comparison, or the first since the chip lost its time
    kUsed,          // refined the estimate
    kContradicted,  // the chip was set by another program; the offset is taken from this comparison
  };

  // The offset (s), the frequency at 25 C (1), and its coefficients of (T - 25 C) / 10 K and of the square of
  // that (1). Without a thermometer the second coefficient is the weather's present contribution.
  static constexpr std::size_t kUnknowns = 4;
  using Vector = std::array<double, kUnknowns>;
  using Matrix = std::array<Vector, kUnknowns>;

  // Everything that has to be saved.
  struct State {
    RtcOscillator oscillator;
    WallTime at;  // the chip's reading
    bool is_phase_known;
    Vector mean;  // begins with the phase, chip - true
    Matrix covariance;
    Celsius temperature;
    Dispersion bound;              // of the last comparison
    std::optional<double> trim{};  // by which the chip is made to run faster, if it is known
  };

  explicit RtcDrift(RtcOscillator oscillator);
  // Returns nothing if no chip can have reached such a state.
  static std::optional<RtcDrift> restored(const State& state);
  const State& state() const { return state_; }

  Outcome compare(const Comparison& comparison);
  // Follows the temperature while the time is unknown, so that its effect need not be guessed later.
  void follow(WallTime chip, Celsius temperature);
  // The chip has this trim now, a fraction. If it was changed, that may have been at any time since the last
  // comparison.
  void follow_trim(WallTime chip, std::optional<Celsius> temperature, double trim);
  // Power may have been off since, at any temperature between -10 and 40 C. `most` is the greatest frequency
  // error of such a chip, by ChipOscillator::bound(). Returns nothing if the chip was never compared, or
  // reads less than it did then.
  std::optional<Prediction> predict(WallTime chip, std::optional<Celsius> temperature,
                                    std::optional<Ppm> most = std::nullopt) const;
  Frequency frequency() const;

  // The chip lost its time, or somebody set it; its frequency stays valid.
  void forget_phase() { state_.is_phase_known = false; }

 private:
  explicit RtcDrift(const State& state) : state_(state) {}
  // The range of the chip's temperature for the whole time.
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
