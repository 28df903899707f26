// SPDX-License-Identifier: MIT
#include "libsync/analysis/row_faults.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <optional>

#include "libsync/analysis/order_statistics.hpp"
#include "libsync/analysis/without_drift.hpp"

namespace isletime::analysis {
namespace {

constexpr std::size_t kFewestJudged = 8;
constexpr std::size_t kAround = 9;
// Of a normal distribution one row in 4 * 10^11 is further off; of an exponential one, one in 1300. So it
// takes more where no bound is known, and still more where a row stays within its own.
constexpr double kOutlier = 7.0;
constexpr double kOutlierWithoutBound = 10.0;
constexpr double kOutlierWithinBound = 12.0;
constexpr double kStep = 10.0;

// A row's distance from the rows around it, and the deviation that the distance itself would have.
struct Distance {
  double value;
  double relative;
};

// The weighted median of up to nine rows. Without the weights a good row among bad ones would be taken for
// the bad one; no weight is so large that one row could be the median by itself.
Distance distance_from(std::size_t first, std::size_t row, const std::vector<double>& flat,
                       const std::vector<double>& relative) {
  constexpr double kMostWeight = 2.0;  // of the middle one's
  // The median of equal rows varies by this much more than their mean does.
  constexpr double kOfMedian = std::numbers::pi / 2.0;
  struct Weighed {
    double value;
    double weight;
  };
  std::array<Weighed, kAround> window{};
  std::array<double, kAround> sorted{};
  const std::size_t width = std::min(kAround, flat.size());
  for (std::size_t k = 0; k < width; ++k) {
    sorted[k] = 1.0 / (relative[first + k] * relative[first + k]);
    window[k] = {flat[first + k], sorted[k]};
  }
  const auto end = static_cast<std::ptrdiff_t>(width);
  std::nth_element(sorted.begin(), sorted.begin() + end / 2, sorted.begin() + end);
  double weights = 0.0;
  for (std::size_t k = 0; k < width; ++k) {
    window[k].weight = std::min(window[k].weight, kMostWeight * sorted[width / 2]);
    weights += window[k].weight;
  }
  std::sort(window.begin(), window.begin() + end,
            [](const Weighed& a, const Weighed& b) { return a.value < b.value; });
  std::size_t middle = 0;
  for (double sum = window[0].weight; sum < weights / 2.0 && middle + 1 < width;) {
    sum += window[++middle].weight;
  }
  return {flat[row] - window[middle].value, std::sqrt(relative[row] * relative[row] + kOfMedian / weights)};
}

// Uses the rows around, or at the ends of the record the nearest ones.
Distance distance_around(std::size_t row, const std::vector<double>& flat,
                         const std::vector<double>& relative) {
  const std::size_t width = std::min(kAround, flat.size());
  const std::size_t first =
      std::clamp<std::size_t>(row < width / 2 ? 0 : row - width / 2, 0, flat.size() - width);
  return distance_from(first, row, flat, relative);
}

// A row beside a step is like those on its own side.
bool is_unlike_both_sides(std::size_t row, double limit, const std::vector<double>& flat,
                          const std::vector<double>& relative) {
  const std::size_t width = std::min(kAround, flat.size());
  for (const std::size_t first : {std::max(row + 1, width) - width, std::min(row, flat.size() - width)}) {
    const Distance distance = distance_from(first, row, flat, relative);
    if (std::abs(distance.value / distance.relative) <= limit) return false;
  }
  return true;
}

std::vector<double> relative_deviations(std::span<const ClockRow> rows, const NoiseLaw& law) {
  std::vector<double> relative;
  relative.reserve(rows.size());
  for (const ClockRow& row : rows) relative.push_back(law.deviation(row));
  return relative;
}

// How badly the law explains the changes from row to row: their negative log-likelihood as double
// exponential noise, in which no change counts for more than an outlier.
double misfit(std::span<const ClockRow> rows, const std::vector<double>& flat, const NoiseLaw& law) {
  const auto relative = relative_deviations(rows, law);
  std::vector<double> scaled;
  scaled.reserve(rows.size());
  double logs = 0.0;
  // Good and bad rows may alternate: then only changes over two rows tell them apart.
  for (const std::size_t lag : {1U, 2U}) {
    for (std::size_t i = lag; i < rows.size(); ++i) {
      const double both = std::hypot(relative[i], relative[i - lag]);
      scaled.push_back((flat[i] - flat[i - lag]) / both);
      logs += std::log(both);
    }
  }
  const double most = std::max(kOutlierWithoutBound * spread_about_zero(scaled), 1e-12);
  double sum = 0.0;
  for (const double value : scaled) sum += std::min(std::abs(value), most);
  const auto count = static_cast<double>(scaled.size());
  return std::log(std::max(sum / count, 1e-12)) + logs / count;
}

NoiseLaw best_law(std::span<const ClockRow> rows, const std::vector<double>& flat) {
  // The floor, as a share of the uncertainty that a tenth of the rows stays below. With a little more, the
  // best rows weigh too little for how good they are, so that intervals are true too often; with a little
  // less, they weigh too much.
  constexpr double kOfDecile = 0.3;
  constexpr double kOfExcess = 0.25;
  std::vector<double> known;
  for (const ClockRow& row : rows) {
    if (row.uncertainty_s) known.push_back(*row.uncertainty_s);
  }
  NoiseLaw best;
  if (known.empty()) return best;
  const double least_s = *std::min_element(known.begin(), known.end());
  const auto decile = known.begin() + static_cast<std::ptrdiff_t>(known.size() / 10);
  std::nth_element(known.begin(), decile, known.end());
  const double low_s = *decile;
  best.typical_s = median(std::move(known));
  double least = misfit(rows, flat, best);
  const double excess_s = low_s - least_s;
  const double below_s = least_s - kOfExcess / 2.0 * excess_s;
  const std::array laws{NoiseLaw{0.0, best.typical_s, 0.5, kOfDecile * low_s},
                        NoiseLaw{0.0, best.typical_s, 1.0, kOfDecile * low_s},
                        NoiseLaw{below_s, best.typical_s, 1.0, kOfExcess * (low_s - below_s)}};
  for (const NoiseLaw& other : laws) {
    // Uncertainties that hardly differ, or of which some are 0, say nothing.
    if (other.typical_s - other.least_s <= 1e-3 * best.typical_s || other.floor_s <= 0.0) continue;
    const double cost = misfit(rows, flat, other);
    if (cost < least - 1e-9) {
      least = cost;
      best = other;
    }
  }
  return best;
}

double outlier_limit(const ClockRow& row, double distance) {
  if (!row.uncertainty_s) return kOutlierWithoutBound;
  return std::abs(distance) > *row.uncertainty_s ? kOutlier : kOutlierWithinBound;
}

// The rows that are believed and are precise enough to show a step, and where among them the offset does not
// continue.
struct Sound {
  std::vector<std::size_t> rows;
  std::vector<double> sums;  // of the flattened offsets before each
  std::vector<double> squares;
  std::vector<bool> begins;

  double mean(std::size_t from, std::size_t to) const {
    return (sums[to] - sums[from]) / static_cast<double>(to - from);
  }
  double scatter(std::size_t from, std::size_t to) const {
    const double sum = sums[to] - sums[from];
    return squares[to] - squares[from] - sum * sum / static_cast<double>(to - from);
  }
};

Sound sound_rows(std::span<const ClockRow> rows, const std::vector<double>& flat,
                 const std::vector<double>& relative, const std::vector<std::size_t>& outliers) {
  constexpr double kVague = 5.0;
  Sound sound;
  sound.sums.push_back(0.0);
  sound.squares.push_back(0.0);
  auto outlier = outliers.begin();
  bool begins = false;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    begins |= rows[i].is_marked;
    if (outlier != outliers.end() && *outlier == i) {
      ++outlier;
      continue;
    }
    if (relative[i] > kVague) continue;
    sound.rows.push_back(i);
    sound.sums.push_back(sound.sums.back() + flat[i]);
    sound.squares.push_back(sound.squares.back() + flat[i] * flat[i]);
    sound.begins.push_back(begins);
    begins = false;
  }
  return sound;
}

// Segment ends around each row: [first, last) without a break.
std::pair<std::size_t, std::size_t> segment_around(const Sound& sound, std::size_t at, std::size_t reach) {
  std::size_t first = at;
  while (first > 0 && at - first < reach && !sound.begins[first]) --first;
  std::size_t last = at;
  while (last < sound.rows.size() && last - at < reach && (last == at || !sound.begins[last])) ++last;
  return {first, last};
}

// Measures how much higher the rows behind `at` lie than those before it, beyond the clock's own motion on
// either side. Absent: there are too few of them.
std::optional<double> jump(const Sound& sound, std::size_t at, std::size_t width) {
  const auto [first, last] = segment_around(sound, at, 3 * width);
  if (sound.begins[at] || at < first + width || at + width > last) return std::nullopt;
  const double here = sound.mean(at, at + width) - sound.mean(at - width, at);
  double around = 0.0;
  int sides = 0;
  if (at >= first + 2 * width) {
    around += sound.mean(at - width, at) - sound.mean(at - 2 * width, at - width);
    ++sides;
  }
  if (at + 2 * width <= last) {
    around += sound.mean(at + width, at + 2 * width) - sound.mean(at, at + width);
    ++sides;
  }
  if (sides == 0) return std::nullopt;
  return here - around / sides;
}

// The place where two levels explain the rows around it best.
std::size_t sharpened(const Sound& sound, std::size_t at, std::size_t width) {
  const auto [first, last] = segment_around(sound, at, width);
  std::size_t best = at;
  double least = kInfinity;
  for (std::size_t k = first + 1; k < last; ++k) {
    const double scatter = sound.scatter(first, k) + sound.scatter(k, last);
    if (scatter < least) {
      least = scatter;
      best = k;
    }
  }
  return best;
}

void find_steps(std::span<const ClockRow> rows, Sound& sound, std::size_t width, double noise_s,
                double least_noise_s) {
  const std::size_t count = sound.rows.size();
  if (count < 6 * width) return;
  std::vector<double> jumps(count, 0.0);
  std::vector<double> seen;
  std::vector<double> spans;
  for (std::size_t i = 1; i < count; ++i) {
    if (const auto here = jump(sound, i, width)) seen.push_back(jumps[i] = *here);
    spans.push_back(rows[sound.rows[i]].time_s - rows[sound.rows[i - 1]].time_s);
  }
  if (seen.size() < width) return;
  const double usual_span = std::max(median(spans), 1e-9);
  // The error of the resolution does not average out.
  const double spread = std::max(
      {spread_about_zero(std::move(seen)), noise_s / std::sqrt(static_cast<double>(width)), least_noise_s});
  std::vector<std::size_t> order;
  for (std::size_t i = 1; i < count; ++i) {
    // Over a gap a clock may wander further.
    const double allowance = std::sqrt(std::max(1.0, spans[i - 1] / usual_span));
    if (std::abs(jumps[i]) > kStep * spread * allowance) order.push_back(i);
  }
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return std::abs(jumps[a]) > std::abs(jumps[b]); });
  std::vector<std::size_t> taken;
  for (const std::size_t i : order) {
    const bool is_shadow = std::any_of(taken.begin(), taken.end(), [&](std::size_t other) {
      return (i > other ? i - other : other - i) <= 2 * width;
    });
    if (is_shadow) continue;
    taken.push_back(i);
    if (taken.size() > 1000) break;  // it is no stepped clock, but a torn record
  }
  for (const std::size_t i : taken) sound.begins[sharpened(sound, i, width)] = true;
}

// Finds the steps that the two rows around show by themselves and that up to five rows on either side
// confirm, near other steps or near an end.
void find_abrupt_steps(std::span<const ClockRow> rows, const std::vector<double>& flat, Sound& sound,
                       double noise_s) {
  constexpr std::size_t kBeside = 5;
  constexpr double kAbrupt = 16.0;
  if (sound.rows.size() < kFewestJudged) return;
  std::vector<double> spans;
  for (std::size_t i = 1; i < sound.rows.size(); ++i)
    spans.push_back(rows[sound.rows[i]].time_s - rows[sound.rows[i - 1]].time_s);
  const double usual_span = std::max(median(spans), 1e-9);
  const auto change = [&](std::size_t i) { return flat[sound.rows[i]] - flat[sound.rows[i - 1]]; };
  // Over a gap a clock may wander further.
  const auto limit = [&](std::size_t i) {
    return kAbrupt * noise_s * std::max(1.0, spans[i - 1] / usual_span);
  };
  const auto is_abrupt = [&](std::size_t i) { return std::abs(change(i)) > limit(i); };
  std::vector<std::size_t> found;
  for (std::size_t i = 2; i + 2 <= sound.rows.size(); ++i) {
    if (!is_abrupt(i)) continue;
    std::vector<double> before;
    std::vector<double> behind;
    for (std::size_t k = i; k > 0 && before.size() < kBeside; --k) {
      before.push_back(flat[sound.rows[k - 1]]);
      if (k > 1 && is_abrupt(k - 1)) break;
    }
    for (std::size_t k = i; k < sound.rows.size() && behind.size() < kBeside; ++k) {
      if (k > i && is_abrupt(k)) break;
      behind.push_back(flat[sound.rows[k]]);
    }
    if (before.size() < 2 || behind.size() < 2) continue;
    if (std::abs(median(std::move(behind)) - median(std::move(before))) > limit(i)) found.push_back(i);
  }
  for (const std::size_t i : found) sound.begins[i] = true;
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
    bool is_marked = false;
    for (std::size_t k = sound.rows[i - 1] + 1; k <= row; ++k) is_marked |= rows[k].is_marked;
    steps.push_back({row, behind - before, is_marked});
  }
  return steps;
}

}  // namespace

double median_uncertainty(std::span<const ClockRow> rows) {
  std::vector<double> known;
  for (const ClockRow& row : rows) {
    if (row.uncertainty_s) known.push_back(*row.uncertainty_s);
  }
  return known.empty() ? 0.0 : median(std::move(known));
}

double NoiseLaw::deviation(const ClockRow& row) const {
  if (!row.uncertainty_s || typical_s <= least_s || power <= 0.0) return 1.0;
  const double ratio = std::max(*row.uncertainty_s - least_s, floor_s) / (typical_s - least_s);
  return power == 1.0 ? ratio : std::sqrt(ratio);
}

RowFaults find_row_faults(std::span<const ClockRow> rows, double least_noise_s) {
  RowFaults faults{{}, {}, {}, least_noise_s};
  const std::vector<double> flat = without_drift(rows);
  std::vector<double> relative(rows.size(), 1.0);
  if (rows.size() >= kFewestJudged) {
    faults.law = best_law(rows, flat);
    relative = relative_deviations(rows, faults.law);
    std::vector<Distance> distances;
    std::vector<double> scaled;
    distances.reserve(rows.size());
    scaled.reserve(rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
      distances.push_back(distance_around(i, flat, relative));
      scaled.push_back(distances[i].value / distances[i].relative);
    }
    const double noise = spread_about_zero(scaled);
    faults.noise_s = std::max(noise, least_noise_s);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const double limit = outlier_limit(rows[i], distances[i].value) *
                           std::max(noise, least_noise_s / std::min(1.0, distances[i].relative));
      if (std::abs(scaled[i]) > limit && is_unlike_both_sides(i, limit, flat, relative))
        faults.outliers.push_back(i);
    }
  }
  Sound sound = sound_rows(rows, flat, relative, faults.outliers);
  find_abrupt_steps(rows, flat, sound, faults.noise_s);
  for (const std::size_t width : {5U, 25U}) find_steps(rows, sound, width, faults.noise_s, least_noise_s);
  faults.steps = sizes(rows, flat, sound);
  return faults;
}

}  // namespace isletime::analysis
