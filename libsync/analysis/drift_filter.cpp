// SPDX-License-Identifier: MIT
#include "libsync/analysis/drift_filter.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace isletime::analysis {
namespace {

constexpr std::size_t kGain = 0;
constexpr std::size_t kRate = 1;
constexpr std::size_t kOffset = 2;
constexpr std::size_t kDegree = 3;
constexpr std::size_t kDecades = kFlickerDecades;
// These are the correlation times of flicker noise, as shares of the record.
constexpr std::array<double, kDecades> kFlickerTimes{1.0 / 300.0, 1.0 / 30.0, 1.0 / 3.0};

// How the state changes between two readings: the transition of the filter.
struct Passing {
  double span;
  bool forgets_offset;
  std::array<double, kDecades> keeps;  // of each decade of flicker noise
  std::array<double, kDecades> gains;  // that each decade of flicker frequency noise adds, by its rate
};

enum class Flicker : std::uint8_t { kNone, kOfReadings, kOfFrequency };

template <std::size_t kTerms, Flicker kKind>
class Filter {
 public:
  static constexpr bool kIsOfFrequency = kKind == Flicker::kOfFrequency;
  static constexpr std::size_t kFlicker = kDegree + kTerms;
  static constexpr std::size_t kStates = kFlicker + (kKind == Flicker::kNone ? 0 : kDecades);
  using Vector = std::array<double, kStates>;
  using Matrix = std::array<Vector, kStates>;

  Filter(double diffuse, const NoiseLevels& noise) : diffuse_(diffuse), noise_(noise) {
    covariance_[kRate][kRate] = diffuse_;
    for (std::size_t i = kDegree; i < kFlicker; ++i) covariance_[i][i] = diffuse_;
    for (std::size_t i = kFlicker; i < kStates; ++i) covariance_[i][i] = flicker();
  }

  static Passing passing(double span, bool begins) {
    Passing passing{span, begins, {}, {}};
    for (std::size_t k = 0; k < kStates - kFlicker; ++k) {
      passing.keeps[k] = std::exp(-span / kFlickerTimes[k]);
      if (kIsOfFrequency) passing.gains[k] = kFlickerTimes[k] * (1.0 - passing.keeps[k]);
    }
    return passing;
  }

  void predict(const Passing& passing) {
    auto& p = covariance_;
    const double span = passing.span;
    state_[kGain] += state_[kRate] * span;
    p[kGain][kGain] += span * (2.0 * p[kGain][kRate] + span * p[kRate][kRate]) + noise_.white * span +
                       noise_.walk * span * span * span / 3.0;
    p[kGain][kRate] += span * p[kRate][kRate] + noise_.walk * span * span / 2.0;
    p[kRate][kRate] += noise_.walk * span;
    for (std::size_t i = kOffset; i < kStates; ++i) {
      p[kGain][i] += span * p[kRate][i];
      p[i][kGain] = p[kGain][i];
    }
    p[kRate][kGain] = p[kGain][kRate];
    for (std::size_t i = kFlicker; i < kStates; ++i) pass_flicker(i, passing);
    if (!passing.forgets_offset) return;
    for (std::size_t i = 0; i < kStates; ++i) p[i][kOffset] = p[kOffset][i] = 0.0;
    p[kOffset][kOffset] = diffuse_;
    state_[kOffset] = 0.0;
  }

  // Returns the share of each state in a reading.
  static Vector shown_by(const Reading& reading) {
    Vector shows{};
    shows[kGain] = shows[kOffset] = 1.0;
    if constexpr (kTerms > 0) shows[kDegree] = reading.degree_seconds;
    if constexpr (kTerms > 1) shows[kDegree + 1] = reading.square_seconds;
    for (std::size_t i = kFlicker; i < kStates; ++i) shows[i] = kIsOfFrequency ? 0.0 : 1.0;
    return shows;
  }

  // Returns the share of each state in the rate at a reading's time.
  static Vector rate_at(const Reading& reading) {
    Vector parts{};
    parts[kRate] = 1.0;
    if constexpr (kTerms > 0) parts[kDegree] = reading.degrees;
    if constexpr (kTerms > 1) parts[kDegree + 1] = reading.squares;
    for (std::size_t i = kFlicker; i < kStates; ++i) parts[i] = kIsOfFrequency ? 1.0 : 0.0;
    return parts;
  }

  struct Innovation {
    double value;
    double variance;
    Vector gain;
  };

  Innovation update(const Reading& reading) {
    const Vector shows = shown_by(reading);
    Vector covaries{};
    Innovation innovation{reading.offset_s, reading.variance, {}};
    for (std::size_t i = 0; i < kStates; ++i) {
      for (std::size_t k = 0; k < kStates; ++k) covaries[i] += covariance_[i][k] * shows[k];
      innovation.variance += shows[i] * covaries[i];
      innovation.value -= shows[i] * state_[i];
    }
    for (std::size_t i = 0; i < kStates; ++i) {
      const double gain = covaries[i] / innovation.variance;
      innovation.gain[i] = gain;
      state_[i] += gain * innovation.value;
      for (std::size_t k = 0; k <= i; ++k) {
        covariance_[i][k] -= gain * covaries[k];
        covariance_[k][i] = covariance_[i][k];
      }
    }
    return innovation;
  }

  const Vector& state() const { return state_; }
  const Matrix& covariance() const { return covariance_; }
  double variance(std::size_t i) const { return std::max(0.0, covariance_[i][i]); }

 private:
  double flicker() const { return kIsOfFrequency ? noise_.flicker_frequency : noise_.flicker; }

  // Moves one Gauss-Markov process over a span. A process of the rate also adds to the gain.
  void pass_flicker(std::size_t i, const Passing& passing) {
    auto& p = covariance_;
    const double keep = passing.keeps[i - kFlicker];
    if constexpr (kIsOfFrequency) {
      const double time = kFlickerTimes[i - kFlicker];
      const double gain = passing.gains[i - kFlicker];
      state_[kGain] += gain * state_[i];
      for (std::size_t k = 0; k < kStates; ++k) p[kGain][k] += gain * p[i][k];
      for (std::size_t k = 0; k < kStates; ++k) p[k][kGain] += gain * p[k][i];
      p[kGain][kGain] +=
          flicker() * time * time * (2.0 * passing.span / time - 3.0 + 4.0 * keep - keep * keep);
    }
    state_[i] *= keep;
    for (std::size_t k = 0; k < kStates; ++k) {
      p[i][k] *= keep;
      p[k][i] *= keep;
    }
    p[i][i] += flicker() * (1.0 - keep * keep);
    if constexpr (kIsOfFrequency) {
      p[kGain][i] += flicker() * kFlickerTimes[i - kFlicker] * (1.0 - keep) * (1.0 - keep);
      p[i][kGain] = p[kGain][i];
    }
  }

  double diffuse_;
  NoiseLevels noise_;
  Vector state_{};
  Matrix covariance_{};
};

template <class F>
Evidence weigh_by(const FilterInput& input, const NoiseLevels& noise) {
  const auto count = static_cast<double>(input.readings.size());
  F filter(input.diffuse, noise);
  constexpr std::size_t kTerms = F::kFlicker - kDegree;
  const auto unknown = static_cast<double>(input.segments + 1 + kTerms);
  double log_variances = -unknown * std::log(input.diffuse);
  double product = 1.0;
  double squares = 0.0;
  double last = 0.0;
  for (const Reading& reading : input.readings) {
    filter.predict(F::passing(reading.time_s - last, reading.begins));
    last = reading.time_s;
    const auto innovation = filter.update(reading);
    squares += innovation.value * innovation.value / innovation.variance;
    product *= innovation.variance;
    // A logarithm costs as much as the rest of the step.
    if (product > 1e200 || product < 1e-200) {
      log_variances += std::log(product);
      product = 1.0;
    }
  }
  log_variances += std::log(product);
  const double freedom = count - unknown;
  squares = std::max(squares, 1e-6 * freedom);
  Evidence evidence{-0.5 * log_variances - 0.5 * freedom * std::log(squares),
                    filter.state()[kGain],
                    filter.variance(kGain),
                    squares / freedom,
                    {},
                    {}};
  for (std::size_t i = 0; i < kTerms; ++i) {
    evidence.per_degree[i] = filter.state()[kDegree + i];
    evidence.per_degree_variance[i] = filter.variance(kDegree + i);
  }
  return evidence;
}

// The filter after a reading, kept for the backward pass.
template <class F>
struct Passed {
  Passing passing;
  typename F::Vector state;
  typename F::Matrix covariance;
  typename F::Innovation innovation;
};

// Accumulates the information of later readings about a state by Bierman's recursion, which inverts no
// matrix.
template <class F>
class Backward {
 public:
  using Vector = typename F::Vector;
  using Matrix = typename F::Matrix;

  // Returns the rate, given the readings before and after it.
  RateOnce rate(const Passed<F>& passed, const Vector& parts) const {
    Vector covaries{};
    for (std::size_t i = 0; i < kStates; ++i) {
      for (std::size_t k = 0; k < kStates; ++k) covaries[i] += passed.covariance[i][k] * parts[k];
    }
    RateOnce once{0.0, 0.0};
    for (std::size_t i = 0; i < kStates; ++i) {
      once.rate += parts[i] * passed.state[i] - covaries[i] * vector_[i];
      once.variance += parts[i] * covaries[i];
      for (std::size_t k = 0; k < kStates; ++k) once.variance -= covaries[i] * matrix_[i][k] * covaries[k];
    }
    once.variance = std::max(0.0, once.variance);
    return once;
  }

  // Goes back over a reading and over the time before it.
  void step(const Passed<F>& passed, const Vector& shows) {
    const auto& innovation = passed.innovation;
    // The vector and the matrix are multiplied by I - gain * shows, the matrix from both sides.
    double along = 0.0;
    Vector gained{};
    double gained_twice = 0.0;
    for (std::size_t i = 0; i < kStates; ++i) {
      along += innovation.gain[i] * vector_[i];
      for (std::size_t k = 0; k < kStates; ++k) gained[i] += matrix_[i][k] * innovation.gain[k];
    }
    for (std::size_t i = 0; i < kStates; ++i) gained_twice += innovation.gain[i] * gained[i];
    for (std::size_t i = 0; i < kStates; ++i) {
      vector_[i] -= shows[i] * (along + innovation.value / innovation.variance);
      for (std::size_t k = 0; k < kStates; ++k) {
        matrix_[i][k] += shows[i] * shows[k] * (gained_twice + 1.0 / innovation.variance) -
                         shows[i] * gained[k] - gained[i] * shows[k];
      }
    }
    cross(passed.passing);
  }

 private:
  static constexpr std::size_t kStates = F::kStates;

  void cross(const Passing& passing) {
    vector_[kRate] += passing.span * vector_[kGain];
    for (std::size_t i = 0; i < kStates; ++i) matrix_[i][kRate] += passing.span * matrix_[i][kGain];
    for (std::size_t i = 0; i < kStates; ++i) matrix_[kRate][i] += passing.span * matrix_[kGain][i];
    const auto scale = [this](std::size_t state, double by) {
      vector_[state] *= by;
      for (std::size_t i = 0; i < kStates; ++i) {
        matrix_[i][state] *= by;
        matrix_[state][i] *= by;
      }
    };
    for (std::size_t i = F::kFlicker; i < kStates; ++i) {
      scale(i, passing.keeps[i - F::kFlicker]);
      if constexpr (!F::kIsOfFrequency) continue;
      const double gain = passing.gains[i - F::kFlicker];
      vector_[i] += gain * vector_[kGain];
      for (std::size_t k = 0; k < kStates; ++k) matrix_[k][i] += gain * matrix_[k][kGain];
      for (std::size_t k = 0; k < kStates; ++k) matrix_[i][k] += gain * matrix_[kGain][k];
    }
    if (passing.forgets_offset) scale(kOffset, 0.0);
  }

  Vector vector_{};
  Matrix matrix_{};
};

template <class F>
std::vector<RateOnce> smooth_by(const FilterInput& input, const NoiseLevels& noise) {
  F filter(input.diffuse, noise);
  std::vector<Passed<F>> passed;
  passed.reserve(input.readings.size());
  double last = 0.0;
  for (const Reading& reading : input.readings) {
    const Passing passing = F::passing(reading.time_s - last, reading.begins);
    last = reading.time_s;
    filter.predict(passing);
    const auto innovation = filter.update(reading);
    passed.push_back({passing, filter.state(), filter.covariance(), innovation});
  }
  std::vector<RateOnce> rates(input.readings.size());
  Backward<F> backward;
  for (std::size_t i = rates.size(); i-- > 0;) {
    rates[i] = backward.rate(passed[i], F::rate_at(input.readings[i]));
    backward.step(passed[i], F::shown_by(input.readings[i]));
  }
  return rates;
}

template <std::size_t kTerms, class Use>
auto with_flicker(const NoiseLevels& noise, Use use) {
  if (noise.flicker > 0.0) return use.template operator()<Filter<kTerms, Flicker::kOfReadings>>();
  if (noise.flicker_frequency > 0.0) return use.template operator()<Filter<kTerms, Flicker::kOfFrequency>>();
  return use.template operator()<Filter<kTerms, Flicker::kNone>>();
}

// Calls `use` with the smallest filter that has the states that are needed.
template <class Use>
auto with_filter(const FilterInput& input, const NoiseLevels& noise, Use use) {
  if (input.terms == 0) return with_flicker<0>(noise, use);
  if (input.terms == 1) return with_flicker<1>(noise, use);
  return with_flicker<2>(noise, use);
}

}  // namespace

Evidence weigh(const FilterInput& input, const NoiseLevels& noise) {
  return with_filter(input, noise, [&]<class F>() { return weigh_by<F>(input, noise); });
}

std::vector<RateOnce> smooth_rates(const FilterInput& input, const NoiseLevels& noise) {
  return with_filter(input, noise, [&]<class F>() { return smooth_by<F>(input, noise); });
}

}  // namespace isletime::analysis
