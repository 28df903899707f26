// SPDX-License-Identifier: MIT
#include "libsync/analysis/drift_fit.hpp"

#include <algorithm>
#include <cmath>

#include "libsync/analysis/believed_rows.hpp"
#include "libsync/analysis/bounded_slope.hpp"
#include "libsync/analysis/distinct_rows.hpp"
#include "libsync/analysis/holdover.hpp"
#include "libsync/analysis/order_statistics.hpp"
#include "libsync/analysis/resolution.hpp"

namespace isletime::analysis {
namespace {

constexpr std::size_t kMostReadings = 400;
constexpr double kOnePpm = 1e-6;
constexpr double kTenYears = 10.0 * 365.25 * 86'400.0;

double usual_interval(std::span<const ClockRow> rows) {
  std::vector<double> spans;
  for (std::size_t i = 1; i < rows.size(); ++i) spans.push_back(rows[i].time_s - rows[i - 1].time_s);
  if (spans.empty()) return 0.0;
  const double usual = median(spans);
  // Most rows share their time with another where a reader logs several at once.
  return usual > 0.0 ? usual : (rows.back().time_s - rows.front().time_s) / static_cast<double>(spans.size());
}

// A reading that is not on the display's lattice was not read off the display, so it is an outlier.
std::vector<std::size_t> with_strangers(std::vector<std::size_t> outliers, std::span<const ClockRow> rows,
                                        const Lattice& lattice) {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (!lattice.holds(rows[i])) outliers.push_back(i);
  }
  std::sort(outliers.begin(), outliers.end());
  outliers.erase(std::unique(outliers.begin(), outliers.end()), outliers.end());
  return outliers;
}

// Returns how many temperature terms the record can resolve: none unless nearly all rows have a temperature
// and it varies, and the square term only if it varies by more.
std::size_t temperature_terms(const std::vector<ClockRow>& rows) {
  double least = kInfinity;
  double most = -kInfinity;
  std::size_t count = 0;
  for (const ClockRow& row : rows) {
    if (!row.temperature_c) continue;
    least = std::min(least, *row.temperature_c);
    most = std::max(most, *row.temperature_c);
    ++count;
  }
  constexpr double kLeastRange = 1.0;
  constexpr double kLeastRangeOfSquare = 4.0;
  if (count < kFewestRows || count * 10 < rows.size() * 9 || most - least < kLeastRange) return 0;
  return most - least < kLeastRangeOfSquare ? 1 : 2;
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
    // The first and the last row stand alone, so that the mean rate is that between them.
    const std::size_t end = i == first ? first + 1 : std::min(i + block, std::max(i + 1, last - 1));
    for (; k < end && (k == i || !record.begins[k]); ++k) {
      const double deviation = law.deviation(record.rows[k]);
      const double weight = 1.0 / (deviation * deviation);
      weights += weight;
      reading.time_s += weight * record.rows[k].time_s;
      reading.offset_s += weight * (record.rows[k].offset_s - record.rows[i].offset_s);
      if (record.degrees.empty()) continue;
      reading.degree_seconds += weight * record.degree_seconds[k];
      reading.degrees += weight * record.degrees[k];
      reading.square_seconds += weight * record.square_seconds[k];
      reading.squares += weight * record.squares[k];
    }
    reading.time_s /= weights;
    reading.offset_s = record.rows[i].offset_s + reading.offset_s / weights;
    for (auto member :
         {&Reading::degree_seconds, &Reading::degrees, &Reading::square_seconds, &Reading::squares})
      reading.*member /= weights;
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
      flat.push_back(record.rows[i].offset_s - rate * record.rows[i].time_s -
                     (temperature ? gain_by_temperature(*temperature, record, i) : 0.0));
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
      const auto readings = condensed(record, starts[s], starts[s + 1], kMostReadings, law);
      const auto posterior = estimate_drift(readings, 0);
      segment.rate = mean_rate(posterior);
      segment.interval = rate_interval(posterior, confidence);
    }
    segments.push_back(segment);
  }
  return segments;
}

// Returns the deviations of what the record is too short or too coarse to show: the effect of a day's
// temperatures, the ageing and the wander.
Unseen unseen_by(const DriftFit& fit, const Oscillator& oscillator) {
  constexpr double kLongDay = 86'400.0;
  constexpr double kLongYear = 365.25 * kLongDay;
  const double wandered = fit.is_by_bounds ? kHiddenWalk * std::sqrt(fit.span_s / 3.0) : 0.0;
  return {std::hypot(oscillator.temperature * std::exp(-fit.span_s / kLongDay), wandered),
          oscillator.ageing / kLongYear, oscillator.walk, fit.span_s};
}

Window window_of(const DriftPosterior& posterior, Holdover holdover, const FitQuestion& question,
                 const DriftFit& fit) {
  // A sync errs as a reading does. The wander of the rate over the record is not part of a sync's error.
  double variance = 0.0;
  for (const auto& h : posterior.hypotheses) variance += h.weight * h.reading_variance;
  const Trust trust{question.tolerance_s, question.confidence, unseen_by(fit, question.oscillator)};
  const double seconds = time_within(posterior, holdover, trust, std::sqrt(variance), kTenYears);
  return {seconds, seconds > fit.span_s};
}

void judge(DriftFit& fit, const DriftPosterior& posterior, const FitQuestion& question) {
  const double half = (fit.interval.high - fit.interval.low) / 2.0;
  const double wanted = question.precision_ppm * kOnePpm;
  fit.verdict = FitVerdict::kConclusive;
  if (half <= wanted) return;
  fit.verdict = FitVerdict::kTooShort;
  if (fit.is_by_bounds) {
    fit.run_for_s = fit.span_s * half / wanted;
    return;
  }
  // However long the record, the rate at one time differs from the mean by what the temperature does to it.
  const double left = wanted - (fit.temperature ? fit.temperature->swing : 0.0);
  const double needed =
      left > 0.0
          ? length_needed(posterior, {left, question.confidence, fit.interval_s, fit.span_s}, kTenYears)
          : kInfinity;
  if (!std::isfinite(needed)) {
    fit.verdict = FitVerdict::kWanders;
    return;
  }
  // Asks for more than there is in any case: the noise seen so far may have been too small by luck. To allow
  // for noise that hardly shows makes the interval half as wide again, which takes a third longer.
  fit.run_for_s = std::max(4.0 / 3.0 * needed, 1.5 * fit.span_s);
}

// Estimates the readings' error beside their steps from where a step passes: with an error, the readings go
// to and fro between two steps for as long as the clock takes to drift by that error. Returns 0 if they do
// not, or if the row times are so uneven that the readings would go to and fro without any error.
double jitter_seen(const Believed& record, double step_s) {
  constexpr double kUneven = 0.1;
  std::vector<double> unevenness;
  double risen = 0.0;
  double longest = 0.0;  // time to and fro
  double since = 0.0;
  double last_jump = 0.0;
  for (std::size_t i = 1; i < record.rows.size(); ++i) {
    const double now = record.rows[i].time_s;
    unevenness.push_back(std::remainder(now - record.rows[i - 1].time_s, step_s));
    const double jump = record.rows[i].offset_s - record.rows[i - 1].offset_s;
    if (std::abs(jump) < step_s / 2.0 || record.begins[i]) continue;
    risen += jump;
    // Two jumps in one direction belong to two steps.
    if (jump * last_jump >= 0.0) since = now;
    longest = std::max(longest, now - since);
    last_jump = jump;
  }
  if (spread_about_zero(std::move(unevenness)) > kUneven * step_s) return 0.0;
  return longest * std::abs(risen) / (record.rows.back().time_s - record.rows.front().time_s);
}

// Fits by the bounds of whole steps. Returns nothing if the clock is so noisy that the steps average out.
std::optional<DriftPosterior> fit_by_bounds(std::span<const ClockRow> rows, double typical_uncertainty,
                                            DriftFit& fit, Believed& record) {
  const auto bounds = bounds_of(record, *fit.resolution_s);
  const double step = *fit.resolution_s;
  // A whole step is the bound of readings that are not moved to the middle of one; it says nothing of jitter.
  const double beside = typical_uncertainty - step / 2.0;
  const double told = beside < 0.4 * step ? std::max(0.0, beside) : 0.0;
  const double jitter = std::max(told, std::min(jitter_seen(record, step), 0.4 * step));
  const auto slope = estimate_slope_within(bounds, {step, jitter});
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

// Returns the least effect that its interval holds: 0 if the sign is not known.
double least_effect(const Estimate& estimate) {
  return std::max(estimate.interval.low, 0.0) + std::min(estimate.interval.high, 0.0);
}

// Returns half of the range that the rate is known to cover by the temperature in `confidence` of the rows.
double swing_of(const TemperatureEffect& effect, const Believed& record, double confidence) {
  const double per_degree = least_effect(effect.per_degree);
  const double per_square = effect.per_square ? least_effect(*effect.per_square) : 0.0;
  std::vector<double> rates;
  for (std::size_t i = 0; i < record.rows.size(); ++i)
    rates.push_back(per_degree * record.degrees[i] + per_square * record.squares[i]);
  std::sort(rates.begin(), rates.end());
  const auto last = static_cast<double>(rates.size() - 1);
  const auto at = [&](double share) { return rates[static_cast<std::size_t>(std::lround(share * last))]; };
  return (at(0.5 + confidence / 2.0) - at(0.5 - confidence / 2.0)) / 2.0;
}

// Estimates the drift from the record's noise, with a temperature where there is one.
DriftPosterior fit_by_noise(const FitQuestion& question, DriftFit& fit, Believed& record) {
  const std::size_t terms = temperature_terms(record.rows);
  const double mean_c = terms > 0 ? integrate_temperature(record) : 0.0;
  const auto readings = condensed(record, 0, record.rows.size(), kMostReadings, fit.law);
  auto posterior = estimate_drift(readings, terms);
  if (terms == 0) return posterior;
  fit.temperature = {mean_c, per_degree(posterior, question.confidence)};
  if (terms > 1) fit.temperature->per_square = per_square(posterior, question.confidence);
  fit.temperature->swing = swing_of(*fit.temperature, record, question.confidence);
  return posterior;
}

// Returns whether no noise can be seen: a nanosecond is the last digit of an offset. Readings of whole steps
// have the noise of the steps, unless their line goes from step to step.
bool is_without_noise(const RowFaults& faults, bool is_coarse) {
  constexpr double kNearlyAll = 0.9;
  return faults.noise_s <= 1e-9 || (!is_coarse && faults.exact_share > kNearlyAll);
}

// More steps than this are the doing of the reference or the logger, not of the clock.
bool are_too_many(const std::vector<Step>& steps, std::size_t rows) {
  const auto found = static_cast<std::size_t>(
      std::count_if(steps.begin(), steps.end(), [](const Step& step) { return !step.is_marked; }));
  return found > 3 + rows / 30;
}

void fit_distinct(std::span<const ClockRow> rows, const FitQuestion& question,
                  const std::optional<Resolution>& resolution, DriftFit& fit) {
  const bool is_coarse = resolution && resolution->is_coarse;
  const RowFaults faults = find_row_faults(rows, resolution ? 0.25 * resolution->step_s : 1e-9);
  fit.law = faults.law;
  fit.outliers = is_coarse && resolution->lattice
                     ? with_strangers(faults.outliers, rows, *resolution->lattice)
                     : faults.outliers;
  fit.steps = faults.steps;
  Believed record = believed_rows(rows, fit.outliers, fit.steps);
  if (is_without_noise(faults, is_coarse)) {
    fit.verdict = FitVerdict::kNoNoise;
    if (record.rows.size() < 2 || record.rows.back().time_s <= record.rows.front().time_s) return;
    fit.rate = (record.rows.back().offset_s - record.rows.front().offset_s) /
               (record.rows.back().time_s - record.rows.front().time_s);
    return;
  }
  if (are_too_many(fit.steps, rows.size())) {
    fit.verdict = FitVerdict::kManySteps;
    return;
  }
  const std::size_t segments = fit.steps.size() + 1;
  if (record.rows.size() < kFewestRows + 2 * segments ||
      record.rows.back().time_s <= record.rows.front().time_s) {
    fit.run_for_s = 2.0 * fit.span_s;
    return;
  }
  std::optional<DriftPosterior> posterior;
  if (is_coarse) posterior = fit_by_bounds(rows, median_uncertainty(rows), fit, record);
  if (!posterior) posterior = fit_by_noise(question, fit, record);
  fit.rate = mean_rate(*posterior);
  fit.interval = rate_interval(*posterior, question.confidence);
  // Where the reference was seen to step, smaller steps may not have been seen: they look like what the clock
  // gained.
  const bool has_steps =
      std::any_of(fit.steps.begin(), fit.steps.end(), [](const Step& step) { return !step.is_marked; });
  fit.mean_interval =
      has_steps && !fit.is_by_bounds ? fit.interval : mean_interval(*posterior, question.confidence);
  fit.residuals = residuals_of(record, fit.rate, fit.temperature);
  fit.allan = allan_of(record);
  fit.segments = fit_segments(record, fit, faults.law, question.confidence);
  fit.window = window_of(*posterior, Holdover::kUncorrected, question, fit);
  fit.corrected_window = window_of(*posterior, Holdover::kCorrected, question, fit);
  fit.resync_s = fit.window.seconds / 2.0;
  judge(fit, *posterior, question);
}

std::optional<Resolution> resolution_of(std::span<const ClockRow> rows, const FitQuestion& question) {
  if (question.resolution_s)
    return Resolution{*question.resolution_s, hides_noise(rows, *question.resolution_s), std::nullopt};
  return find_resolution(rows, median_uncertainty(rows));
}

// Returns whether the offsets show a source that is updated less often than it is logged, if at all. A
// display of whole seconds may well not move for a day, but one of milliseconds would.
bool is_held(const DistinctRows& distinct, const std::optional<Resolution>& resolution, bool is_told) {
  constexpr double kSecond = 1.0;
  if (!(resolution && resolution->is_coarse)) return has_held_offsets(distinct);
  if (is_told || resolution->step_s >= kSecond) return false;
  return std::all_of(distinct.rows.begin(), distinct.rows.end(),
                     [&](const ClockRow& row) { return row.offset_s == distinct.rows.front().offset_s; });
}

}  // namespace

double gain_by_temperature(const TemperatureEffect& effect, const Believed& record, std::size_t row) {
  return effect.per_degree.value * record.degree_seconds[row] +
         (effect.per_square ? effect.per_square->value * record.square_seconds[row] : 0.0);
}

DriftFit fit_drift(std::span<const ClockRow> rows, const FitQuestion& question) {
  DriftFit fit;
  fit.rows = rows.size();
  if (rows.empty()) return fit;
  fit.span_s = rows.back().time_s - rows.front().time_s;
  DistinctRows distinct = without_repeats(rows);
  fit.interval_s = usual_interval(distinct.rows);
  std::optional<Resolution> resolution;
  if (distinct.rows.size() >= kFewestRows && fit.span_s > 0.0) {
    resolution = resolution_of(distinct.rows, question);
    if (is_held(distinct, resolution, question.resolution_s.has_value())) {
      distinct = without_held(distinct);
      if (distinct.rows.size() == 1) resolution.reset();
    }
    if (resolution) fit.resolution_s = resolution->step_s;
  }
  fit.repeated = rows.size() - distinct.rows.size();
  if (distinct.rows.size() < kFewestRows || fit.span_s <= 0.0) {
    const double interval_s =
        fit.span_s / static_cast<double>(std::max<std::size_t>(distinct.rows.size(), 2) - 1);
    if (interval_s > 0.0) fit.run_for_s = 2.0 * static_cast<double>(kFewestRows) * interval_s;
    return fit;
  }
  fit_distinct(distinct.rows, question, resolution, fit);
  for (std::size_t& row : fit.outliers) row = distinct.numbers[row];
  for (Step& step : fit.steps) step.row = distinct.numbers[step.row];
  return fit;
}

}  // namespace isletime::analysis
