// SPDX-License-Identifier: MIT
#include "libsync/analysis/row_faults.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "libsync/analysis/order_statistics.hpp"

namespace isletime::analysis {
namespace {

constexpr std::size_t kFewestRows = 8;
// Of a normal distribution one row in 4 * 10^11 is further off; of an exponential one, one in 2000.
constexpr double kOutlier = 7.0;
constexpr double kStep = 10.0;

// Over so few rows that what the clock's rate does does not matter.
double local_slope(std::span<const ClockRow> rows) {
  const std::size_t lag = std::clamp<std::size_t>(rows.size() / 8, 1, 16);
  std::vector<double> slopes;
  slopes.reserve(rows.size());
  for (std::size_t i = lag; i < rows.size(); ++i) {
    const double span = rows[i].time_s - rows[i - lag].time_s;
    if (span > 0.0) slopes.push_back((rows[i].offset_s - rows[i - lag].offset_s) / span);
  }
  return slopes.empty() ? 0.0 : median(std::move(slopes));
}

std::vector<double> flattened(std::span<const ClockRow> rows) {
  const double slope = local_slope(rows);
  std::vector<double> flat;
  flat.reserve(rows.size());
  for (const ClockRow& row : rows) flat.push_back(row.offset_s - slope * (row.time_s - rows.front().time_s));
  return flat;
}

// From the median of the nine rows around, or of the nearest nine at the ends.
std::vector<double> local_deviations(const std::vector<double>& flat) {
  constexpr std::size_t kAround = 9;
  const std::size_t width = std::min(kAround, flat.size());
  std::vector<double> deviations(flat.size());
  std::array<double, kAround> window{};
  for (std::size_t i = 0; i < flat.size(); ++i) {
    const std::size_t first =
        std::clamp<std::size_t>(i < width / 2 ? 0 : i - width / 2, 0, flat.size() - width);
    const auto begin = flat.begin() + static_cast<std::ptrdiff_t>(first);
    std::copy(begin, begin + static_cast<std::ptrdiff_t>(width), window.begin());
    const auto middle = window.begin() + static_cast<std::ptrdiff_t>(width / 2);
    std::nth_element(window.begin(), middle, window.begin() + static_cast<std::ptrdiff_t>(width));
    deviations[i] = flat[i] - *middle;
  }
  return deviations;
}

// The power under which the deviations are the most alike.
double best_power(std::span<const ClockRow> rows, const std::vector<double>& deviations, double typical) {
  if (typical <= 0.0) return 0.0;
  double best = 0.0;
  double least = INFINITY;
  for (const double power : {0.0, 0.5, 1.0}) {
    std::vector<double> scaled;
    scaled.reserve(rows.size());
    double logs = 0.0;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const double relative = relative_deviation(rows[i], typical, power);
      scaled.push_back(deviations[i] / relative);
      logs += std::log(relative);
    }
    const double spread = spread_about_zero(std::move(scaled));
    const double cost = std::log(std::max(spread, 1e-12)) + logs / static_cast<double>(rows.size());
    if (cost < least - 1e-9) {
      least = cost;
      best = power;
    }
  }
  return best;
}

// Rows that are believed, and where among them nothing is continued.
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
                 const std::vector<std::size_t>& outliers) {
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

// By how much the rows behind `at` lie higher than those before it, beyond what the clock does on either
// side.
double jump(const Sound& sound, std::size_t at, std::size_t width) {
  const auto [first, last] = segment_around(sound, at, 3 * width);
  if (sound.begins[at] || at < first + width || at + width > last) return 0.0;
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
  return sides == 0 ? 0.0 : here - around / sides;
}

// Where two levels explain the rows around best.
std::size_t sharpened(const Sound& sound, std::size_t at, std::size_t width) {
  const auto [first, last] = segment_around(sound, at, width);
  std::size_t best = at;
  double least = INFINITY;
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
  std::vector<double> spans;
  for (std::size_t i = 1; i < count; ++i) {
    jumps[i] = jump(sound, i, width);
    spans.push_back(rows[sound.rows[i]].time_s - rows[sound.rows[i - 1]].time_s);
  }
  const double usual_span = std::max(median(spans), 1e-9);
  // What the resolution makes does not average out.
  const double spread =
      std::max({spread_about_zero(jumps), noise_s / std::sqrt(static_cast<double>(width)), least_noise_s});
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

std::vector<Step> sizes(std::span<const ClockRow> rows, const Sound& sound) {
  constexpr std::size_t kAround = 5;
  std::vector<Step> steps;
  for (std::size_t i = 1; i < sound.rows.size(); ++i) {
    if (!sound.begins[i]) continue;
    std::size_t first = i - 1;
    while (first > 0 && i - first < kAround && !sound.begins[first]) --first;
    std::size_t last = i + 1;
    while (last < sound.rows.size() && last - i < kAround && !sound.begins[last]) ++last;
    const std::size_t row = sound.rows[i];
    bool is_marked = false;
    for (std::size_t k = sound.rows[i - 1] + 1; k <= row; ++k) is_marked |= rows[k].is_marked;
    steps.push_back({row, sound.mean(i, last) - sound.mean(first, i), is_marked});
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

double relative_deviation(const ClockRow& row, double median_uncertainty_s, double power) {
  if (!row.uncertainty_s || median_uncertainty_s <= 0.0 || power <= 0.0) return 1.0;
  // However small, it is no proof that the row says all.
  const double ratio = std::clamp(*row.uncertainty_s / median_uncertainty_s, 1e-2, 1e4);
  return power == 1.0 ? ratio : std::sqrt(ratio);
}

RowFaults find_row_faults(std::span<const ClockRow> rows, double least_noise_s) {
  RowFaults faults{{}, {}, 0.0, least_noise_s};
  const std::vector<double> flat = flattened(rows);
  if (rows.size() >= kFewestRows) {
    const double typical = median_uncertainty(rows);
    const auto deviations = local_deviations(flat);
    faults.uncertainty_power = best_power(rows, deviations, typical);
    std::vector<double> scaled;
    scaled.reserve(rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
      scaled.push_back(deviations[i] / relative_deviation(rows[i], typical, faults.uncertainty_power));
    }
    faults.noise_s = std::max(spread_about_zero(scaled), least_noise_s);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (std::abs(scaled[i]) > kOutlier * faults.noise_s) faults.outliers.push_back(i);
    }
  }
  Sound sound = sound_rows(rows, flat, faults.outliers);
  for (const std::size_t width : {5, 25}) find_steps(rows, sound, width, faults.noise_s, least_noise_s);
  faults.steps = sizes(rows, sound);
  return faults;
}

}  // namespace isletime::analysis
