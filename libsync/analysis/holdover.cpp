// SPDX-License-Identifier: MIT
#include "libsync/analysis/holdover.hpp"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "libsync/analysis/order_statistics.hpp"
#include "libsync/analysis/root.hpp"

namespace isletime::analysis {
namespace {

// No quartz clock wanders by more a root second; a record that is too short for its noise only seems to show
// it.
constexpr double kMostWalk = 3e-8 * 3e-8;

std::vector<RatePart> normalised(std::vector<RatePart> parts) {
  double sum = 0.0;
  for (const RatePart& part : parts) sum += part.weight;
  for (RatePart& part : parts) part.weight /= sum;
  return parts;
}

// Returns the rates that the clock may have at the sync, weighted for what follows it. There a walk matters
// most, but in a short record it looks much like white or flicker frequency noise. So a walk that a quartz
// clock may have gets more weight than the record gives it: without this, 83 to 90 of 100 windows of a walk
// that was read 30 times held, not 93 to 98.
std::vector<RatePart> rates_at_sync(std::vector<RatePart> parts) {
  constexpr double kOfWalk = 20.0;
  for (RatePart& part : parts) part.weight *= part.walk > 0.0 && part.walk <= kMostWalk ? kOfWalk : 1.0;
  return normalised(std::move(parts));
}

std::vector<RatePart> rates_at_end(std::vector<RatePart> parts) {
  std::erase_if(parts, [](const RatePart& part) { return !part.is_last; });
  return normalised(std::move(parts));
}

// Returns the variance of the gain by what the record could not show.
double unseen_gain(const Unseen& unseen, double after) {
  const double beyond = std::max(0.0, after - unseen.walk_from_s);
  const double aged = unseen.ageing * after * (after + unseen.walk_from_s) / 2.0;
  return unseen.rate * unseen.rate * after * after + aged * aged +
         unseen.walk * unseen.walk * beyond * beyond * beyond / 3.0;
}

// A random walk is more likely to exceed a limit at some time than at the end, a walk of the phase twice as
// likely. This factor of the variance at the end allows for it.
constexpr double kOfPassage = 1.3;

double chance_beyond(const std::vector<RatePart>& parts, double corrected_by, double degrees_of_freedom,
                     const Trust& trust, double at_sync, double after) {
  double chance = 0.0;
  const double unseen = unseen_gain(trust.unseen, after);
  for (const RatePart& part : parts) {
    const double mean = (part.rate - corrected_by) * after;
    const double deviation =
        std::sqrt(at_sync * at_sync + part.variance * after * after + unseen +
                  kOfPassage * (part.white_frequency * after + part.walk * after * after * after / 3.0));
    if (deviation <= 0.0) {
      chance += std::abs(mean) > trust.tolerance_s ? part.weight : 0.0;
      continue;
    }
    chance += part.weight * (student_cumulative((mean - trust.tolerance_s) / deviation, degrees_of_freedom) +
                             student_cumulative((-mean - trust.tolerance_s) / deviation, degrees_of_freedom));
  }
  return chance;
}

}  // namespace

double time_within(const DriftPosterior& posterior, Holdover holdover, const Trust& trust, double at_sync_s,
                   double most_s) {
  const double corrected_by = holdover == Holdover::kCorrected ? mean_rate(posterior) : 0.0;
  const auto once = rates_at_sync(posterior.rates);
  const auto last = rates_at_end(once);
  // The clock is safe while its margin is not negative.
  const auto margin = [&](double after) {
    return 1.0 - trust.confidence -
           std::max(chance_beyond(once, corrected_by, posterior.degrees_of_freedom, trust, at_sync_s, after),
                    chance_beyond(last, corrected_by, posterior.degrees_of_freedom, trust, at_sync_s, after));
  };
  if (!(margin(0.0) >= 0.0)) return 0.0;
  if (margin(most_s) >= 0.0) return most_s;
  return bracket_root(margin, 0.0, most_s, 1e-12 * most_s).low;
}

double length_needed(const DriftPosterior& posterior, const Wanted& wanted, double most_s) {
  // Uses the likeliest hypothesis alone: with few readings, unlikely ones are so loud that they would drown
  // it.
  const auto likeliest =
      std::max_element(posterior.hypotheses.begin(), posterior.hypotheses.end(),
                       [](const auto& one, const auto& other) { return one.weight < other.weight; });
  const auto excess = [&](double distance) {
    return std::erf(distance / std::sqrt(2.0)) - wanted.confidence;
  };
  const double deviations = bracket_root(excess, 0.0, 10.0, 1e-14).high;
  const double walk = std::min(likeliest->walk, kMostWalk);
  double length = std::max(10.0 * wanted.interval_s, wanted.length_s);
  while (length <= most_s) {
    const double variance =
        12.0 * likeliest->reading_variance * wanted.interval_s / (length * length * length) +
        likeliest->white_frequency / length + walk * length / 3.0 + likeliest->flicker_frequency;
    if (deviations * std::sqrt(variance) <= wanted.precision) return length;
    length *= 1.1;
  }
  return kInfinity;
}

}  // namespace isletime::analysis
