// SPDX-License-Identifier: MIT
#include "libsync/analysis/bounded_slope.hpp"

#include <algorithm>
#include <cmath>

namespace isletime::analysis {
namespace {

struct Point {
  double time;
  double offset;
};

// The points of a hull that lines can touch: of the lower bounds from above (sign 1), of the upper
// ones from below (sign -1).
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

struct Segment {
  Hull lows{1.0};
  Hull highs{-1.0};
};

struct Slopes {
  double least = -INFINITY;
  double most = INFINITY;
};

// What remains of `slopes` for a line that also passes through `bound`.
Slopes narrowed(Slopes slopes, const Segment& segment, const Bound& bound) {
  for (const Point& low : segment.lows.points()) {
    if (bound.time_s > low.time) {
      slopes.most = std::min(slopes.most, (bound.high_s - low.offset) / (bound.time_s - low.time));
    }
  }
  for (const Point& high : segment.highs.points()) {
    if (bound.time_s > high.time) {
      slopes.least = std::max(slopes.least, (bound.low_s - high.offset) / (bound.time_s - high.time));
    }
  }
  return slopes;
}

struct Passage {
  std::vector<Segment> segments;
  Slopes slopes;
  std::vector<std::size_t> outliers;
  std::vector<std::size_t> breaks;
};

Bound widened(Bound bound, double by) {
  bound.low_s -= by;
  bound.high_s += by;
  return bound;
}

// Absent: some do not fit that miss by less than `clear`, which is no proof of a fault.
std::optional<Passage> pass(std::span<const Bound> bounds, double widening, double clear) {
  Passage passage;
  for (std::size_t i = 0; i < bounds.size(); ++i) {
    const Bound bound = widened(bounds[i], widening);
    bool begins = bound.begins || i == 0;
    if (!begins) {
      const Slopes left = narrowed(passage.slopes, passage.segments.back(), bound);
      if (left.least <= left.most) {
        passage.slopes = left;
      } else {
        const Slopes nearly = narrowed(passage.slopes, passage.segments.back(), widened(bounds[i], clear));
        if (nearly.least <= nearly.most) return std::nullopt;
        // One row alone is wrong; where the next ones do not fit either, the clock was stepped.
        bool is_alone = i + 2 < bounds.size();
        for (std::size_t k = i + 1; k < std::min(i + 3, bounds.size()); ++k) {
          const Slopes then = narrowed(passage.slopes, passage.segments.back(), widened(bounds[k], widening));
          is_alone &= !bounds[k].begins && then.least <= then.most;
        }
        if (is_alone) {
          passage.outliers.push_back(i);
          continue;
        }
        passage.breaks.push_back(i);
        begins = true;
      }
    }
    if (begins) passage.segments.emplace_back();
    passage.segments.back().lows.add({bound.time_s, bound.low_s});
    passage.segments.back().highs.add({bound.time_s, bound.high_s});
  }
  return passage;
}

// How far up and down a line of that slope could be moved.
double room(const Segment& segment, double slope) {
  double low = -INFINITY;
  double high = INFINITY;
  for (const Point& point : segment.lows.points()) low = std::max(low, point.offset - slope * point.time);
  for (const Point& point : segment.highs.points()) high = std::min(high, point.offset - slope * point.time);
  return std::max(0.0, high - low);
}

DriftPosterior weigh(const Passage& passage, double wander, double span) {
  // What so coarse readings do not show: that a quartz clock wanders by 10^-9 a root second.
  constexpr double kHiddenWalk = 1e-18;
  constexpr int kSlopes = 500;
  const double width = (passage.slopes.most - passage.slopes.least) / kSlopes;
  DriftPosterior posterior{{}, 1e6};
  std::vector<double> logs;
  double most = -INFINITY;
  for (int i = 0; i < kSlopes; ++i) {
    const double slope = passage.slopes.least + (i + 0.5) * width;
    double log = 0.0;
    for (const Segment& segment : passage.segments) log += std::log(room(segment, slope));
    logs.push_back(log);
    most = std::max(most, log);
    // As wide as their distance: together they are smooth.
    posterior.hypotheses.push_back({0.0, slope,
                                    width * width / 4.0 + wander * wander + 0.36 * kHiddenWalk * span, 0.0,
                                    0.0, kHiddenWalk, 0.0, 0.0});
  }
  double sum = 0.0;
  for (std::size_t i = 0; i < logs.size(); ++i) {
    sum += posterior.hypotheses[i].weight = std::isfinite(most) ? std::exp(logs[i] - most) : 1.0;
  }
  for (auto& hypothesis : posterior.hypotheses) hypothesis.weight /= sum;
  std::erase_if(posterior.hypotheses, [](const auto& hypothesis) { return hypothesis.weight < 1e-9; });
  return posterior;
}

}  // namespace

std::optional<BoundedSlope> estimate_slope_within(std::span<const Bound> bounds, double most_widening_s) {
  constexpr double kWander = 5.0;
  const std::size_t most_breaks = 3 + bounds.size() / 500;
  const std::size_t most_outliers = 3 + bounds.size() / 20;
  for (const double share : {0.0, 0.01, 0.02, 0.03, 0.05, 0.07, 0.1, 0.14, 0.2, 0.3, 0.45, 0.7, 1.0}) {
    const auto passed = pass(bounds, share * most_widening_s, (0.5 + share) * most_widening_s);
    if (!passed || passed->breaks.size() > most_breaks || passed->outliers.size() > most_outliers) continue;
    const Passage& passage = *passed;
    if (!std::isfinite(passage.slopes.least) || !std::isfinite(passage.slopes.most)) return std::nullopt;
    // A clock that leaves its line by so much wanders in its rate: by 1.3 widenings over the record where the
    // noise is white, by 13 where it is a walk.
    const double span = bounds.back().time_s - bounds.front().time_s;
    const double wander = kWander * share * most_widening_s / span;
    return BoundedSlope{weigh(passage, wander, span), passage.outliers, passage.breaks};
  }
  return std::nullopt;
}

}  // namespace isletime::analysis
