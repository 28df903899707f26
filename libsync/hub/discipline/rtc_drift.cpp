// SPDX-License-Identifier: MIT
#include "libsync/hub/discipline/rtc_drift.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "libsync/drivers/chip_oscillator.hpp"
#include "libsync/policy/saturated.hpp"

namespace isletime {
namespace {

using Vector = RtcDrift::Vector;
using Matrix = RtcDrift::Matrix;
constexpr std::size_t kUnknowns = RtcDrift::kUnknowns;
enum Unknown : std::size_t { kPhase, kFrequency, kSlope, kCurve };
constexpr std::size_t kWeather = kSlope;  // used without a thermometer

constexpr double kPpm = 1e-6;
constexpr Celsius kTurnover{25};
constexpr double kTenKelvin = 10;

// Values of chips that have never been compared, from data sheets: 2 ppm for a DS3231 between 0 and 40 C, 3.5
// ppm beyond, 5 ppm for a DS3231M, which has the same registers, and as much for its age; 20 ppm for tuning
// forks, whose load on a board varies, and -0.035 ppm/K^2 about 25 +- 5 C.
struct Family {
  double frequency;  // one sigma
  double slope;      // one sigma
  double curve;
  double curve_deviation;
  double walk;     // of the frequency, per sqrt(s)
  double weather;  // one sigma of changes over days
  double swing;    // one sigma of changes over hours
};
constexpr Family kCompensated{3.3 * kPpm, 0.12 * kPpm, 0, 0.08 * kPpm, 1e-10, 0.5 * kPpm, 0.3 * kPpm};
constexpr Family kCrystal{30 * kPpm, 2 * kPpm, -3.5 * kPpm, 0.3 * kPpm, 2e-10, 15 * kPpm, 8 * kPpm};

constexpr const Family& family_of(const RtcOscillator& oscillator) {
  return oscillator.is_compensated ? kCompensated : kCrystal;
}

// Weather stays similar for days, and moves the chip's frequency back and forth.
constexpr Seconds kWeatherTime{10 * 86'400.0};
// Day and night do so too.
constexpr Seconds kSwingTime{4 * 3600.0};

// The error of a thermometer beside the crystal while temperatures change, and how long it lasts.
constexpr double kThermometerError = 1.0;
constexpr Seconds kThermometerTime{1000};
// Over a longer gap the temperature cannot be interpolated between its readings.
constexpr Seconds kUnobserved{2 * 3600.0};
constexpr double kFastestChange = 30.0 / 3600;  // K/s, as fast as a box cools that loses its power
constexpr double kColdest = -10;
constexpr double kHottest = 40;

// Bounds the change, in either direction, that the temperature makes in the frequency of an oscillator
// without a thermometer, and adds 1 ppm for the error of the frequency that was learned. Compensation leaves
// 5 ppm between the coldest and the hottest. A box that cools as fast as it can takes the steepest part of a
// tuning fork's parabola in this time.
constexpr double kForkReach = (kForkTemperaturePpb / 1000.0 + 1) * kPpm;
constexpr double kCompensatedReach = (kCompensatedChangePpb / 1000.0 + 1) * kPpm;
constexpr Seconds kForkTime{2100};

constexpr double kBoundDeviations = 3.0;
constexpr double kContradiction = 5.0;
constexpr Seconds kLeastBound{1e-6};
constexpr Seconds kLongest{10 * 365.25 * 86'400};

constexpr double square(double value) {
  return value * value;
}

// Returns the coefficients of the unknowns whose sum is the frequency.
Vector features(const RtcOscillator& oscillator, double temperature) {
  if (!oscillator.has_thermometer) return {0, 1, 1, 0};
  const double x = (temperature - kTurnover.value) / kTenKelvin;
  return {0, 1, x, x * x};
}

double variance_of(const Matrix& covariance, const Vector& sum) {
  double variance = 0;
  for (std::size_t i = 0; i < kUnknowns; ++i) {
    for (std::size_t j = 0; j < kUnknowns; ++j) variance += sum[i] * covariance[i][j] * sum[j];
  }
  return std::max(variance, 0.0);
}

double dot(const Vector& a, const Vector& b) {
  double sum = 0;
  for (std::size_t i = 0; i < kUnknowns; ++i) sum += a[i] * b[i];
  return sum;
}

void add_symmetric(Matrix& matrix, std::size_t i, std::size_t j, double value) {
  matrix[i][j] += value;
  if (i != j) matrix[j][i] += value;
}

// Adds a random walk of the frequency with intensity q in 1/s.
void add_walk(Matrix& covariance, double q, double t) {
  add_symmetric(covariance, kPhase, kPhase, q * t * t * t / 3);
  add_symmetric(covariance, kPhase, kFrequency, q * t * t / 2);
  add_symmetric(covariance, kFrequency, kFrequency, q * t);
}

// Adds an Ornstein-Uhlenbeck process and its integral.
void add_weather(Matrix& covariance, double deviation, double t) {
  const double tau = kWeatherTime.count();
  const double a = t / tau;
  const double variance = deviation * deviation;
  const double kept = std::exp(-a);
  const double unkept = -std::expm1(-a);
  // A difference of nearly equal terms is computed as a series where it would lose its digits.
  const double integral = a < 0.01 ? a * a * a * (2.0 / 3 - a / 2) : 2 * a - 3 + 4 * kept - kept * kept;
  add_symmetric(covariance, kPhase, kPhase, variance * tau * tau * integral);
  add_symmetric(covariance, kPhase, kWeather, variance * tau * unkept * unkept);
  add_symmetric(covariance, kWeather, kWeather, variance * -std::expm1(-2 * a));
}

// Advances `state` by a time with that mean temperature.
void pass(RtcDrift::State& state, Seconds time, double temperature) {
  const double t = time.count();
  const RtcOscillator& oscillator = state.oscillator;
  const Family& family = family_of(oscillator);
  Vector gain = features(oscillator, temperature);
  double kept = 1;
  for (std::size_t i = kFrequency; i < kUnknowns; ++i) gain[i] *= t;
  if (!oscillator.has_thermometer) {
    kept = std::exp(-t / kWeatherTime.count());
    gain[kWeather] = kWeatherTime.count() * -std::expm1(-t / kWeatherTime.count());
  }
  // F differs from the identity in its first row, and where the weather decays.
  Matrix f{};
  for (std::size_t i = 0; i < kUnknowns; ++i) f[i][i] = 1;
  for (std::size_t i = kFrequency; i < kUnknowns; ++i) f[kPhase][i] = gain[i];
  f[kWeather][kWeather] = kept;
  Matrix fp{};
  Matrix passed{};
  Vector mean{};
  for (std::size_t i = 0; i < kUnknowns; ++i) {
    mean[i] = dot(f[i], state.mean);
    for (std::size_t j = 0; j < kUnknowns; ++j) {
      for (std::size_t k = 0; k < kUnknowns; ++k) fp[i][j] += f[i][k] * state.covariance[k][j];
    }
  }
  for (std::size_t i = 0; i < kUnknowns; ++i) {
    for (std::size_t j = 0; j <= i; ++j) passed[i][j] = passed[j][i] = dot(fp[i], f[j]);
  }
  state.mean = mean;
  state.covariance = passed;
  add_walk(state.covariance, family.walk * family.walk, t);
  if (oscillator.has_thermometer) {
    const double x = (temperature - kTurnover.value) / kTenKelvin;
    const double slope = (state.mean[kSlope] + 2 * x * state.mean[kCurve]) / kTenKelvin;
    const double wander = slope * kThermometerError;
    state.covariance[kPhase][kPhase] += 2 * square(wander) * kThermometerTime.count() * t;
  } else {
    state.covariance[kPhase][kPhase] += 2 * square(family.swing) * kSwingTime.count() * t;
    add_weather(state.covariance, family.weather, t);
  }
}

// Applies Kalman's update for an observation of the phase alone.
void observe_phase(RtcDrift::State& state, double innovation, double variance) {
  const double total = state.covariance[kPhase][kPhase] + variance;
  Vector gain{};
  for (std::size_t i = 0; i < kUnknowns; ++i) gain[i] = state.covariance[i][kPhase] / total;
  for (std::size_t i = 0; i < kUnknowns; ++i) state.mean[i] += gain[i] * innovation;
  for (std::size_t i = 0; i < kUnknowns; ++i) {
    for (std::size_t j = 0; j < kUnknowns; ++j) state.covariance[i][j] -= (gain[i] * gain[j]) * total;
  }
  for (std::size_t i = 0; i < kUnknowns; ++i) state.covariance[i][i] = std::max(state.covariance[i][i], 0.0);
}

void restart_phase(RtcDrift::State& state, double phase, double variance) {
  state.mean[kPhase] = phase;
  for (std::size_t i = 0; i < kUnknowns; ++i) {
    state.covariance[kPhase][i] = 0;
    state.covariance[i][kPhase] = 0;
  }
  state.covariance[kPhase][kPhase] = variance;
}

struct Interval {
  double low = std::numeric_limits<double>::infinity();
  double high = -std::numeric_limits<double>::infinity();

  double centre() const { return (low + high) / 2; }
  double half() const { return (high - low) / 2; }
};

Interval around(double centre, double half) {
  return {centre - half, centre + half};
}
Interval hull(const Interval& a, const Interval& b) {
  return {std::min(a.low, b.low), std::max(a.high, b.high)};
}
// Returns what both have in common, or the narrower one if that is nothing.
Interval intersection(const Interval& a, const Interval& b) {
  const Interval both{std::max(a.low, b.low), std::min(a.high, b.high)};
  if (both.low <= both.high) return both;
  return a.half() < b.half() ? a : b;
}

// Returns the range of the phase for these temperatures; `deviations` applies to each.
Interval phases_after(const RtcDrift::State& state, Seconds time, double low, double high,
                      double deviations) {
  constexpr int kTemperatures = 11;
  Interval phases;
  for (int i = 0; i < kTemperatures; ++i) {
    RtcDrift::State then = state;
    pass(then, time, low + (high - low) * i / (kTemperatures - 1));
    const double deviation = deviations * std::sqrt(std::max(then.covariance[kPhase][kPhase], 0.0));
    phases.low = std::min(phases.low, then.mean[kPhase] - deviation);
    phases.high = std::max(phases.high, then.mean[kPhase] + deviation);
  }
  return phases;
}

double known_within(const RtcDrift::State& state) {
  return kBoundDeviations * std::sqrt(std::max(state.covariance[kPhase][kPhase], 0.0));
}

// Returns the range of the phase of an oscillator that was learned at one temperature, and may have had any
// other since. The weather of the filter covers the usual, but not a winter after a summer.
Interval phases_at_any_temperature(const RtcDrift::State& state, Seconds time, double frequency) {
  const double reach = state.oscillator.is_compensated ? kCompensatedReach : kForkReach;
  const double ramp = std::min(time / (2 * kForkTime), 1 - (kForkTime / (2 * std::max(time, kForkTime))));
  return around(state.mean[kPhase] + frequency * time.count(),
                known_within(state) + reach * ramp * time.count());
}

}  // namespace

RtcDrift::RtcDrift(RtcOscillator oscillator) : state_{} {
  const Family& family = family_of(oscillator);
  state_.oscillator = oscillator;
  state_.temperature = kTurnover;
  state_.covariance[kFrequency][kFrequency] = square(family.frequency);
  if (oscillator.has_thermometer) {
    state_.mean[kCurve] = family.curve;
    state_.covariance[kSlope][kSlope] = square(family.slope);
    state_.covariance[kCurve][kCurve] = square(family.curve_deviation);
  } else {
    state_.covariance[kWeather][kWeather] = square(family.weather);
  }
}

std::optional<RtcDrift> RtcDrift::restored(const State& state) {
  constexpr double kMostPhase = 1e10;  // s
  constexpr double kMostFrequency = 1e-3;
  const auto is_within = [](double value, double most) { return std::abs(value) <= most; };
  for (std::size_t i = 0; i < kUnknowns; ++i) {
    const double most = i == kPhase ? kMostPhase : kMostFrequency;
    if (!is_within(state.mean[i], most)) return std::nullopt;
    const double variance = state.covariance[i][i];
    if (!(variance >= 0) || !is_within(variance, square(most))) return std::nullopt;
    for (std::size_t j = 0; j < i; ++j) {
      constexpr double kRounding = 1.001;
      const double covariance = state.covariance[i][j];
      if (covariance != state.covariance[j][i]) return std::nullopt;
      if (!is_within(covariance, kRounding * std::sqrt(variance * state.covariance[j][j])))
        return std::nullopt;
    }
  }
  if (!is_within(state.temperature.value, 200)) return std::nullopt;
  if (state.trim && !is_within(*state.trim, kMostFrequency)) return std::nullopt;
  if (state.bound.value < nanoseconds::zero()) return std::nullopt;
  return RtcDrift{state};
}

std::optional<Seconds> RtcDrift::since(WallTime chip) const {
  if (!state_.is_phase_known || chip < state_.at) return std::nullopt;
  return std::min(Seconds{elapsed(state_.at, chip)}, kLongest);
}

RtcDrift::Range RtcDrift::temperatures(Seconds time, std::optional<Celsius> now) const {
  const double then = state_.temperature.value;
  const double end = now.value_or(state_.temperature).value;
  const double reach = kFastestChange * time.count();
  const double low = std::min(then, end);
  const double high = std::max(then, end);
  return {std::min(low, std::max(low - reach, kColdest)), std::max(high, std::min(high + reach, kHottest))};
}

// Between two close readings the temperature is interpolated; otherwise it is unknown.
void RtcDrift::advance(Seconds time, Celsius temperature) {
  const bool is_observed = time <= kUnobserved || !state_.oscillator.has_thermometer;
  if (is_observed) {
    pass(state_, time, (state_.temperature.value + temperature.value) / 2);
  } else {
    const Range range = temperatures(time, temperature);
    const double unseen = phases_after(state_, time, range.low, range.high, 0).half();
    pass(state_, time, (range.low + range.high) / 2);
    state_.covariance[kPhase][kPhase] += square(unseen);
  }
  state_.temperature = temperature;
}

RtcDrift::Outcome RtcDrift::compare(const Comparison& comparison) {
  const double phase = -Seconds{saturated(comparison.offset.value)}.count();
  const Seconds bound = std::max(Seconds{comparison.bound.value}, kLeastBound);
  const double variance = square(bound.count()) / 3;  // of the uniform distribution within the bound
  const bool was_known = state_.is_phase_known;
  const auto time = since(comparison.chip);
  const Celsius temperature = comparison.temperature.value_or(state_.temperature);
  if (time) advance(*time, temperature);
  state_.temperature = temperature;
  state_.at = comparison.chip;
  state_.bound = comparison.bound;
  state_.is_phase_known = true;
  const double innovation = phase - state_.mean[kPhase];
  const double explained =
      bound.count() + kContradiction * std::sqrt(std::max(state_.covariance[kPhase][kPhase], 0.0));
  if (time && std::abs(innovation) <= explained) {
    is_contradicted_ = false;
    observe_phase(state_, innovation, variance);
    return Outcome::kUsed;
  }
  restart_phase(state_, phase, variance);
  if (!was_known) return Outcome::kStarted;
  // After one contradiction somebody has set the chip; after a second its oscillator has changed.
  if (std::exchange(is_contradicted_, true)) {
    double& frequency = state_.covariance[kFrequency][kFrequency];
    frequency = std::max(frequency, square(family_of(state_.oscillator).frequency));
  }
  return Outcome::kContradicted;
}

void RtcDrift::follow(WallTime chip, Celsius temperature) {
  const auto time = since(chip);
  if (!time) return;
  advance(*time, temperature);
  state_.at = chip;
}

void RtcDrift::follow_trim(WallTime chip, std::optional<Celsius> temperature, double trim) {
  constexpr double kMostTrim = 1e-3;
  const double changed = std::clamp(trim, -kMostTrim, kMostTrim) - state_.trim.value_or(trim);
  state_.trim = std::clamp(trim, -kMostTrim, kMostTrim);
  if (changed == 0) return;
  if (const auto time = since(chip)) {
    follow(chip, temperature.value_or(state_.temperature));
    const double half = changed * time->count() / 2;
    state_.mean[kPhase] += half;
    state_.covariance[kPhase][kPhase] += square(half);
  }
  // A step of a DS3231 is 0.05 to 0.12 ppm.
  constexpr double kErrorOfStep = 0.2;
  constexpr double kMostFrequency = 1e-3;
  state_.mean[kFrequency] = std::clamp(state_.mean[kFrequency] + changed, -kMostFrequency, kMostFrequency);
  state_.covariance[kFrequency][kFrequency] += square(kErrorOfStep * changed);
}

std::optional<RtcDrift::Prediction> RtcDrift::predict(WallTime chip, std::optional<Celsius> temperature,
                                                      std::optional<Ppm> most) const {
  const auto time = since(chip);
  if (!time) return std::nullopt;
  const Range range = temperatures(*time, temperature);
  Interval phases = phases_after(state_, *time, range.low, range.high, kBoundDeviations);
  if (!state_.oscillator.has_thermometer)
    phases = hull(phases, phases_at_any_temperature(state_, *time, frequency().value));
  // Nothing that was learned makes a chip worse than its datasheet allows, but for its trim.
  if (most) {
    const double rate = static_cast<double>(most->scaled) / 65536 * kPpm + std::abs(state_.trim.value_or(0));
    phases = intersection(phases, around(state_.mean[kPhase], known_within(state_) + rate * time->count()));
  }
  return Prediction{{rounded(Seconds{-phases.centre()})},
                    {saturated_sum(rounded(Seconds{phases.half()}), state_.bound.value)}};
}

Frequency RtcDrift::frequency() const {
  const Vector sum = features(state_.oscillator, state_.temperature.value);
  return {dot(sum, state_.mean), std::sqrt(variance_of(state_.covariance, sum))};
}

}  // namespace isletime
