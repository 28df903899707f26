// SPDX-License-Identifier: MIT
#include "libsync/analysis/bounded_slope.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <numbers>

#include "libsync/analysis/order_statistics.hpp"

namespace isletime::analysis {
namespace {

// Readings this coarse do not show how a quartz clock wanders, by 10^-9 a root second; a window must allow
// for it.
constexpr double kHiddenWalk = 1e-18;

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
  double least = -kInfinity;
  double most = kInfinity;
};

// Narrows `slopes` to the lines that also pass through `bound`.
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

// Absent: there are rows that do not fit but miss by less than `clear`, which does not prove a fault.
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
  double low = -kInfinity;
  double high = kInfinity;
  for (const Point& point : segment.lows.points()) low = std::max(low, point.offset - slope * point.time);
  for (const Point& point : segment.highs.points()) high = std::min(high, point.offset - slope * point.time);
  return std::max(0.0, high - low);
}

// The rows of a segment that a feasible line could come near to.
struct Edges {
  std::vector<Point> lows;
  std::vector<Point> highs;
};

// Keeps, of each block of neighbours, only those that reach the furthest at a feasible slope.
std::vector<Edges> edges_of(std::span<const Bound> bounds, const Passage& passage) {
  constexpr std::size_t kMostBlocks = 1000;
  const std::size_t block = (bounds.size() + kMostBlocks - 1) / kMostBlocks;
  const double slope = (passage.slopes.least + passage.slopes.most) / 2.0;
  std::vector<Edges> edges;
  auto outlier = passage.outliers.begin();
  auto step = passage.breaks.begin();
  std::size_t in_block = 0;
  for (std::size_t i = 0; i < bounds.size(); ++i) {
    if (outlier != passage.outliers.end() && *outlier == i) {
      ++outlier;
      continue;
    }
    const bool is_break = step != passage.breaks.end() && *step == i;
    if (is_break) ++step;
    if (is_break || bounds[i].begins || edges.empty()) {
      edges.emplace_back();
      in_block = 0;
    }
    const Point low{bounds[i].time_s, bounds[i].low_s};
    const Point high{bounds[i].time_s, bounds[i].high_s};
    Edges& segment = edges.back();
    if (in_block == 0) {
      segment.lows.push_back(low);
      segment.highs.push_back(high);
    } else {
      const auto reach = [slope](const Point& point) { return point.offset - slope * point.time; };
      if (reach(low) > reach(segment.lows.back())) segment.lows.back() = low;
      if (reach(high) < reach(segment.highs.back())) segment.highs.back() = high;
    }
    in_block = (in_block + 1) % block;
  }
  return edges;
}

// The slopes of the lines that pass between all bounds, each widened by `widening`.
Slopes slopes_within(const std::vector<Edges>& edges, double widening) {
  Slopes slopes;
  for (const Edges& segment : edges) {
    Segment hulls;
    const auto add = [&](const Bound& bound) { slopes = narrowed(slopes, hulls, bound); };
    const auto add_low = [&](const Point& point) {
      add({point.time, point.offset - widening, kInfinity, false});
      hulls.lows.add({point.time, point.offset - widening});
    };
    const auto add_high = [&](const Point& point) {
      add({point.time, -kInfinity, point.offset + widening, false});
      hulls.highs.add({point.time, point.offset + widening});
    };
    for (std::size_t i = 0; i < segment.lows.size(); ++i) {
      const bool is_low_first = segment.lows[i].time <= segment.highs[i].time;
      if (is_low_first) add_low(segment.lows[i]);
      add_high(segment.highs[i]);
      if (!is_low_first) add_low(segment.lows[i]);
    }
  }
  return slopes;
}

// The points that matter to lines of these slopes, where readings are off by this much.
std::vector<Edges> near_edges(const std::vector<Edges>& edges, const Slopes& slopes, double reach_s) {
  const double slope = (slopes.least + slopes.most) / 2.0;
  std::vector<Edges> near;
  for (const Edges& segment : edges) {
    // A point may come nearer by this much, relative to another, between the middle slope and an outer one.
    const double tilt =
        (slopes.most - slopes.least) / 2.0 * (segment.lows.back().time - segment.lows.front().time);
    double top = -kInfinity;
    double bottom = kInfinity;
    for (const Point& low : segment.lows) top = std::max(top, low.offset - slope * low.time);
    for (const Point& high : segment.highs) bottom = std::min(bottom, high.offset - slope * high.time);
    // Where no line passes, some points lie below the one bound and above the other.
    const double reach = reach_s + tilt + std::max(0.0, top - bottom);
    Edges& kept = near.emplace_back();
    std::copy_if(segment.lows.begin(), segment.lows.end(), std::back_inserter(kept.lows),
                 [&](const Point& low) { return low.offset - slope * low.time >= top - reach; });
    std::copy_if(segment.highs.begin(), segment.highs.end(), std::back_inserter(kept.highs),
                 [&](const Point& high) { return high.offset - slope * high.time <= bottom + reach; });
  }
  return near;
}

// Heights count in deviations; beyond so many the normal distribution has no share to speak of.
constexpr int kReach = 6;
// Points as near to each other as a cell are one.
constexpr int kCells = 3;

// The logarithm of a normal distribution's share below a value.
class LogShares {
 public:
  LogShares() {
    for (std::size_t i = 0; i < shares_.size(); ++i) {
      const double value = static_cast<double>(i) / kFineness - kReach;
      shares_[i] = -std::log1p(std::exp(-value * std::numbers::pi / std::numbers::sqrt3));
    }
  }
  double at(double value) const {
    if (value >= kReach) return 0.0;
    return shares_[static_cast<std::size_t>(
        std::lround((std::max(value, -1.0 * kReach) + kReach) * kFineness))];
  }

 private:
  static constexpr int kFineness = 16;  // per deviation
  std::array<double, 2 * kReach * kFineness + 1> shares_{};
};

// Counts the points by how deep they lie behind the foremost one, which is at 0.
class Depths {
 public:
  void add(double depth) {
    const double cell = depth * kCells;
    const auto index = static_cast<std::size_t>(cell);
    if (index + 1 >= counts_.size()) return;
    const double share = cell - static_cast<double>(index);
    counts_[index] += 1.0 - share;
    counts_[index + 1] += share;
  }

  // How well a line that lies this far above the foremost point explains the points.
  double log(double height) const {
    static const LogShares kShares;
    double sum = 0.0;
    for (std::size_t i = 0; i < counts_.size(); ++i) {
      const double value = height + static_cast<double>(i) / kCells;
      if (value >= kReach) break;
      if (counts_[i] > 0.0) sum += counts_[i] * kShares.at(value);
    }
    return sum;
  }

 private:
  std::array<double, 2 * kReach * kCells + 2> counts_{};
};

// As room(), where each reading was taken with a normal error of that deviation: every height of the line
// counts by how well it explains the readings.
double noisy_room_log(const Edges& edges, double slope, double deviation) {
  double top = -kInfinity;
  double bottom = kInfinity;
  for (const Point& low : edges.lows) top = std::max(top, low.offset - slope * low.time);
  for (const Point& high : edges.highs) bottom = std::min(bottom, high.offset - slope * high.time);
  const double gap = (bottom - top) / deviation;
  if (gap < -2.0 * kReach) return -kInfinity;
  Depths lows;
  Depths highs;
  for (const Point& low : edges.lows) {
    const double depth = (top - (low.offset - slope * low.time)) / deviation;
    if (depth < 2 * kReach) lows.add(depth);
  }
  for (const Point& high : edges.highs) {
    const double depth = ((high.offset - slope * high.time) - bottom) / deviation;
    if (depth < 2 * kReach) highs.add(depth);
  }
  double sum = 0.0;
  if (gap > 2.0 * kReach) {
    // Between the two ends a line may run as it likes.
    sum = (gap - 2.0 * kReach) * kCells;
    for (int i = -kReach * kCells; i < kReach * kCells; ++i) {
      const double height = (i + 0.5) / kCells;
      sum += std::exp(lows.log(height)) + std::exp(highs.log(height));
    }
    return std::log(sum * deviation / kCells);
  }
  double most = -kInfinity;
  std::array<double, 4 * kReach * kCells + 2> logs{};
  std::size_t count = 0;
  while (count < logs.size()) {
    const double height = (static_cast<double>(count) + 0.5) / kCells - kReach;
    if (height >= gap + kReach) break;
    logs[count] = lows.log(height) + highs.log(gap - height);
    most = std::max(most, logs[count++]);
  }
  for (std::size_t i = 0; i < count; ++i) sum += std::exp(logs[i] - most);
  return most + std::log(sum * deviation / kCells);
}

// Weighs each slope of a range by the room that it leaves. Returns the logarithm of the sum.
template <class Room>
double add_slopes(DriftPosterior& posterior, Slopes slopes, int count, double wander, Room room_log) {
  const double width = (slopes.most - slopes.least) / count;
  if (width <= 0.0) return -kInfinity;
  double most = -kInfinity;
  for (int i = 0; i < count; ++i) {
    const double slope = slopes.least + (i + 0.5) * width;
    const double log = room_log(slope) + std::log(width);
    most = std::max(most, log);
    // The kernels are as wide as they are apart, so that their sum is smooth.
    posterior.hypotheses.push_back(
        {log, slope, width * width / 12.0 + wander * wander, 0.0, 0.0, kHiddenWalk, 0.0, 0.0, 0.0});
  }
  double sum = 0.0;
  for (std::size_t i = posterior.hypotheses.size() - static_cast<std::size_t>(count);
       std::isfinite(most) && i < posterior.hypotheses.size(); ++i) {
    sum += std::exp(posterior.hypotheses[i].weight - most);
  }
  return most + std::log(sum);
}

// The candidate errors of a reading, relative to a step: from one that never shows to one that would average
// out. They are so fine that none between two is missed: where the readings go to and fro about an edge, the
// slope is that error over the time that they do so.
std::vector<double> jitters() {
  std::vector<double> all;
  double jitter = 0.002;
  while (jitter < 0.3) {
    all.push_back(jitter);
    jitter *= 1.25;
  }
  return all;
}

// How likely the faults of a passage are beforehand: a step anywhere, an outlier in one row in a hundred,
// each of some ten seconds or so at most.
double fault_log(const Passage& passage, std::size_t rows, double step) {
  constexpr double kOutlierShare = 0.01;
  constexpr double kSteps = 20.0;
  return static_cast<double>(passage.breaks.size()) * -std::log(kSteps * step * static_cast<double>(rows)) +
         static_cast<double>(passage.outliers.size()) * std::log(kOutlierShare / kSteps);
}

// How far the rate wanders in a record over which the clock leaves its line by one deviation: by 1.3 of it
// where the noise is white, by 13 where it is a walk.
constexpr double kWander = 8.0;

// What is within a bound deviates by 0.58 of it where it may be anywhere, and usually by less.
constexpr double kOfBound = 0.6;

// By how much the hypotheses added explain the readings, as a logarithm.
double add_passage(DriftPosterior& posterior, std::span<const Bound> bounds, const Passage& passage,
                   double widening, const Coarseness& coarseness) {
  constexpr int kSlopes = 100;
  constexpr int kFirstSlopes = 16;
  constexpr double kNegligible = 9.0;
  constexpr double kFurthest = 5.0;  // deviations that a reading is off by
  // Wandering is less likely where the error of the readings is known.
  const double wandering = std::log(coarseness.most_jitter_s > 0.0 ? 0.05 : 0.2);
  const double span = bounds.back().time_s - bounds.front().time_s;
  const double faults = fault_log(passage, bounds.size(), coarseness.step_s);
  const std::vector<double> levels = jitters();
  // Jitter is as likely beforehand as none, unless there is known to be some.
  const double prior = -std::log(static_cast<double>(levels.size()));
  double best = -kInfinity;
  if (widening <= 0.0) {
    const double none = faults + (coarseness.most_jitter_s > 0.0 ? prior : 0.0);
    best = add_slopes(posterior, passage.slopes, kSlopes, 0.0, [&](double slope) {
      double log = none;
      for (const Segment& segment : passage.segments) log += std::log(room(segment, slope));
      return log;
    });
  }
  const auto edges = edges_of(bounds, passage);
  const auto add = [&](DriftPosterior& to, double jitter, int slope_count) {
    const double deviation = jitter * coarseness.step_s;
    // A clock that leaves its line by more than the readings' error wanders in its rate, which is rare.
    const bool wanders = deviation > kOfBound * coarseness.most_jitter_s;
    const double wander = wanders ? kWander * deviation / span : 0.0;
    const double likely = faults + prior + (wanders ? wandering : 0.0);
    const Slopes slopes = slopes_within(edges, kFurthest * deviation);
    if (!(slopes.least < slopes.most) || !std::isfinite(slopes.most - slopes.least)) return -kInfinity;
    const auto near = near_edges(edges, slopes, 2.0 * kReach * deviation);
    return add_slopes(to, slopes, slope_count, wander, [&](double slope) {
      double log = likely;
      for (const Edges& segment : near) log += noisy_room_log(segment, slope, deviation);
      return log;
    });
  };
  // Most levels explain nothing, so a rough look decides which are worth a closer one.
  DriftPosterior rough{{}, 1e6};
  std::vector<double> explained;
  for (const double jitter : levels) {
    explained.push_back(add(rough, jitter, kFirstSlopes));
    best = std::max(best, explained.back());
  }
  if (!std::isfinite(best)) return best;
  for (std::size_t i = 0; i < levels.size(); ++i) {
    if (explained[i] > best - kNegligible) add(posterior, levels[i], kSlopes);
  }
  return best;
}

// Turns logarithms of weights into weights.
void normalise(DriftPosterior& posterior) {
  double most = -kInfinity;
  for (const auto& hypothesis : posterior.hypotheses) most = std::max(most, hypothesis.weight);
  double sum = 0.0;
  for (auto& hypothesis : posterior.hypotheses) sum += hypothesis.weight = std::exp(hypothesis.weight - most);
  for (auto& hypothesis : posterior.hypotheses) hypothesis.rate_weight = hypothesis.weight /= sum;
  std::erase_if(posterior.hypotheses, [](const auto& hypothesis) { return hypothesis.weight < 1e-9; });
}

}  // namespace

std::optional<BoundedSlope> estimate_slope_within(std::span<const Bound> bounds,
                                                  const Coarseness& coarseness) {
  const double most_widening_s = coarseness.step_s / 2.0;
  const std::size_t most_breaks = 3 + bounds.size() / 500;
  const std::size_t most_outliers = 3 + bounds.size() / 20;
  BoundedSlope result{{{}, 1e6}, {}, {}};
  double best = -kInfinity;
  std::optional<Passage> last;
  for (const double share : {0.0, 0.01, 0.02, 0.03, 0.05, 0.07, 0.1, 0.14, 0.2, 0.3, 0.45, 0.7, 1.0}) {
    // A smaller level cannot explain better what this much noise explains.
    if (last && share > 0.3) break;
    auto passage = pass(bounds, share * most_widening_s, (0.5 + share) * most_widening_s);
    if (!passage || passage->breaks.size() > most_breaks || passage->outliers.size() > most_outliers)
      continue;
    if (!std::isfinite(passage->slopes.least) || !std::isfinite(passage->slopes.most)) continue;
    if (last && last->breaks == passage->breaks && last->outliers == passage->outliers) continue;
    const double explained =
        add_passage(result.posterior, bounds, *passage, share * most_widening_s, coarseness);
    if (explained > best) {
      best = explained;
      result.outliers = passage->outliers;
      result.breaks = passage->breaks;
    }
    last = std::move(passage);
  }
  if (!std::isfinite(best)) return std::nullopt;
  normalise(result.posterior);
  return result;
}

}  // namespace isletime::analysis
