// SPDX-License-Identifier: MIT
#include "libsync/analysis/resolution.hpp"

#include <algorithm>
#include <cmath>

#include "libsync/analysis/order_statistics.hpp"

namespace isletime::analysis {
namespace {

// A bound below this share of a step rules the step out, because an honest bound is half a step at least.
constexpr double kLeastBound = 0.45;

// Returns the share of the rows that satisfy `test`, from a sample of about a thousand.
template <class Test>
double share_of(std::span<const ClockRow> rows, Test test) {
  const std::size_t stride = std::max<std::size_t>(1, rows.size() / 1000);
  std::size_t on = 0;
  std::size_t seen = 0;
  for (std::size_t i = 0; i < rows.size(); i += stride, ++seen) on += test(rows[i]) ? 1U : 0U;
  return static_cast<double>(on) / static_cast<double>(seen);
}

// Nine rows in ten must be near the lattice, seen from any of five rows, as one of the five may be an
// outlier.
std::optional<Lattice> find_lattice(std::span<const ClockRow> rows, double step, bool is_of_time,
                                    double nearness) {
  for (std::size_t start = 1; start <= 5; ++start) {
    const Lattice lattice{step, is_of_time, rows[start * rows.size() / 6]};
    if (share_of(rows, [&](const ClockRow& row) { return lattice.distance(row) < nearness; }) > 0.9)
      return lattice;
  }
  return std::nullopt;
}

double nearness_of(double step) {
  return 0.002 * std::min(step, 1.0);
}

// Returns whether the offset changes by about a step from one row to the next and is no outlier: the rows on
// either side are like their neighbours.
bool jumps_by(std::span<const ClockRow> rows, double step) {
  const auto change = [&](std::size_t row) { return std::abs(rows[row].offset_s - rows[row - 1].offset_s); };
  for (std::size_t i = 2; i + 1 < rows.size(); ++i) {
    if (change(i) > 0.8 * step && change(i) < 1.2 * step && change(i - 1) < step / 2.0 &&
        change(i + 1) < step / 2.0)
      return true;
  }
  return false;
}

// A clock that stands still lies on any lattice; a fine one that hardly drifts does where the rows are an
// even time apart. A coarse one shows it by its jumps, by offsets that undo the unevenness of the times, or
// by offsets that are all the same.
bool shows_steps(std::span<const ClockRow> rows, const Lattice& lattice) {
  if (jumps_by(rows, lattice.step_s)) return true;
  std::vector<double> times;
  std::vector<double> readings;
  for (const ClockRow& row : rows) {
    times.push_back(std::remainder(row.time_s - lattice.first.time_s, lattice.step_s));
    readings.push_back(lattice.distance(row));
  }
  constexpr double kClearly = 5.0;
  if (lattice.is_of_time && spread_about_zero(times) > kClearly * spread_about_zero(readings)) return true;
  return std::all_of(rows.begin(), rows.end(), [&](const ClockRow& row) {
    return std::abs(row.offset_s - lattice.first.offset_s) < 1e-6 * lattice.step_s;
  });
}

// Returns whether the offsets undo the unevenness of the times. They do if the remote clock shows steps only:
// the correlation of the changes is then negative, whatever the times are rounded to.
bool undo_uneven_times(std::span<const ClockRow> rows, double step) {
  constexpr double kLeastCorrelation = 0.3;
  double times = 0.0;
  double offsets = 0.0;
  double both = 0.0;
  for (std::size_t i = 1; i < rows.size(); ++i) {
    const double time = std::remainder(rows[i].time_s - rows[i - 1].time_s, step);
    const double offset = rows[i].offset_s - rows[i - 1].offset_s;
    if (std::abs(offset) > step / 2.0) continue;
    times += time * time;
    offsets += offset * offset;
    both += time * offset;
  }
  return both < -kLeastCorrelation * std::sqrt(times * offsets) && times > 0.0 && offsets > 0.0;
}

// Returns whether the readings are whole seconds that were read at another time than their rows say.
bool are_loose_seconds(std::span<const ClockRow> rows, double typical_uncertainty) {
  constexpr double kSecond = 1.0;
  constexpr double kLoosest = 2.0;
  constexpr double kOfRounding = 0.15;
  const bool has_bounds = typical_uncertainty > 0.0;
  if (typical_uncertainty > kLoosest) return false;
  const bool jumps = jumps_by(rows, kSecond);
  if (has_bounds && jumps) return true;
  return (has_bounds || jumps || undo_uneven_times(rows, kSecond)) &&
         find_lattice(rows, kSecond, true, kOfRounding).has_value();
}

}  // namespace

double Lattice::distance(const ClockRow& row) const {
  const double moved = row.offset_s - first.offset_s + (is_of_time ? row.time_s - first.time_s : 0.0);
  return std::abs(std::remainder(moved, step_s));
}

bool Lattice::holds(const ClockRow& row) const {
  return distance(row) < nearness_of(step_s);
}

bool hides_noise(std::span<const ClockRow> rows, double step_s) {
  // A clock that drifts by this much from row to row dithers over a step's width, as noise would.
  constexpr double kDithering = 0.3;
  std::size_t moved = 0;
  std::vector<double> changes;
  for (std::size_t i = 2; i < rows.size(); ++i) {
    const double bend = rows[i].offset_s - 2.0 * rows[i - 1].offset_s + rows[i - 2].offset_s;
    moved += std::abs(bend) > 1.2 * step_s ? 1U : 0U;
    changes.push_back(rows[i].offset_s - rows[i - 1].offset_s);
  }
  if (static_cast<double>(moved) >= 0.3 * static_cast<double>(rows.size())) return false;
  double mean = 0.0;
  for (const double change : changes) mean += change / static_cast<double>(changes.size());
  return std::abs(mean) < kDithering * step_s;
}

std::optional<Resolution> find_resolution(std::span<const ClockRow> rows, double typical_uncertainty) {
  const auto [least, most] = std::minmax_element(
      rows.begin(), rows.end(), [](const ClockRow& a, const ClockRow& b) { return a.offset_s < b.offset_s; });
  for (const double step : {60.0, 1.0, 0.1, 0.01, 0.001}) {
    if (typical_uncertainty > 0.0 && typical_uncertainty < kLeastBound * step) continue;
    // Whole minutes are recognised only if minutes were seen to pass.
    if (step > 1.0 && most->offset_s - least->offset_s < step) continue;
    for (const bool is_of_time : {true, false}) {
      auto lattice = find_lattice(rows, step, is_of_time, nearness_of(step));
      if (lattice && (typical_uncertainty > 0.0 || shows_steps(rows, *lattice)))
        return Resolution{step, hides_noise(rows, step), lattice};
    }
    if (step == 1.0 && are_loose_seconds(rows, typical_uncertainty))
      return Resolution{step, hides_noise(rows, step), std::nullopt};
  }
  return std::nullopt;
}

}  // namespace isletime::analysis
