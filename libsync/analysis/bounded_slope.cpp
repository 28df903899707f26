// SPDX-License-Identifier: MIT
#include "libsync/analysis/bounded_slope.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "libsync/analysis/order_statistics.hpp"

namespace isletime::analysis {
namespace {

// Returns the random walk of the rate that steps may hide, in s^2/s^2 a second: that of a common clock,
// 3 * 10^-10 s/s a root second, unless it would move the clock by a twentieth of a step, which would show.
double hidden_walk(double step_s, double span_s) {
  constexpr double kCommonWalk = 9e-20;
  constexpr double kOfStep = 0.05;
  return std::min(kCommonWalk, 3.0 * kOfStep * kOfStep * step_s * step_s / (span_s * span_s * span_s));
}

// Returns how much the rate may have wandered since some time of the record, as far as the readings do not
// show it: the variance of a walk over the record.
double hidden_wander(std::span<const Bound> bounds, double step_s) {
  // A line passes through two steps whatever the clock does between them.
  constexpr double kShowNothing = 2.5;
  const double span = bounds.back().time_s - bounds.front().time_s;
  const auto [least, most] =
      std::minmax_element(bounds.begin(), bounds.end(),
                          [](const Bound& one, const Bound& other) { return one.low_s < other.low_s; });
  const bool shows_nothing = most->low_s - least->low_s < kShowNothing * step_s;
  return span * (shows_nothing ? kHiddenWalk * kHiddenWalk : hidden_walk(step_s, span));
}

struct Point {
  double time;
  double offset;
};

// Keeps the points of a hull that lines can touch: the lower bounds from above (sign 1), the upper ones from
// below (sign -1).
class Hull {
 public:
  explicit Hull(double sign) : sign_(sign) {}

  void add(Point point) {
    while (points_.size() >= 2) {
      const Point& a = points_[points_.size() - 2];
      const Point& b = points_.back();
      const double turn =
          (b.offset - a.offset) * (point.time - a.time) - (point.offset - a.offset) * (b.time - a.time);
      if (sign_ * turn > 0.0) break;
      points_.pop_back();
    }
    points_.push_back(point);
  }
  const std::vector<Point>& points() const { return points_; }

 private:
  double sign_;
  std::vector<Point> points_;
};

struct Slopes {
  double least = -kInfinity;
  double most = kInfinity;

  bool is_empty() const { return least > most; }
};

// Holds the rows since the clock was last set.
struct Segment {
  Hull lows{1.0};
  Hull highs{-1.0};

  void add(const Bound& bound) {
    lows.add({bound.time_s, bound.low_s});
    highs.add({bound.time_s, bound.high_s});
  }

  // Narrows `slopes` to the lines that also pass through `bound`.
  Slopes narrowed(Slopes slopes, const Bound& bound) const {
    for (const Point& low : lows.points()) {
      if (bound.time_s > low.time)
        slopes.most = std::min(slopes.most, (bound.high_s - low.offset) / (bound.time_s - low.time));
    }
    for (const Point& high : highs.points()) {
      if (bound.time_s > high.time)
        slopes.least = std::max(slopes.least, (bound.low_s - high.offset) / (bound.time_s - high.time));
    }
    return slopes;
  }
};

struct Passage {
  Slopes slopes;
  std::vector<std::size_t> outliers;
  std::vector<std::size_t> breaks;
};

Bound widened(Bound bound, double by) {
  bound.low_s -= by;
  bound.high_s += by;
  return bound;
}

// Returns nothing if some rows do not fit but miss by less than `clear`, which does not prove a fault.
// Without that, 38 of 100 clocks that wander are seen to step.
std::optional<Passage> pass(std::span<const Bound> bounds, double step, double widening, double clear) {
  Passage passage;
  Segment segment;
  const auto slopes_with = [&](std::size_t row, double by) {
    return segment.narrowed(passage.slopes, widened(bounds[row], by));
  };
  for (std::size_t i = 0; i < bounds.size(); ++i) {
    if (bounds[i].begins) segment = {};
    const Slopes left = slopes_with(i, widening);
    if (left.is_empty()) {
      if (!slopes_with(i, clear).is_empty()) return std::nullopt;
      // One row alone is wrong; where the next ones do not fit either, the clock was stepped.
      bool is_alone = i + 2 < bounds.size();
      for (std::size_t k = i + 1; k < std::min(i + 3, bounds.size()); ++k)
        is_alone &= !bounds[k].begins && !slopes_with(k, widening).is_empty();
      if (is_alone) {
        passage.outliers.push_back(i);
        continue;
      }
      // A jump by one step is what a reading of steps does, and is within the bounds of the rows beside it.
      if (std::abs(bounds[i].low_s - bounds[i - 1].low_s) < 1.5 * step) return std::nullopt;
      passage.breaks.push_back(i);
      segment = {};
    } else {
      passage.slopes = left;
    }
    segment.add(widened(bounds[i], widening));
  }
  return passage;
}

// Returns the bounds of each segment that a passage leaves, without its outliers.
std::vector<std::vector<Bound>> segments_of(std::span<const Bound> bounds, const Passage& passage) {
  const auto is_in = [](const std::vector<std::size_t>& rows, std::size_t row) {
    return std::binary_search(rows.begin(), rows.end(), row);
  };
  std::vector<std::vector<Bound>> segments;
  for (std::size_t i = 0; i < bounds.size(); ++i) {
    if (is_in(passage.outliers, i)) continue;
    if (segments.empty() || bounds[i].begins || is_in(passage.breaks, i)) segments.emplace_back();
    segments.back().push_back(bounds[i]);
  }
  return segments;
}

// Returns the slopes of the lines that pass between all bounds, each widened by `widening`.
Slopes slopes_within(const std::vector<std::vector<Bound>>& segments, double widening) {
  Slopes slopes;
  for (const auto& bounds : segments) {
    Segment segment;
    for (const Bound& bound : bounds) {
      slopes = segment.narrowed(slopes, widened(bound, widening));
      segment.add(widened(bound, widening));
    }
  }
  return slopes;
}

// Beyond this many deviations, the normal distribution has no share worth counting.
constexpr int kReach = 6;
// Points in the same cell count as one.
constexpr int kCells = 3;  // a deviation
constexpr int kEnd = kReach * kCells;
constexpr std::size_t kBothEnds = std::size_t{2} * kEnd;

// Counts the bounds by their depth, in cells, behind the foremost one.
class Depths {
 public:
  void add(double cells) {
    const auto index = static_cast<std::size_t>(cells);
    if (index + 1 >= counts_.size()) return;
    const double share = cells - static_cast<double>(index);
    counts_[index] += 1.0 - share;
    counts_[index + 1] += share;
  }

  // Returns the log-likelihood of the bounds if the line lies half a cell above this one.
  double log(int cell) const {
    static const auto kLogShares = [] {
      std::array<double, kBothEnds> shares{};
      for (std::size_t i = 0; i < kBothEnds; ++i) {
        // The logistic distribution stands in for the normal distribution's share below a value.
        const double value = (static_cast<double>(i) + 0.5) / kCells - kReach;
        shares[i] = -std::log1p(std::exp(-value * std::numbers::pi / std::numbers::sqrt3));
      }
      return shares;
    }();
    double sum = 0.0;
    const int lowest = cell + kEnd;
    const auto first = static_cast<std::size_t>(lowest);
    for (std::size_t i = 0; first + i < kBothEnds; ++i) sum += counts_[i] * kLogShares[first + i];
    return sum;
  }

 private:
  std::array<double, kBothEnds> counts_{};
};

// Returns the logarithm of how far a line of that slope could be moved up and down, if each reading has a
// normal error of that deviation. Every height of the line counts by how well it explains the readings.
double room_log(const std::vector<Bound>& bounds, double slope, double deviation) {
  double top = -kInfinity;
  double bottom = kInfinity;
  for (const Bound& bound : bounds) {
    top = std::max(top, bound.low_s - slope * bound.time_s);
    bottom = std::min(bottom, bound.high_s - slope * bound.time_s);
  }
  const double reach = 2.0 * kReach * deviation;
  // The error is too small to show.
  if (bottom - top > reach) return std::log(bottom - top);
  if (bottom - top <= -reach) return -kInfinity;
  const double cell = deviation / kCells;
  const double gap = (bottom - top) / cell;
  const int whole = static_cast<int>(std::floor(gap));
  Depths lows;
  Depths highs;
  for (const Bound& bound : bounds) {
    lows.add((top - (bound.low_s - slope * bound.time_s)) / cell);
    highs.add((bound.high_s - slope * bound.time_s - bottom) / cell + gap - whole);
  }
  double most = -kInfinity;
  std::array<double, 2 * kBothEnds> logs{};
  std::size_t count = 0;
  for (int i = -kEnd; i < whole + kEnd; ++i) {
    logs[count] = lows.log(i) + highs.log(whole - i - 1);
    most = std::max(most, logs[count++]);
  }
  double sum = 0.0;
  for (std::size_t i = 0; i < count; ++i) sum += std::exp(logs[i] - most);
  return most + std::log(sum * cell);
}

// Returns the candidate errors of a reading, relative to a step: none, then from one that never shows to one
// that would average out. They are so fine that none between two is missed: where the readings go to and fro
// about an edge, the slope is that error over the time that they do so. From 0.01 steps on, the intervals of
// clocks that wander are twice as wide; up to 0.15 only, 77 of 100 records with an error of 0.4 steps are
// covered.
std::vector<double> jitters() {
  std::vector<double> all{0.0};
  double jitter = 0.002;
  while (jitter < 0.3) {
    all.push_back(jitter);
    jitter *= 1.6;
  }
  return all;
}

// Returns the log prior of the faults of a passage: each may be anywhere and is at most some ten seconds.
// Without it, half of the records with an error of 0.02 steps have a false step, and are not covered.
double fault_log(const Passage& passage, std::size_t rows, double step_s) {
  constexpr double kMostFault = 10.0;
  return -std::log(2.0 * kMostFault * step_s * static_cast<double>(rows)) *
         static_cast<double>(passage.breaks.size() + passage.outliers.size());
}

// Adds a hypothesis for each slope at which a line passes, weighted by the room that the line has. Returns
// the logarithm of the largest weight.
double add_passage(DriftPosterior& posterior, std::span<const Bound> bounds, const Passage& passage,
                   const Coarseness& coarseness, const WanderPrior& prior) {
  constexpr int kSlopes = 100;
  constexpr double kFurthest = 5.0;  // deviations that a reading is off by
  // An error that is uniform within a bound has a standard deviation of 1 / sqrt(3) of it; other errors have
  // less.
  const double most_deviation = coarseness.most_jitter_s / std::numbers::sqrt3;
  const double span = bounds.back().time_s - bounds.front().time_s;
  const double hidden = hidden_walk(coarseness.step_s, span) * span;
  const double hidden_once = hidden_wander(bounds, coarseness.step_s);
  const double faults = fault_log(passage, bounds.size(), coarseness.step_s);
  const auto segments = segments_of(bounds, passage);
  const std::vector<double> levels = jitters();
  // Jitter is as likely beforehand as none, unless there is known to be some.
  const double of_level = -std::log(static_cast<double>(levels.size() - 1));
  double most = -kInfinity;
  for (const double jitter : levels) {
    const double deviation = jitter * coarseness.step_s;
    // A clock that leaves its line by more than the readings' error wanders in its rate, which is rare.
    const bool wanders = deviation > most_deviation;
    const double wander = wanders ? prior.per_deviation * deviation / span : 0.0;
    const double likely = faults + (wanders ? std::log(prior.share) : 0.0) +
                          (jitter > 0.0 || coarseness.most_jitter_s > 0.0 ? of_level : 0.0);
    const Slopes slopes = slopes_within(segments, kFurthest * deviation);
    const double width = (slopes.most - slopes.least) / kSlopes;
    if (!(width > 0.0) || !std::isfinite(width)) continue;
    for (int i = 0; i < kSlopes; ++i) {
      const double slope = slopes.least + (i + 0.5) * width;
      double log = likely + std::log(width);
      for (const auto& segment : segments) log += room_log(segment, slope, deviation);
      most = std::max(most, log);
      // The kernels are as wide as they are apart, so that their sum is smooth.
      const double variance = width * width / 12.0 + wander * wander;
      // The walk that wandered this far in the record continues after its end.
      const double walk = std::max(kHiddenWalk * kHiddenWalk, 3.0 * wander * wander / span);
      // A line may pass by chance although the clock walked: then the variance of its slope is a tenth of the
      // walk's. The rate at one time differs from the mean rate once more by what the clock wanders, and by a
      // sixth of the walk's variance.
      posterior.hypotheses.push_back({log, slope, 0.0, 0.0, walk, 0.0, 0.0, variance + hidden / 10.0});
      posterior.rates.push_back(
          {log, slope, variance + wander * wander + hidden_once / 6.0, 0.0, walk, true});
    }
  }
  return most;
}

// Turns logarithms of weights into weights.
template <class Weighed>
void normalise(std::vector<Weighed>& all, double most) {
  double sum = 0.0;
  for (Weighed& each : all) sum += each.weight = std::exp(each.weight - most);
  for (Weighed& each : all) each.weight /= sum;
  std::erase_if(all, [](const Weighed& each) { return each.weight < 1e-9; });
}

}  // namespace

std::optional<BoundedSlope> estimate_slope_within(std::span<const Bound> bounds, const Coarseness& coarseness,
                                                  const WanderPrior& prior) {
  const double most_widening_s = coarseness.step_s / 2.0;
  // More faults are no faults but noise. Without these limits, 69 of 100 records with an error of 0.4 steps
  // are covered, not 97.
  const std::size_t most_breaks = 3 + bounds.size() / 500;
  const std::size_t most_outliers = 3 + bounds.size() / 20;
  BoundedSlope result{{{}, 1e6, {}}, {}, {}};
  double best = -kInfinity;
  std::optional<Passage> last;
  // Where no line passes, a little error may explain it, or a fault. With faults only, 30 of 100 records with
  // an error of 0.02 steps are covered.
  for (const double share : {0.0, 0.05, 0.1, 0.2, 0.4, 0.8}) {
    auto passage = pass(bounds, coarseness.step_s, share * most_widening_s, (0.5 + share) * most_widening_s);
    if (!passage || passage->breaks.size() > most_breaks || passage->outliers.size() > most_outliers)
      continue;
    if (!std::isfinite(passage->slopes.least) || !std::isfinite(passage->slopes.most)) continue;
    // More noise explains the same faults no better.
    if (last && last->breaks == passage->breaks && last->outliers == passage->outliers) continue;
    const double explained = add_passage(result.posterior, bounds, *passage, coarseness, prior);
    if (explained > best) {
      best = explained;
      result.outliers = passage->outliers;
      result.breaks = passage->breaks;
    }
    last = std::move(passage);
  }
  if (!std::isfinite(best)) return std::nullopt;
  normalise(result.posterior.hypotheses, best);
  normalise(result.posterior.rates, best);
  return result;
}

}  // namespace isletime::analysis
