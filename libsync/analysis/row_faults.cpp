// SPDX-License-Identifier: MIT
#include "libsync/analysis/row_faults.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <numbers>

#include "libsync/analysis/order_statistics.hpp"
#include "libsync/analysis/without_drift.hpp"

namespace isletime::analysis {
namespace {

// With fewer rows than this, a wrong row is itself too large a part of what is usual.
constexpr std::size_t kFewestJudged = 8;
// This many rows outvote a burst of four.
constexpr std::size_t kAround = 9;

// Returns how far a row lies from the median of `width` rows, in units of the deviation of a row of median
// uncertainty.
double distance_from(std::size_t first, std::size_t width, std::size_t row, const std::vector<double>& flat,
                     const std::vector<double>& relative) {
  // The median of equal rows has this many times the variance of their mean.
  constexpr double kOfMedian = std::numbers::pi / 2.0;
  const auto median_of = [&](const std::vector<double>& values) {
    const auto begin = values.begin() + static_cast<std::ptrdiff_t>(first);
    return median({begin, begin + static_cast<std::ptrdiff_t>(width)});
  };
  const double usual = median_of(relative);
  return std::abs(flat[row] - median_of(flat)) /
         std::sqrt(relative[row] * relative[row] + kOfMedian * usual * usual / static_cast<double>(width));
}

std::vector<double> relative_deviations(std::span<const ClockRow> rows, const NoiseLaw& law) {
  std::vector<double> relative;
  relative.reserve(rows.size());
  for (const ClockRow& row : rows) relative.push_back(law.deviation(row));
  return relative;
}

// Returns how badly the law explains the changes from row to row: their negative log-likelihood as double
// exponential noise, in which no change counts for more than an outlier. Without this limit, the interval of
// a record with outliers is three times as wide.
double misfit(std::span<const ClockRow> rows, const std::vector<double>& flat, const NoiseLaw& law,
              double outlier) {
  const auto relative = relative_deviations(rows, law);
  std::vector<double> scaled;
  double logs = 0.0;
  // Good and bad rows may alternate: then only changes over two rows tell them apart.
  for (const std::size_t apart : {1U, 2U}) {
    for (std::size_t i = apart; i < rows.size(); ++i) {
      const double both = std::hypot(relative[i], relative[i - apart]);
      scaled.push_back((flat[i] - flat[i - apart]) / both);
      logs += std::log(both);
    }
  }
  const double most = std::max(outlier * spread_about_zero(scaled), 1e-12);
  double sum = 0.0;
  for (const double value : scaled) sum += std::min(std::abs(value), most);
  const auto count = static_cast<double>(scaled.size());
  return std::log(std::max(sum / count, 1e-12)) + logs / count;
}

std::vector<double> known_uncertainties(std::span<const ClockRow> rows) {
  std::vector<double> known;
  for (const ClockRow& row : rows) {
    if (row.uncertainty_s) known.push_back(*row.uncertainty_s);
  }
  return known;
}

NoiseLaw best_law(std::span<const ClockRow> rows, const std::vector<double>& flat, double outlier) {
  // The floor is this share of the uncertainty that a tenth of the rows stays below. With twice the share,
  // the intervals of records with round trips are 5 to 20 % wider; with half of it, 3 fewer of 100 intervals
  // for a local network's records hold.
  constexpr double kOfDecile = 0.3;
  constexpr double kOfExcess = 0.25;
  std::vector<double> known = known_uncertainties(rows);
  NoiseLaw best;
  if (known.empty()) return best;
  const double least_s = *std::min_element(known.begin(), known.end());
  const auto decile = known.begin() + static_cast<std::ptrdiff_t>(known.size() / 10);
  std::nth_element(known.begin(), decile, known.end());
  const double low_s = *decile;
  const double typical_s = median(std::move(known));
  const double below_s = least_s - kOfExcess / 2.0 * (low_s - least_s);
  double least = misfit(rows, flat, best, outlier);
  // The first law is for bounds, any of which may be small: without it, the interval for a record in which
  // every other row is loose is nearly twice as wide. The second is for round trips: without it, the
  // intervals for a local network's records are 2.3 times as wide.
  for (const NoiseLaw& law : {NoiseLaw{0.0, typical_s, kOfDecile * low_s},
                              NoiseLaw{below_s, typical_s, kOfExcess * (low_s - below_s)}}) {
    // Uncertainties that hardly differ, or of which some are 0, say nothing.
    if (typical_s - law.least_s <= 1e-3 * typical_s || law.floor_s <= 0.0) continue;
    const double cost = misfit(rows, flat, law, outlier);
    if (cost < least - 1e-9) {
      least = cost;
      best = law;
    }
  }
  return best;
}

// Returns how sharply the offsets bend at a row between two others, in units of the deviation of a row.
double bend(std::size_t row, const std::vector<double>& flat, const std::vector<double>& relative) {
  const double deviation =
      std::sqrt(relative[row - 1] * relative[row - 1] + 4.0 * relative[row] * relative[row] +
                relative[row + 1] * relative[row + 1]);
  return (flat[row - 1] - 2.0 * flat[row] + flat[row + 1]) / deviation;
}

// Returns how sharply the offsets bend at most over three of the rows up to `reach` away from a row. Where a
// finely read clock swings, rows are far from the median of those around them, but all continue their curve.
double sharpest_bend(std::size_t row, std::size_t reach, const std::vector<double>& flat,
                     const std::vector<double>& relative) {
  double most = 0.0;
  for (std::size_t i = std::max(row, reach + 1) - reach; i < std::min(row + reach + 1, flat.size() - 1); ++i)
    most = std::max(most, std::abs(bend(i, flat, relative)));
  return most;
}

// Returns the noise that the rows' distances from the medians around them show. If the rate goes so far
// between rows that a row is itself the median, the bends of the offsets from row to row show it instead, in
// which late readings count for more.
double usual_noise(const std::vector<double>& distances, const std::vector<double>& flat,
                   const std::vector<double>& relative) {
  std::vector<double> bends;
  for (std::size_t i = 1; i + 1 < flat.size(); ++i) bends.push_back(bend(i, flat, relative));
  const double by_distance = spread_about_zero(distances);
  const double by_bend = spread_about_zero(std::move(bends));
  return by_distance < by_bend / 2.0 ? by_bend : by_distance;
}

// Returns the share of the rows that continue the line of those before, but for the rounding of the
// arithmetic.
double exact_share(std::span<const ClockRow> rows, const std::vector<double>& flat) {
  constexpr double kLastDigit = 1e-9;
  constexpr double kOfLargest = 1e-12;
  double largest = 0.0;
  for (const ClockRow& row : rows) largest = std::max(largest, std::abs(row.offset_s));
  const double rounding = std::max(kLastDigit, kOfLargest * largest);
  std::size_t exact = 0;
  for (std::size_t i = 1; i < flat.size(); ++i)
    exact += std::abs(flat[i] - flat[i - 1]) <= rounding ? 1U : 0U;
  return flat.size() < 2 ? 0.0 : static_cast<double>(exact) / static_cast<double>(flat.size() - 1);
}

// The rows that are believed and are precise enough to show a step, and where among them the offset does not
// continue.
struct Sound {
  std::vector<std::size_t> rows;
  std::vector<double> times;
  std::vector<double> sums{0.0};  // of the flattened offsets before each
  std::vector<bool> begins;
  std::vector<std::size_t> widths;  // of the means that showed a step; 0: it is marked, or there is none

  double mean(std::size_t from, std::size_t to) const {
    return (sums[to] - sums[from]) / static_cast<double>(to - from);
  }
};

Sound sound_rows(std::span<const ClockRow> rows, const std::vector<double>& flat,
                 const std::vector<double>& relative, const std::vector<std::size_t>& outliers) {
  // Without this limit, 5 in 100 records whose noise changes from row to row have a false step.
  constexpr double kVague = 5.0;
  Sound sound;
  bool begins = false;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    begins |= rows[i].is_marked;
    if (relative[i] > kVague || std::binary_search(outliers.begin(), outliers.end(), i)) continue;
    sound.rows.push_back(i);
    sound.times.push_back(rows[i].time_s);
    sound.sums.push_back(sound.sums.back() + flat[i]);
    sound.begins.push_back(begins);
    sound.widths.push_back(0);
    begins = false;
  }
  return sound;
}

// Returns how far the mean of `width` rows from `at` on is from that of as many before, or 0 if there are too
// few rows or another step is among them.
double jump(const Sound& sound, std::size_t at, std::size_t width) {
  if (at < width || at + width > sound.rows.size()) return 0.0;
  for (std::size_t i = at - width + 1; i < at + width; ++i) {
    if (sound.begins[i]) return 0.0;
  }
  return std::abs(sound.mean(at, at + width) - sound.mean(at - width, at));
}

// Returns how sharply the offsets bend at most over three of the rows beside a place.
double bend_at(const Sound& sound, std::size_t at) {
  constexpr std::size_t kNeighbours = 3;
  double most = 0.0;
  for (std::size_t i = std::max(at, kNeighbours) - kNeighbours;
       i + 3 <= std::min(at + kNeighbours, sound.rows.size()); ++i)
    most = std::max(
        most, std::abs(sound.mean(i, i + 1) - 2.0 * sound.mean(i + 1, i + 2) + sound.mean(i + 2, i + 3)));
  return most;
}

constexpr std::size_t kWidest = 25;

// Marks the steps that the means of `width` rows show. `noise_s` is that of such a mean.
void find_steps(Sound& sound, std::size_t width, double noise_s, double limit) {
  std::vector<double> spans;
  std::vector<double> jumps;
  std::vector<double> seen;
  for (std::size_t i = 0; i < sound.rows.size(); ++i) {
    spans.push_back(i == 0 ? 0.0 : sound.times[i] - sound.times[i - 1]);
    jumps.push_back(jump(sound, i, width));
    if (jumps.back() > 0.0) seen.push_back(jumps.back());
  }
  if (seen.empty()) return;
  const double least = limit * std::max(spread_about_zero(std::move(seen)), noise_s);
  const double usual_span = std::max(median(spans), 1e-9);
  const std::size_t reach = 2 * width;
  for (std::size_t i = 0; i < jumps.size(); ++i) {
    // Over a gap a clock may wander further.
    if (jumps[i] <= least * std::sqrt(std::max(1.0, spans[i] / usual_span))) continue;
    // A step shows in all jumps over it, and the most in its own.
    const auto at = jumps.begin() + static_cast<std::ptrdiff_t>(i);
    const auto first = at - static_cast<std::ptrdiff_t>(std::min(i, reach));
    const auto last = at + static_cast<std::ptrdiff_t>(std::min(jumps.size() - i, reach + 1));
    if (std::max_element(first, last) != at) continue;
    // A clock that swings goes far, but smoothly.
    constexpr double kOfJump = 0.25;
    if (bend_at(sound, i) < kOfJump * jumps[i]) continue;
    // A rate that is not quite taken out changes as much over the rows before or behind.
    if (width == kWidest && i + width < jumps.size() &&
        std::max(jumps[i - std::min(i, width)], jumps[i + width]) > jumps[i] / 2.0)
      continue;
    sound.begins[i] = true;
    sound.widths[i] = width;
  }
}

// Returns the median of the flattened offsets of some rows of `sound`.
double median_beside(const Sound& sound, const std::vector<double>& flat, std::size_t from, std::size_t to) {
  std::vector<double> values;
  for (std::size_t i = from; i < to; ++i) values.push_back(flat[sound.rows[i]]);
  return median(std::move(values));
}

// This many rows outvote a clump of twelve late ones.
constexpr std::size_t kAroundClump = 25;

// Takes back steps that do not last: a clump of late readings begins and ends with what looks like one.
// Returns where in `sound` they were.
std::vector<std::size_t> take_back_passing(Sound& sound, const std::vector<double>& flat) {
  constexpr double kLasting = 0.5;
  std::vector<std::size_t> passing;
  for (std::size_t i = 1; i < sound.rows.size(); ++i) {
    const std::size_t width = sound.widths[i];
    if (!sound.begins[i] || width == 0) continue;
    const double jump = sound.mean(i, i + width) - sound.mean(i - width, i);
    const double lasting = median_beside(sound, flat, i, std::min(sound.rows.size(), i + kAroundClump)) -
                           median_beside(sound, flat, i - std::min(i, kAroundClump), i);
    if (lasting / jump < kLasting) passing.push_back(i);
  }
  for (const std::size_t i : passing) sound.begins[i] = false;
  return passing;
}

// Judges the rows around these places again, by so many rows that a clump is outvoted.
void judge_clumps(RowFaults& faults, const std::vector<double>& flat, const std::vector<double>& relative,
                  const Sound& sound, const std::vector<std::size_t>& places, double limit) {
  const std::size_t width = std::min(2 * kAroundClump + 1, flat.size());
  for (const std::size_t place : places) {
    const std::size_t middle = sound.rows[place];
    if (sharpest_bend(middle, kAroundClump, flat, relative) <= limit) continue;
    const std::size_t first = middle - std::min(middle, kAroundClump);
    for (std::size_t row = first; row < std::min(flat.size(), first + width); ++row) {
      const std::size_t from = std::min(first, flat.size() - width);
      const auto at = std::lower_bound(faults.outliers.begin(), faults.outliers.end(), row);
      const bool was = at != faults.outliers.end() && *at == row;
      const bool is = distance_from(from, width, row, flat, relative) > limit;
      if (was && !is) faults.outliers.erase(at);
      if (is && !was) faults.outliers.insert(at, row);
    }
  }
}

std::vector<Step> sizes(std::span<const ClockRow> rows, const std::vector<double>& flat, const Sound& sound) {
  constexpr std::size_t kBeside = 5;
  std::vector<Step> steps;
  for (std::size_t i = 1; i < sound.rows.size(); ++i) {
    if (!sound.begins[i]) continue;
    std::size_t first = i - 1;
    while (first > 0 && i - first < kBeside && !sound.begins[first]) --first;
    std::size_t last = i + 1;
    while (last < sound.rows.size() && last - i < kBeside && !sound.begins[last]) ++last;
    const double before = sound.mean(first, i);
    const double behind = sound.mean(i, last);
    // Vague rows in between belong to the side that they are nearer to.
    std::size_t row = sound.rows[i];
    while (row > sound.rows[i - 1] + 1 && std::abs(flat[row - 1] - behind) < std::abs(flat[row - 1] - before))
      --row;
    const auto between = rows.subspan(sound.rows[i - 1] + 1, row - sound.rows[i - 1]);
    const bool is_marked =
        std::any_of(between.begin(), between.end(), [](const ClockRow& other) { return other.is_marked; });
    steps.push_back({row, behind - before, is_marked});
  }
  return steps;
}

}  // namespace

double median_uncertainty(std::span<const ClockRow> rows) {
  std::vector<double> known = known_uncertainties(rows);
  return known.empty() ? 0.0 : median(std::move(known));
}

double NoiseLaw::deviation(const ClockRow& row) const {
  if (!row.uncertainty_s || typical_s <= least_s) return 1.0;
  return std::max(*row.uncertainty_s - least_s, floor_s) / (typical_s - least_s);
}

RowFaults find_row_faults(std::span<const ClockRow> rows, double least_noise_s, const FaultLimits& limits) {
  RowFaults faults{{}, {}, {}, least_noise_s};
  const std::vector<double> flat = without_drift(rows);
  faults.exact_share = exact_share(rows, flat);
  std::vector<double> relative(rows.size(), 1.0);
  if (rows.size() >= kFewestJudged) {
    faults.law = best_law(rows, flat, limits.outlier);
    relative = relative_deviations(rows, faults.law);
    const std::size_t width = std::min(kAround, rows.size());
    // The distance from the rows around, of which `before` come before; at the ends of the record, from the
    // nearest rows.
    const auto distance = [&](std::size_t row, std::size_t before) {
      const std::size_t first = std::min(row - std::min(row, before), rows.size() - width);
      return distance_from(first, width, row, flat, relative);
    };
    std::vector<double> distances;
    for (std::size_t i = 0; i < rows.size(); ++i) distances.push_back(distance(i, width / 2));
    faults.noise_s = std::max(usual_noise(distances, flat, relative), least_noise_s);
    const double limit = limits.outlier * faults.noise_s;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      // A row beside a step is like those on its own side. Without that, each step costs a good row or two.
      const bool is_far = distances[i] > limit && distance(i, 0) > limit && distance(i, width - 1) > limit;
      if (is_far && sharpest_bend(i, width / 2, flat, relative) > limit) faults.outliers.push_back(i);
    }
  }
  Sound sound = sound_rows(rows, flat, relative, faults.outliers);
  // Means of two rows show large steps near others or near an end: without them, the intervals for stepped
  // clocks are up to 5 % wider. Means of more rows show small steps. Of 100 records of 200 rows with two
  // steps of 4 to 20 deviations, 31 have a step that is missed; it would be 47 without the means of 5 rows,
  // and 39 without those of 25. With 1000 rows it is 1 record, and would be 3 and 27.
  for (const std::size_t width : {std::size_t{2}, std::size_t{5}, kWidest}) {
    // The error of the resolution does not average out.
    const double noise_s = std::max(faults.noise_s / std::sqrt(static_cast<double>(width)), least_noise_s);
    find_steps(sound, width, noise_s, limits.step);
  }
  const auto passing = take_back_passing(sound, flat);
  judge_clumps(faults, flat, relative, sound, passing, limits.outlier * faults.noise_s);
  faults.steps = sizes(rows, flat, sound);
  return faults;
}

}  // namespace isletime::analysis
