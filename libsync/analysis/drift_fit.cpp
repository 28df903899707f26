// SPDX-License-Identifier: MIT
#include "libsync/analysis/drift_fit.hpp"

#include <algorithm>
#include <cmath>

#include "libsync/analysis/believed_rows.hpp"
#include "libsync/analysis/bounded_slope.hpp"
#include "libsync/analysis/holdover.hpp"
#include "libsync/analysis/order_statistics.hpp"

namespace isletime::analysis {
namespace {

constexpr std::size_t kMostReadings = 600;
constexpr std::size_t kMostReadingsOfSegment = 300;
constexpr double kOnePpm = 1e-6;
constexpr double kTenYears = 10.0 * 365.25 * 86'400.0;

double usual_interval(std::span<const ClockRow> rows) {
  std::vector<double> spans;
  for (std::size_t i = 1; i < rows.size(); ++i) spans.push_back(rows[i].time_s - rows[i - 1].time_s);
  return spans.empty() ? 0.0 : median(std::move(spans));
}

// The lattice that readings lie on that move by whole steps only: of the offset as written down, or of the
// remote clock's time.
struct Lattice {
  double step_s;
  bool is_of_time;

  bool holds(const ClockRow& row, const ClockRow& first) const {
    const double moved = row.offset_s - first.offset_s + (is_of_time ? row.time_s - first.time_s : 0.0);
    return std::abs(std::remainder(moved, step_s)) < 0.002 * std::min(step_s, 1.0);
  }
};

// Nine rows in ten must be on the lattice, seen from any of five rows, as one of the five may be an outlier.
bool is_on(std::span<const ClockRow> rows, Lattice& lattice, ClockRow& first) {
  const std::size_t stride = std::max<std::size_t>(1, rows.size() / 1000);
  for (std::size_t start = 1; start <= 5; ++start) {
    first = rows[start * rows.size() / 6];
    std::size_t on = 0;
    std::size_t seen = 0;
    for (std::size_t i = 0; i < rows.size(); i += stride, ++seen) on += lattice.holds(rows[i], first) ? 1 : 0;
    if (static_cast<double>(on) > 0.9 * static_cast<double>(seen)) return true;
  }
  return false;
}

struct Resolution {
  Lattice lattice;
  ClockRow first;  // one that is on it
};

// The coarsest step that the remote clock's readings, or the written offsets, move by. It is not coarser than
// the rows themselves say, and whole minutes only where minutes were seen to pass: a clock that stands still
// is on any lattice.
std::optional<Resolution> find_resolution(std::span<const ClockRow> rows, double typical_uncertainty) {
  const auto [least, most] = std::minmax_element(
      rows.begin(), rows.end(), [](const ClockRow& a, const ClockRow& b) { return a.offset_s < b.offset_s; });
  for (const double step : {60.0, 1.0, 0.1, 0.01, 0.001}) {
    if (typical_uncertainty > 0.0 && typical_uncertainty < 0.45 * step) continue;
    if (step > 1.0 && most->offset_s - least->offset_s < step) continue;
    for (const bool is_of_time : {true, false}) {
      Resolution found{{step, is_of_time}, rows.front()};
      if (is_on(rows, found.lattice, found.first)) return found;
    }
  }
  return std::nullopt;
}

// Whether readings of this step hide the clock's own noise, which would make them average out.
bool hides_noise(std::span<const ClockRow> rows, double step) {
  std::size_t moved = 0;
  for (std::size_t i = 2; i < rows.size(); ++i) {
    const double bend = rows[i].offset_s - 2.0 * rows[i - 1].offset_s + rows[i - 2].offset_s;
    moved += std::abs(bend) > 1.2 * step ? 1 : 0;
  }
  return static_cast<double>(moved) < 0.3 * static_cast<double>(rows.size());
}

// Readings that do not show the display's steps were not read off it.
std::vector<std::size_t> with_strangers(std::vector<std::size_t> outliers, std::span<const ClockRow> rows,
                                        const Resolution& resolution) {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (!resolution.lattice.holds(rows[i], resolution.first)) outliers.push_back(i);
  }
  std::sort(outliers.begin(), outliers.end());
  outliers.erase(std::unique(outliers.begin(), outliers.end()), outliers.end());
  return outliers;
}

// The mean temperature, if nearly all rows have one and it varies; a row without one has that of the row
// before.
std::optional<double> mean_temperature(const std::vector<ClockRow>& rows) {
  double sum = 0.0;
  double least = kInfinity;
  double most = -kInfinity;
  std::size_t count = 0;
  for (const ClockRow& row : rows) {
    if (!row.temperature_c) continue;
    sum += *row.temperature_c;
    least = std::min(least, *row.temperature_c);
    most = std::max(most, *row.temperature_c);
    ++count;
  }
  constexpr double kLeastRange = 1.0;
  if (count < kFewestRows || count * 10 < rows.size() * 9 || most - least < kLeastRange) return std::nullopt;
  return sum / static_cast<double>(count);
}

// Averages neighbours where there are too many rows: a day of averages still shows what the minutes showed.
std::vector<Reading> condensed(const Believed& record, std::size_t first, std::size_t last, std::size_t most,
                               const NoiseLaw& law) {
  const std::size_t block = (last - first + most - 1) / most;
  std::vector<Reading> readings;
  for (std::size_t i = first; i < last;) {
    Reading reading{0.0, 0.0, 0.0, 0.0, record.begins[i] || i == first};
    double weights = 0.0;
    std::size_t k = i;
    for (; k < last && k < i + block && (k == i || !record.begins[k]); ++k) {
      const double deviation = law.deviation(record.rows[k]);
      const double weight = 1.0 / (deviation * deviation);
      weights += weight;
      reading.time_s += weight * record.rows[k].time_s;
      reading.offset_s += weight * (record.rows[k].offset_s - record.rows[i].offset_s);
      if (!record.degree_seconds.empty()) reading.degree_seconds += weight * record.degree_seconds[k];
    }
    reading.time_s /= weights;
    reading.offset_s = record.rows[i].offset_s + reading.offset_s / weights;
    reading.degree_seconds /= weights;
    reading.variance = static_cast<double>(block) / weights;
    readings.push_back(reading);
    i = k;
  }
  return readings;
}

std::vector<Bound> bounds_of(const Believed& record, double step) {
  std::vector<Bound> bounds;
  for (std::size_t i = 0; i < record.rows.size(); ++i) {
    const ClockRow& row = record.rows[i];
    bounds.push_back({row.time_s, row.offset_s - step / 2.0, row.offset_s + step / 2.0, record.begins[i]});
  }
  return bounds;
}

std::vector<std::size_t> segment_starts(const Believed& record) {
  std::vector<std::size_t> starts;
  for (std::size_t i = 0; i < record.rows.size(); ++i) {
    if (record.begins[i]) starts.push_back(i);
  }
  starts.push_back(record.rows.size());
  return starts;
}

Residuals residuals_of(const Believed& record, double rate,
                       const std::optional<TemperatureEffect>& temperature) {
  std::vector<double> sizes;
  double squares = 0.0;
  const auto starts = segment_starts(record);
  for (std::size_t s = 0; s + 1 < starts.size(); ++s) {
    std::vector<double> flat;
    double mean = 0.0;
    for (std::size_t i = starts[s]; i < starts[s + 1]; ++i) {
      const double warmth = temperature ? temperature->per_degree * record.degree_seconds[i] : 0.0;
      flat.push_back(record.rows[i].offset_s - rate * record.rows[i].time_s - warmth);
      mean += flat.back();
    }
    mean /= static_cast<double>(flat.size());
    for (const double value : flat) {
      sizes.push_back(std::abs(value - mean));
      squares += (value - mean) * (value - mean);
    }
  }
  const double largest = *std::max_element(sizes.begin(), sizes.end());
  const double rms = std::sqrt(squares / static_cast<double>(sizes.size()));
  return {rms, median(std::move(sizes)), largest};
}

std::vector<AllanPoint> allan_of(const Believed& record) {
  std::vector<PhasePoint> points;
  points.reserve(record.rows.size());
  for (std::size_t i = 0; i < record.rows.size(); ++i) {
    points.push_back({record.rows[i].time_s, record.rows[i].offset_s, record.begins[i]});
  }
  return allan_deviation(points);
}

std::vector<FittedSegment> fit_segments(const Believed& record, const DriftFit& fit, const NoiseLaw& law,
                                        double confidence) {
  constexpr std::size_t kMostFitted = 32;
  std::vector<FittedSegment> segments;
  const auto starts = segment_starts(record);
  for (std::size_t s = 0; s + 1 < starts.size(); ++s) {
    FittedSegment segment{record.rows[starts[s]].time_s,
                          record.rows[starts[s + 1] - 1].time_s,
                          starts[s + 1] - starts[s],
                          std::nullopt,
                          {}};
    if (starts.size() == 2) {
      segment.rate = fit.rate;
      segment.interval = fit.interval;
    } else if (!fit.is_by_bounds && segment.rows >= kFewestRows && segment.to_s > segment.from_s &&
               segments.size() < kMostFitted) {
      const auto readings = condensed(record, starts[s], starts[s + 1], kMostReadingsOfSegment, law);
      const auto posterior = estimate_drift(readings, false);
      segment.rate = mean_rate(posterior);
      segment.interval = rate_interval(posterior, confidence);
    }
    segments.push_back(segment);
  }
  return segments;
}

Window window_of(const DriftPosterior& posterior, Holdover holdover, const FitQuestion& question,
                 double at_sync, double span) {
  const double seconds =
      time_within(posterior, holdover, {question.tolerance_s, question.confidence}, at_sync, kTenYears);
  return {seconds, seconds > span};
}

void judge(DriftFit& fit, const DriftPosterior& posterior, const FitQuestion& question) {
  const double half = (fit.interval.high - fit.interval.low) / 2.0;
  const double wanted = question.precision_ppm * kOnePpm;
  fit.verdict = Verdict::kConclusive;
  if (half <= wanted) return;
  fit.verdict = Verdict::kTooShort;
  if (fit.is_by_bounds) {
    fit.run_for_s = fit.span_s * half / wanted;
    return;
  }
  const double needed =
      length_needed(posterior, {wanted, question.confidence, fit.interval_s, fit.span_s}, kTenYears);
  if (!std::isfinite(needed)) {
    fit.verdict = Verdict::kWanders;
    return;
  }
  // Asks for more than there is in any case: the noise seen so far may have been too small by luck.
  fit.run_for_s = std::max(needed, 1.5 * fit.span_s);
}

// Fits by the bounds of whole steps. Absent: the clock is so noisy that the steps average out.
std::optional<DriftPosterior> fit_by_bounds(std::span<const ClockRow> rows, double typical_uncertainty,
                                            DriftFit& fit, Believed& record) {
  const auto bounds = bounds_of(record, *fit.resolution_s);
  const double step = *fit.resolution_s;
  // A whole step is the bound of readings that are not moved to the middle of one; it says nothing of jitter.
  const double beside = typical_uncertainty - step / 2.0;
  const auto slope = estimate_slope_within(bounds, {step, beside < 0.4 * step ? std::max(0.0, beside) : 0.0});
  if (!slope) return std::nullopt;
  for (const std::size_t i : slope->outliers) fit.outliers.push_back(record.numbers[i]);
  std::sort(fit.outliers.begin(), fit.outliers.end());
  for (const std::size_t i : slope->breaks) {
    fit.steps.push_back({record.numbers[i], record.rows[i].offset_s - record.rows[i - 1].offset_s, false});
  }
  std::sort(fit.steps.begin(), fit.steps.end(), [](const Step& a, const Step& b) { return a.row < b.row; });
  record = believed_rows(rows, fit.outliers, fit.steps);
  fit.is_by_bounds = true;
  return slope->posterior;
}

}  // namespace

DriftFit fit_drift(std::span<const ClockRow> rows, const FitQuestion& question) {
  DriftFit fit;
  fit.rows = rows.size();
  if (rows.empty()) return fit;
  fit.span_s = rows.back().time_s - rows.front().time_s;
  fit.interval_s = usual_interval(rows);
  if (rows.size() < kFewestRows || fit.span_s <= 0.0) {
    if (fit.interval_s > 0.0) fit.run_for_s = 2.0 * static_cast<double>(kFewestRows) * fit.interval_s;
    return fit;
  }
  const double typical = median_uncertainty(rows);
  const auto resolution = find_resolution(rows, typical);
  if (resolution) fit.resolution_s = resolution->lattice.step_s;
  const bool is_coarse = fit.resolution_s && hides_noise(rows, *fit.resolution_s);
  const RowFaults faults = find_row_faults(rows, is_coarse ? 0.25 * *fit.resolution_s : 1e-9);
  fit.outliers = is_coarse ? with_strangers(faults.outliers, rows, *resolution) : faults.outliers;
  fit.steps = faults.steps;
  Believed record = believed_rows(rows, fit.outliers, fit.steps);
  const std::size_t segments = fit.steps.size() + 1;
  if (record.rows.size() < kFewestRows + 2 * segments ||
      record.rows.back().time_s <= record.rows.front().time_s) {
    fit.run_for_s = 2.0 * fit.span_s;
    return fit;
  }
  std::optional<DriftPosterior> posterior;
  if (is_coarse) posterior = fit_by_bounds(rows, typical, fit, record);
  if (!posterior) {
    const auto mean_c = mean_temperature(record.rows);
    if (mean_c) integrate_temperature(record, *mean_c);
    const auto readings = condensed(record, 0, record.rows.size(), kMostReadings, faults.law);
    posterior = estimate_drift(readings, mean_c.has_value());
    if (mean_c) {
      fit.temperature = {*mean_c, mean_per_degree(*posterior),
                         per_degree_interval(*posterior, question.confidence)};
    }
  }
  fit.rate = mean_rate(*posterior);
  fit.interval = rate_interval(*posterior, question.confidence);
  fit.residuals = residuals_of(record, fit.rate, fit.temperature);
  fit.allan = allan_of(record);
  fit.segments = fit_segments(record, fit, faults.law, question.confidence);
  fit.window = window_of(*posterior, Holdover::kUncorrected, question, fit.residuals.rms_s, fit.span_s);
  fit.corrected_window =
      window_of(*posterior, Holdover::kCorrected, question, fit.residuals.rms_s, fit.span_s);
  fit.resync_s = fit.window.seconds / 2.0;
  judge(fit, *posterior, question);
  return fit;
}

}  // namespace isletime::analysis
