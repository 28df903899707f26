// SPDX-License-Identifier: MIT
#include "libsync/analysis/holdover.hpp"

#include <algorithm>
#include <cmath>

#include "libsync/analysis/order_statistics.hpp"

namespace isletime::analysis {
namespace {

double chance_beyond(const DriftPosterior& posterior, Holdover holdover, double tolerance, double at_sync,
                     double after) {
  const double average = mean_rate(posterior);
  double chance = 0.0;
  for (const auto& h : posterior.hypotheses) {
    const double mean = (holdover == Holdover::kCorrected ? h.rate - average : h.rate) * after;
    const double deviation = std::sqrt(at_sync * at_sync + h.rate_variance * after * after +
                                       h.white_frequency * after + h.walk * after * after * after / 3.0);
    if (deviation <= 0.0) {
      chance += std::abs(mean) > tolerance ? h.weight : 0.0;
      continue;
    }
    chance += h.weight * (student_cumulative((mean - tolerance) / deviation, posterior.degrees_of_freedom) +
                          student_cumulative((-mean - tolerance) / deviation, posterior.degrees_of_freedom));
  }
  return chance;
}

}  // namespace

double time_within(const DriftPosterior& posterior, Holdover holdover, const Trust& trust, double at_sync_s,
                   double most_s) {
  const auto is_safe = [&](double after) {
    return chance_beyond(posterior, holdover, trust.tolerance_s, at_sync_s, after) <= 1.0 - trust.confidence;
  };
  if (!is_safe(0.0)) return 0.0;
  if (is_safe(most_s)) return most_s;
  double safe = 0.0;
  double unsafe = most_s;
  for (int i = 0; i < 60; ++i) {
    const double middle = (safe + unsafe) / 2.0;
    (is_safe(middle) ? safe : unsafe) = middle;
  }
  return safe;
}

double length_needed(const DriftPosterior& posterior, const Wanted& wanted, double most_s) {
  // No quartz clock wanders by more a root second; a record that is too short for its noise only seems to
  // show it.
  constexpr double kMostWalk = 3e-8 * 3e-8;
  // Uses the likeliest hypothesis alone: with few readings, unlikely ones are so loud that they would drown
  // it.
  const auto likeliest =
      std::max_element(posterior.hypotheses.begin(), posterior.hypotheses.end(),
                       [](const auto& one, const auto& other) { return one.weight < other.weight; });
  // The number of deviations for a confidence: by bisection of the normal distribution.
  double least = 0.0;
  double most = 10.0;
  for (int i = 0; i < 50; ++i) {
    const double middle = (least + most) / 2.0;
    (std::erf(middle / std::sqrt(2.0)) < wanted.confidence ? least : most) = middle;
  }
  const double walk = std::min(likeliest->walk, kMostWalk);
  double length = std::max(10.0 * wanted.interval_s, wanted.length_s);
  while (length <= most_s) {
    const double variance =
        12.0 * likeliest->reading_variance * wanted.interval_s / (length * length * length) +
        likeliest->white_frequency / length + walk * length / 3.0;
    if (most * std::sqrt(variance) <= wanted.precision) return length;
    length *= 1.1;
  }
  return kInfinity;
}

}  // namespace isletime::analysis
