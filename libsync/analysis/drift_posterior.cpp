// SPDX-License-Identifier: MIT
#include "libsync/analysis/drift_posterior.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "libsync/analysis/order_statistics.hpp"
#include "libsync/analysis/root.hpp"

namespace isletime::analysis {
namespace {

// The readings scaled to a record of length 1 and a spread near 1, with the units to undo it.
struct Scaled {
  FilterInput input;
  double span_s;
  double unit_s;
  double slope;   // taken out of the readings
  double warmth;  // degree seconds that count as 1
  double square;  // square degree seconds that count as 1
  double range;
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

double largest_of(std::span<const Reading> readings, double Reading::*member) {
  double largest = 0.0;
  for (const Reading& reading : readings) largest = std::max(largest, std::abs(reading.*member));
  return largest > 0.0 ? largest : 1.0;
}

Scaled scale(std::span<const Reading> readings, std::size_t terms) {
  Scaled scaled{{{readings.begin(), readings.end()}, 0.0, terms, 0},
                readings.back().time_s - readings.front().time_s,
                1.0,
                common_slope(readings),
                largest_of(readings, &Reading::degree_seconds),
                largest_of(readings, &Reading::square_seconds),
                1.0};
  const double start = readings.front().time_s;
  double base = 0.0;
  std::vector<double> steps;
  double largest = 0.0;
  double previous = 0.0;
  for (Reading& reading : scaled.input.readings) {
    const double flat = reading.offset_s - scaled.slope * (reading.time_s - start);
    if (reading.begins) {
      base = flat;
      ++scaled.input.segments;
    } else {
      steps.push_back((flat - base - previous) / std::sqrt(reading.variance));
    }
    reading.offset_s = previous = flat - base;
    largest = std::max(largest, std::abs(reading.offset_s));
    reading.time_s = (reading.time_s - start) / scaled.span_s;
  }
  // No clock is read more finely than to a nanosecond.
  scaled.unit_s = std::max(steps.empty() ? 0.0 : spread_about_zero(std::move(steps)), 1e-10);
  scaled.range = std::max(1.0, largest / scaled.unit_s);
  for (Reading& reading : scaled.input.readings) {
    reading.offset_s /= scaled.unit_s;
    reading.degree_seconds /= scaled.warmth;
    reading.degrees *= scaled.span_s / scaled.warmth;
    reading.square_seconds /= scaled.square;
    reading.squares *= scaled.span_s / scaled.square;
  }
  return scaled;
}

// Returns a geometric series of levels. With a step of 4 or 8 clocks that do not wander are covered as often.
std::vector<double> levels(double first, double end, double step = 5.0) {
  std::vector<double> all;
  double level = first;
  while (level < end) {
    all.push_back(level);
    level *= step;
  }
  return all;
}

struct Candidate {
  NoiseLevels noise;
  double prior;
};

// The ratio of the prior of a level to that of the one beside it.
struct Falling {
  double noise;  // for each level away from the likeliest
  double walk;   // for each level of a walk beside the noise, of which none is the likeliest
};

// Adds a family of noises with its prior: each level of `noise` with each level of `walk`.
void add_family(std::vector<Candidate>& all, double NoiseLevels::*noise, const std::vector<double>& of_noise,
                std::size_t likeliest, const std::vector<double>& walks_beside, const Falling& falling,
                double prior) {
  const auto first = static_cast<std::ptrdiff_t>(all.size());
  double sum = 0.0;
  for (std::size_t i = 0; i < of_noise.size(); ++i) {
    for (std::size_t k = 0; k < walks_beside.size(); ++k) {
      const std::size_t away = std::max(i, likeliest) - std::min(i, likeliest);
      Candidate candidate{{},
                          std::pow(falling.noise, static_cast<double>(away)) *
                              std::pow(falling.walk, static_cast<double>(k))};
      candidate.noise.walk = walks_beside[k];
      candidate.noise.*noise = of_noise[i];
      sum += candidate.prior;
      all.push_back(candidate);
    }
  }
  std::for_each(all.begin() + first, all.end(), [&](Candidate& each) { each.prior *= prior / sum; });
}

// The levels of each noise begin where it just shows in the slope, and end where it would hide the readings'
// own noise.
// The likeliest walk bends the record by about four deviations of what the readings show of a bend, so it is
// the weakest walk that can be distinguished from none. Weaker ones hardly matter. Stronger ones show
// whatever their prior, unless they happen to bend the record by less, when too low a prior would miss them.
// Flicker noise of the readings matters where it is as large as their white noise, from which few readings
// hardly distinguish it. With half of its prior, 72 to 76 of 100 intervals for the mean rate of 30 readings
// held, and were half as wide as they should be; with twice its prior, those for white noise are twice as
// wide as they should be.
// Only a few swings of the record distinguish white frequency noise from flicker frequency noise, so neither
// may be thought much likelier than the other. A walk beside white frequency noise shows by itself, so its
// prior may be low.
std::vector<Candidate> candidates(double count, double quiet_prior) {
  constexpr Falling kFalling{0.6, 0.6};
  constexpr Falling kFallingWhite{0.75, 0.05};
  constexpr double kCoarse = 125.0;
  constexpr std::size_t kLikeliest = 3;
  const double weakest = 100.0 / count;
  const double cubed = count * count * count;
  auto beside = levels(6.0 / count, 30.0 * cubed, kCoarse);
  beside.insert(beside.begin(), 0.0);
  const double noisy = 1.0 - quiet_prior;
  std::vector<Candidate> all{{{}, quiet_prior}};
  add_family(all, &NoiseLevels::walk, levels(weakest, 30.0 * cubed), kLikeliest, {0.0}, kFalling,
             0.16 * noisy);
  add_family(all, &NoiseLevels::flicker_frequency, levels(weakest, 30.0 * count * count), kLikeliest, {0.0},
             kFalling, 0.16 * noisy);
  add_family(all, &NoiseLevels::flicker, levels(1.0, 1e4), 0, beside, kFalling, 0.4 * noisy);
  add_family(all, &NoiseLevels::white, levels(weakest, 1e6 * count), kLikeliest, beside, kFallingWhite,
             0.28 * noisy);
  return all;
}

// A coefficient under one hypothesis.
struct Part {
  double weight;
  double value;
  double deviation;
};

std::vector<Part> parts_of(const DriftPosterior& posterior, double NoiseHypothesis::*value,
                           double NoiseHypothesis::*variance) {
  std::vector<Part> parts;
  for (const auto& h : posterior.hypotheses) parts.push_back({h.weight, h.*value, std::sqrt(h.*variance)});
  return parts;
}

double mean_of(const DriftPosterior& posterior, double NoiseHypothesis::*value) {
  double mean = 0.0;
  double weight = 0.0;
  for (const auto& h : posterior.hypotheses) {
    mean += h.weight * h.*value;
    weight += h.weight;
  }
  return mean / weight;
}

// Returns the quantile for `probability`, which is sought within the reach of the parts.
double quantile(const std::vector<Part>& parts, double degrees_of_freedom, double probability) {
  double low = kInfinity;
  double high = -kInfinity;
  for (const Part& part : parts) {
    low = std::min(low, part.value - 100.0 * part.deviation);
    high = std::max(high, part.value + 100.0 * part.deviation);
  }
  const auto excess = [&](double value) {
    double below = 0.0;
    for (const Part& part : parts) {
      const double distance = value - part.value;
      if (std::abs(distance) >= 100.0 * part.deviation) {
        below += distance >= 0.0 ? part.weight : 0.0;
      } else {
        below += part.weight * student_cumulative(distance / part.deviation, degrees_of_freedom);
      }
    }
    return below - probability;
  };
  const RootBracket found = bracket_root(excess, low, high, 1e-16 * (high - low));
  return (found.low + found.high) / 2.0;
}

Interval interval_of(const std::vector<Part>& parts, double degrees_of_freedom, double confidence) {
  return {quantile(parts, degrees_of_freedom, 0.5 - confidence / 2.0),
          quantile(parts, degrees_of_freedom, 0.5 + confidence / 2.0)};
}

Estimate estimate_of(const DriftPosterior& posterior, double NoiseHypothesis::*value,
                     double NoiseHypothesis::*variance, double confidence) {
  return {mean_of(posterior, value),
          interval_of(parts_of(posterior, value, variance), posterior.degrees_of_freedom, confidence)};
}

// Where noise that is correlated shows, its level is known from the few swings that the record holds, so that
// the error has the tails of Student's distribution with few degrees of freedom: its 95 % quantile is 2.45
// for 6 degrees, 1.25 times that of the normal distribution.
double widening(const NoiseLevels& noise) {
  return noise.walk + noise.flicker + noise.flicker_frequency > 0.0 ? 1.25 : 1.0;
}

// Returns the prior variance of a diffuse state. It is larger than any reading however loud the noise, and
// drops out of the evidence; a far larger one would cost the filter its last digits.
double diffuse_of(const Scaled& scaled, const NoiseLevels& noise) {
  const double step = 1.0 / static_cast<double>(scaled.input.readings.size());
  return 100.0 * scaled.range * scaled.range *
         (1.0 + noise.white * step + noise.walk * step * step * step + noise.flicker +
          noise.flicker_frequency * step * step);
}

// Converts the evidence to the units of the clock.
NoiseHypothesis hypothesis_of(const Scaled& scaled, const NoiseLevels& noise, const Evidence& evidence) {
  const auto squared = [&evidence](double unit) { return evidence.scale * unit * unit; };
  const double per_second = scaled.unit_s / scaled.span_s;
  const double per_warmth = scaled.unit_s / scaled.warmth;
  const double per_square = scaled.unit_s / scaled.square;
  const double wider = widening(noise);
  return {.weight = 0.0,
          .rate = scaled.slope + evidence.rate * per_second,
          .reading_variance = squared(scaled.unit_s),
          .white_frequency = squared(scaled.unit_s * wider) * noise.white / scaled.span_s,
          .walk = squared(per_second * wider) * noise.walk / scaled.span_s,
          .per_degree = evidence.per_degree[0] * per_warmth,
          .per_degree_variance = squared(per_warmth) * evidence.per_degree_variance[0],
          .mean_variance = squared(per_second * wider) * evidence.rate_variance,
          .per_square = evidence.per_degree[1] * per_square,
          .per_square_variance = squared(per_square) * evidence.per_degree_variance[1],
          .flicker_frequency = squared(per_second) * kFlickerDecades * noise.flicker_frequency};
}

// Adds the rates at some times of the record and at its end, under the hypotheses that have weight.
void add_rates(DriftPosterior& posterior, Scaled& scaled, const std::vector<NoiseLevels>& noises) {
  constexpr double kLeastWeight = 0.003;
  constexpr std::size_t kTimes = 60;
  const double per_second = scaled.unit_s / scaled.span_s;
  for (std::size_t k = 0; k < noises.size(); ++k) {
    const NoiseHypothesis& h = posterior.hypotheses[k];
    if (h.weight < kLeastWeight) continue;
    scaled.input.diffuse = diffuse_of(scaled, noises[k]);
    const auto rates = smooth_rates(scaled.input, noises[k]);
    const double wider = widening(noises[k]);
    const double variance = wider * wider * h.reading_variance / (scaled.span_s * scaled.span_s);
    const std::size_t times = std::min(kTimes, rates.size());
    const auto share = static_cast<double>(times);
    for (std::size_t i = 0; i < times; ++i) {
      const std::size_t at = times == 1 ? 0 : i * (rates.size() - 1) / (times - 1);
      posterior.rates.push_back({h.weight / share,
                                 h.rate + wider * (scaled.slope + rates[at].rate * per_second - h.rate),
                                 variance * rates[at].variance, h.white_frequency, h.walk, i + 1 == times});
    }
  }
  double sum = 0.0;
  for (const RatePart& part : posterior.rates) sum += part.weight;
  for (RatePart& part : posterior.rates) part.weight /= sum;
}

}  // namespace

double student_cumulative(double value, double degrees_of_freedom) {
  // Abramowitz and Stegun, 26.7.8: the normal deviate of the same probability.
  const double normal = value * (1.0 - 1.0 / (4.0 * degrees_of_freedom)) /
                        std::sqrt(1.0 + value * value / (2.0 * degrees_of_freedom));
  return 0.5 * std::erfc(-normal / std::numbers::sqrt2);
}

DriftPosterior estimate_drift(std::span<const Reading> readings, std::size_t terms, double quiet_prior) {
  Scaled scaled = scale(readings, terms);
  const auto count = static_cast<double>(readings.size());
  DriftPosterior posterior;
  posterior.degrees_of_freedom = count - static_cast<double>(scaled.input.segments + 1 + terms);
  std::vector<double> logs;
  std::vector<NoiseLevels> noises;
  double most = -kInfinity;
  for (const auto& [noise, prior] : candidates(count, quiet_prior)) {
    scaled.input.diffuse = diffuse_of(scaled, noise);
    const Evidence evidence = weigh(scaled.input, noise);
    logs.push_back(evidence.log_likelihood + std::log(prior));
    noises.push_back(noise);
    most = std::max(most, logs.back());
    posterior.hypotheses.push_back(hypothesis_of(scaled, noise, evidence));
  }
  double sum = 0.0;
  for (std::size_t i = 0; i < logs.size(); ++i) {
    posterior.hypotheses[i].weight = std::exp(logs[i] - most);
    sum += posterior.hypotheses[i].weight;
  }
  for (auto& hypothesis : posterior.hypotheses) hypothesis.weight /= sum;
  add_rates(posterior, scaled, noises);
  std::erase_if(posterior.hypotheses, [](const auto& hypothesis) { return hypothesis.weight < 1e-6; });
  return posterior;
}

double mean_rate(const DriftPosterior& posterior) {
  return mean_of(posterior, &NoiseHypothesis::rate);
}

Interval mean_interval(const DriftPosterior& posterior, double confidence) {
  return estimate_of(posterior, &NoiseHypothesis::rate, &NoiseHypothesis::mean_variance, confidence).interval;
}

Interval rate_interval(const DriftPosterior& posterior, double confidence) {
  std::vector<Part> parts;
  for (const RatePart& part : posterior.rates)
    parts.push_back({part.weight, part.rate, std::sqrt(part.variance)});
  const Interval once = interval_of(parts, posterior.degrees_of_freedom, confidence);
  const Interval mean = mean_interval(posterior, confidence);
  return {std::min(once.low, mean.low), std::max(once.high, mean.high)};
}

Estimate per_degree(const DriftPosterior& posterior, double confidence) {
  return estimate_of(posterior, &NoiseHypothesis::per_degree, &NoiseHypothesis::per_degree_variance,
                     confidence);
}

Estimate per_square(const DriftPosterior& posterior, double confidence) {
  return estimate_of(posterior, &NoiseHypothesis::per_square, &NoiseHypothesis::per_square_variance,
                     confidence);
}

}  // namespace isletime::analysis
