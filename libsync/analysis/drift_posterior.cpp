// SPDX-License-Identifier: MIT
#include "libsync/analysis/drift_posterior.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "libsync/analysis/order_statistics.hpp"

namespace isletime::analysis {
namespace {

// Levels of frequency noise relative to a reading's noise, over a time as long as the record.
struct NoiseRatio {
  double white;
  double walk;
};

struct Evidence {
  double log_likelihood;
  double rate;
  double rate_variance;
  double scale;  // reading variance
  double per_degree;
  double per_degree_variance;
};

// How the readings were scaled: to a record of length 1 and a spread near 1.
struct Scaled {
  std::vector<Reading> readings;
  double span_s;
  double unit_s;
  double slope;   // taken out
  double warmth;  // degree seconds that count as 1
  double range;
  std::size_t segments;
};

// Returns the slope by least squares, which is subtracted beforehand so that the filter's numbers stay small.
// A median of slopes is 0 where most readings repeat, which leaves nothing to scale by.
double common_slope(std::span<const Reading> readings) {
  double above = 0.0;
  double below = 0.0;
  for (std::size_t i = 0; i < readings.size();) {
    std::size_t end = i + 1;
    while (end < readings.size() && !readings[end].begins) ++end;
    double weight = 0.0;
    double time = 0.0;
    double offset = 0.0;
    for (std::size_t k = i; k < end; ++k) {
      weight += 1.0 / readings[k].variance;
      time += readings[k].time_s / readings[k].variance;
      offset += readings[k].offset_s / readings[k].variance;
    }
    time /= weight;
    offset /= weight;
    for (std::size_t k = i; k < end; ++k) {
      const double distance = (readings[k].time_s - time) / readings[k].variance;
      above += distance * (readings[k].offset_s - offset);
      below += distance * (readings[k].time_s - time);
    }
    i = end;
  }
  return below > 0.0 ? above / below : 0.0;
}

Scaled scale(std::span<const Reading> readings) {
  Scaled scaled{{readings.begin(), readings.end()},
                readings.back().time_s - readings.front().time_s,
                1.0,
                common_slope(readings),
                0.0,
                1.0,
                0};
  const double start = readings.front().time_s;
  double base = 0.0;
  std::vector<double> steps;
  double largest = 0.0;
  double previous = 0.0;
  for (Reading& reading : scaled.readings) {
    const double flat = reading.offset_s - scaled.slope * (reading.time_s - start);
    if (reading.begins) {
      base = flat;
      ++scaled.segments;
    } else {
      steps.push_back((flat - base - previous) / std::sqrt(reading.variance));
    }
    reading.offset_s = previous = flat - base;
    largest = std::max(largest, std::abs(reading.offset_s));
    reading.time_s = (reading.time_s - start) / scaled.span_s;
    scaled.warmth = std::max(scaled.warmth, std::abs(reading.degree_seconds));
  }
  // No clock is read more finely than to a nanosecond.
  scaled.unit_s = std::max(steps.empty() ? 0.0 : spread_about_zero(std::move(steps)), 1e-10);
  scaled.range = std::max(1.0, largest / scaled.unit_s);
  if (scaled.warmth <= 0.0) scaled.warmth = 1.0;
  for (Reading& reading : scaled.readings) {
    reading.offset_s /= scaled.unit_s;
    reading.degree_seconds /= scaled.warmth;
  }
  return scaled;
}

// The state: what the clock gained since the start without its steps, its rate, the offset that the
// present segment began with, and what a degree does, which is nothing where no temperature is known.
class Filter {
 public:
  Filter(double diffuse, bool has_temperature) : diffuse_(diffuse) {
    covariance_[kRate][kRate] = diffuse_;
    if (has_temperature) covariance_[kDegree][kDegree] = diffuse_;
  }

  void begin_segment() {
    for (std::size_t i = 0; i < kStates; ++i) covariance_[i][kOffset] = covariance_[kOffset][i] = 0.0;
    covariance_[kOffset][kOffset] = diffuse_;
    state_[kOffset] = 0.0;
  }

  void predict(double span, const NoiseRatio& noise) {
    auto& p = covariance_;
    state_[kGain] += state_[kRate] * span;
    p[kGain][kGain] += span * (2.0 * p[kGain][kRate] + span * p[kRate][kRate]) + noise.white * span +
                       noise.walk * span * span * span / 3.0;
    p[kGain][kRate] += span * p[kRate][kRate] + noise.walk * span * span / 2.0;
    p[kRate][kRate] += noise.walk * span;
    for (std::size_t i = kOffset; i < kStates; ++i) {
      p[kGain][i] += span * p[kRate][i];
      p[i][kGain] = p[kGain][i];
    }
    p[kRate][kGain] = p[kGain][kRate];
  }

  struct Innovation {
    double value;
    double variance;
  };

  Innovation update(const Reading& reading) {
    std::array<double, kStates> shown{};  // the covariance of the state with what the reading shows
    for (std::size_t i = 0; i < kStates; ++i) {
      shown[i] =
          covariance_[i][kGain] + covariance_[i][kOffset] + covariance_[i][kDegree] * reading.degree_seconds;
    }
    const double variance =
        reading.variance + shown[kGain] + shown[kOffset] + shown[kDegree] * reading.degree_seconds;
    const double value =
        reading.offset_s - state_[kGain] - state_[kOffset] - state_[kDegree] * reading.degree_seconds;
    const double inverse = 1.0 / variance;
    for (std::size_t i = 0; i < kStates; ++i) {
      const double gain = shown[i] * inverse;
      state_[i] += gain * value;
      for (std::size_t k = 0; k <= i; ++k) {
        covariance_[i][k] -= gain * shown[k];
        covariance_[k][i] = covariance_[i][k];
      }
    }
    return {value, variance};
  }

  static constexpr std::size_t kGain = 0;
  static constexpr std::size_t kRate = 1;
  static constexpr std::size_t kOffset = 2;
  static constexpr std::size_t kDegree = 3;
  static constexpr std::size_t kStates = 4;

  double state(std::size_t i) const { return state_[i]; }
  double variance(std::size_t i) const { return std::max(0.0, covariance_[i][i]); }

 private:
  double diffuse_;
  std::array<double, kStates> state_{};
  std::array<std::array<double, kStates>, kStates> covariance_{};
};

Evidence weigh(const Scaled& scaled, const NoiseRatio& noise, bool has_temperature) {
  const auto count = static_cast<double>(scaled.readings.size());
  const double step = 1.0 / count;
  // The prior range of a diffuse state: wider than any reading, however loud the noise; its size drops out of
  // the evidence. Far more would cost the filter its last digits.
  const double diffuse =
      100.0 * scaled.range * scaled.range * (1.0 + noise.white * step + noise.walk * step * step * step);
  Filter filter(diffuse, has_temperature);
  const auto unknown = static_cast<double>(scaled.segments + (has_temperature ? 2 : 1));
  double log_variances = -unknown * std::log(diffuse);
  double product = 1.0;
  double squares = 0.0;
  double last = 0.0;
  for (const Reading& reading : scaled.readings) {
    filter.predict(reading.time_s - last, noise);
    last = reading.time_s;
    if (reading.begins) filter.begin_segment();
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
  return {-0.5 * log_variances - 0.5 * freedom * std::log(squares),
          filter.state(Filter::kGain),
          filter.variance(Filter::kGain),
          squares / freedom,
          filter.state(Filter::kDegree),
          filter.variance(Filter::kDegree)};
}

// None, and a geometric series of levels. With a step of 4 or 8 clocks that do not wander are covered as
// often.
std::vector<double> levels(double first, double end) {
  constexpr double kStep = 5.0;
  std::vector<double> all{0.0};
  double level = first;
  while (level < end) {
    all.push_back(level);
    level *= kStep;
  }
  return all;
}

// The levels, none first, from where frequency noise just begins to show in the slope up to where nothing
// else is seen.
std::vector<NoiseRatio> ratios(double count) {
  std::vector<NoiseRatio> all;
  for (const double white : levels(3.0 / count, 100.0 * count)) {
    for (const double walk : levels(6.0 / count, 30.0 * count * count * count)) all.push_back({white, walk});
  }
  return all;
}

// Whether frequency noise is taken to be there. An average over all levels would cover all rates, with
// intervals that are four times as wide where there is none. So no noise is believed until a level of it
// explains the readings clearly better, as it does by chance for few clocks: such a one's interval is then
// too wide.
void believe(DriftPosterior& posterior, double quiet_from) {
  NoiseHypothesis& quiet = posterior.hypotheses.front();
  const auto noisy = std::span(posterior.hypotheses).subspan(1);
  const auto best = std::max_element(noisy.begin(), noisy.end(),
                                     [](const auto& a, const auto& b) { return a.weight < b.weight; });
  const bool is_quiet = quiet.weight > quiet_from * best->weight;
  for (NoiseHypothesis& h : noisy) h.rate_weight = is_quiet ? 0.0 : h.weight / (1.0 - quiet.weight);
  quiet.rate_weight = is_quiet ? 1.0 : 0.0;
}

// One coefficient, as the hypotheses together have it.
struct Told {
  double NoiseHypothesis::*value;
  double NoiseHypothesis::*variance;
};
constexpr Told kOfRate{&NoiseHypothesis::rate, &NoiseHypothesis::rate_variance};
constexpr Told kOfDegree{&NoiseHypothesis::per_degree, &NoiseHypothesis::per_degree_variance};

double mean_of(const DriftPosterior& posterior, const Told& told) {
  double mean = 0.0;
  double weight = 0.0;
  for (const auto& hypothesis : posterior.hypotheses) {
    mean += hypothesis.rate_weight * hypothesis.*told.value;
    weight += hypothesis.rate_weight;
  }
  return mean / weight;
}

// The quantile for `probability`, found within the reach of the hypotheses.
double quantile(const DriftPosterior& posterior, const Told& told, double probability) {
  double low = kInfinity;
  double high = -kInfinity;
  for (const auto& hypothesis : posterior.hypotheses) {
    if (hypothesis.rate_weight <= 0.0) continue;
    const double reach = 100.0 * std::sqrt(hypothesis.*told.variance);
    low = std::min(low, hypothesis.*told.value - reach);
    high = std::max(high, hypothesis.*told.value + reach);
  }
  for (int i = 0; i < 80; ++i) {
    const double middle = (low + high) / 2.0;
    double below = 0.0;
    for (const auto& hypothesis : posterior.hypotheses) {
      const double deviation = std::sqrt(hypothesis.*told.variance);
      const double distance = middle - hypothesis.*told.value;
      below += hypothesis.rate_weight *
               (deviation > 0.0 ? student_cumulative(distance / deviation, posterior.degrees_of_freedom)
                                : (distance >= 0.0 ? 1.0 : 0.0));
    }
    (below < probability ? low : high) = middle;
  }
  return (low + high) / 2.0;
}

Interval interval_of(const DriftPosterior& posterior, const Told& told, double confidence) {
  return {quantile(posterior, told, 0.5 - confidence / 2.0),
          quantile(posterior, told, 0.5 + confidence / 2.0)};
}

}  // namespace

double student_cumulative(double value, double degrees_of_freedom) {
  // Abramowitz and Stegun, 26.7.8: the normal deviate of the same probability.
  const double normal = value * (1.0 - 1.0 / (4.0 * degrees_of_freedom)) /
                        std::sqrt(1.0 + value * value / (2.0 * degrees_of_freedom));
  return 0.5 * std::erfc(-normal / std::numbers::sqrt2);
}

DriftPosterior estimate_drift(std::span<const Reading> readings, bool has_temperature, double quiet_from) {
  const Scaled scaled = scale(readings);
  const double per_second = scaled.unit_s / scaled.span_s;
  const double per_warmth = scaled.unit_s / scaled.warmth;
  DriftPosterior posterior;
  posterior.degrees_of_freedom =
      static_cast<double>(readings.size()) - static_cast<double>(scaled.segments + (has_temperature ? 2 : 1));
  std::vector<double> logs;
  double most = -kInfinity;
  for (const NoiseRatio& noise : ratios(static_cast<double>(readings.size()))) {
    const Evidence evidence = weigh(scaled, noise, has_temperature);
    const double variance = evidence.scale;
    logs.push_back(evidence.log_likelihood);
    most = std::max(most, logs.back());
    // The mean over a walk differs from either end by a third of the variance that it walks in all.
    posterior.hypotheses.push_back(
        {0.0, scaled.slope + evidence.rate * per_second,
         variance * (evidence.rate_variance + noise.white + noise.walk / 3.0) * per_second * per_second,
         variance * scaled.unit_s * scaled.unit_s,
         variance * noise.white * scaled.unit_s * scaled.unit_s / scaled.span_s,
         variance * noise.walk * per_second * per_second / scaled.span_s, evidence.per_degree * per_warmth,
         variance * evidence.per_degree_variance * per_warmth * per_warmth, 0.0});
  }
  double sum = 0.0;
  for (std::size_t i = 0; i < logs.size(); ++i) {
    posterior.hypotheses[i].weight = std::exp(logs[i] - most);
    sum += posterior.hypotheses[i].weight;
  }
  for (auto& hypothesis : posterior.hypotheses) hypothesis.weight /= sum;
  believe(posterior, quiet_from);
  std::erase_if(posterior.hypotheses, [](const auto& hypothesis) {
    return hypothesis.weight < 1e-6 && hypothesis.rate_weight < 1e-6;
  });
  return posterior;
}

double mean_rate(const DriftPosterior& posterior) {
  return mean_of(posterior, kOfRate);
}

Interval rate_interval(const DriftPosterior& posterior, double confidence) {
  return interval_of(posterior, kOfRate, confidence);
}

double mean_per_degree(const DriftPosterior& posterior) {
  return mean_of(posterior, kOfDegree);
}

Interval per_degree_interval(const DriftPosterior& posterior, double confidence) {
  return interval_of(posterior, kOfDegree, confidence);
}

}  // namespace isletime::analysis
