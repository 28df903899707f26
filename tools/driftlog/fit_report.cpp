// SPDX-License-Identifier: MIT
#include "tools/driftlog/fit_report.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "libsync/core/rfc3339.hpp"
#include "libsync/record/json_writer.hpp"
#include "tools/common/table.hpp"

namespace isletime::driftlog {
namespace {

using analysis::DriftFit;
using analysis::FitQuestion;
using analysis::FitVerdict;
using analysis::Interval;

constexpr int kPpmDecimals = 6;
constexpr std::size_t kMostListed = 100;

// Rounds to what is printed, so that no zero has a minus.
double rounded(double value, int decimals) {
  const double unit = std::pow(10.0, -decimals);
  return std::abs(value) < unit / 2.0 ? 0.0 : value;
}

double ppm(double rate) {
  return rounded(rate * 1e6, kPpmDecimals);
}

const char* to_string(FitVerdict verdict) {
  switch (verdict) {
    case FitVerdict::kConclusive:
      return "conclusive";
    case FitVerdict::kTooFewRows:
      return "too-few-rows";
    case FitVerdict::kTooShort:
      return "too-short";
    case FitVerdict::kWanders:
      return "wanders";
    case FitVerdict::kManySteps:
      return "too-many-steps";
    case FitVerdict::kNoNoise:
      return "no-noise";
  }
  return "";
}

WallTime time_at(const FitReport& report, double seconds) {
  return report.start + nanoseconds{std::llround(seconds * 1e9)};
}

std::string steps_json(const DriftFit& fit) {
  std::vector<std::string> items;
  for (const auto& step : fit.steps) {
    if (items.size() == kMostListed) break;
    items.push_back(JsonWriter{}
                        .count("row", step.row + 1)
                        .number("size_s", rounded(step.size_s, 9), 9)
                        .flag("marked", step.is_marked)
                        .object());
  }
  return json_array(items);
}

std::string outliers_json(const DriftFit& fit) {
  std::vector<std::string> items;
  for (const std::size_t row : fit.outliers) {
    if (items.size() == kMostListed) break;
    items.push_back(std::to_string(row + 1));
  }
  return json_array(items);
}

void add_estimate(JsonWriter& json, const std::string& name, const analysis::Estimate& estimate) {
  json.number(name, ppm(estimate.value), kPpmDecimals)
      .number(name + "_low", ppm(estimate.interval.low), kPpmDecimals)
      .number(name + "_high", ppm(estimate.interval.high), kPpmDecimals);
}

std::string segments_json(const FitReport& report) {
  std::vector<std::string> items;
  for (const auto& segment : report.fit.segments) {
    if (items.size() == kMostListed) break;
    JsonWriter item;
    item.time("from", time_at(report, segment.from_s)).time("to", time_at(report, segment.to_s));
    item.count("rows", segment.rows);
    if (segment.rate) add_estimate(item, "drift_ppm", {*segment.rate, segment.interval});
    items.push_back(item.object());
  }
  return json_array(items);
}

std::string allan_json(const DriftFit& fit) {
  std::vector<std::string> items;
  for (const auto& point : fit.allan) {
    items.push_back(JsonWriter{}
                        .number("tau_s", point.tau_s, 3)
                        .number("deviation", point.deviation, 15)
                        .count("count", point.count)
                        .object());
  }
  return json_array(items);
}

void add_rate(JsonWriter& json, const DriftFit& fit) {
  // The rate is written only if the fit is conclusive, for readers that ignore the interval.
  if (fit.verdict == FitVerdict::kConclusive) json.number("drift_ppm", ppm(fit.rate), kPpmDecimals);
  json.number("drift_ppm_low", ppm(fit.interval.low), kPpmDecimals)
      .number("drift_ppm_high", ppm(fit.interval.high), kPpmDecimals)
      .number("mean_ppm_low", ppm(fit.mean_interval.low), kPpmDecimals)
      .number("mean_ppm_high", ppm(fit.mean_interval.high), kPpmDecimals);
}

void add_window(JsonWriter& json, const DriftFit& fit, const FitQuestion& question) {
  json.number("tolerance_s", question.tolerance_s, 9)
      .number("window_s", fit.window.seconds, 0)
      .flag("window_extrapolated", fit.window.is_beyond_record)
      .number("resync_s", fit.resync_s, 0)
      .number("corrected_window_s", fit.corrected_window.seconds, 0)
      .flag("corrected_window_extrapolated", fit.corrected_window.is_beyond_record);
}

void add_details(JsonWriter& json, const FitReport& report) {
  const DriftFit& fit = report.fit;
  json.number("residual_rms_s", fit.residuals.rms_s, 9)
      .number("residual_median_s", fit.residuals.median_s, 9)
      .number("residual_largest_s", fit.residuals.largest_s, 9);
  if (fit.temperature) {
    json.number("temperature_c", fit.temperature->mean_c, 2);
    add_estimate(json, "temperature_ppm_per_c", fit.temperature->per_degree);
    if (fit.temperature->per_square)
      add_estimate(json, "temperature_ppm_per_c2", *fit.temperature->per_square);
  }
  json.raw("segments", segments_json(report)).raw("allan_deviation", allan_json(fit));
}

struct RateText {
  std::string rate, low, high;
};

RateText text_of(double rate, const Interval& interval) {
  const double half = (interval.high - interval.low) / 2.0;
  return {ppm_text(rate, half), ppm_text(interval.low, half), ppm_text(interval.high, half)};
}

std::string percent(double confidence) {
  return fmt::format("{:.4g} %", confidence * 100.0);
}

// Returns why the fit is not conclusive and what to do, or an empty text if it is conclusive.
std::string reservation(const DriftFit& fit, const FitQuestion& question) {
  const std::string run =
      fit.run_for_s ? fmt::format("; run for about {} in all", length_text(*fit.run_for_s)) : std::string{};
  const double half = ppm(fit.interval.high - fit.interval.low) / 2.0;
  switch (fit.verdict) {
    case FitVerdict::kConclusive:
      return {};
    case FitVerdict::kTooFewRows:
      return fmt::format("too little to conclude from: {} rows over {}{}", fit.rows, length_text(fit.span_s),
                         run);
    case FitVerdict::kTooShort:
      return fmt::format(
          "too little to conclude from: the drift is known to +-{:.3g} ppm only, not to {:.3g}{}", half,
          question.precision_ppm, run);
    case FitVerdict::kWanders:
      return fmt::format(
          "no conclusion: its rate {}, by more than +-{:.3g} ppm; running longer does not help",
          fit.temperature && ppm(fit.temperature->swing) > question.precision_ppm ? "follows the temperature"
                                                                                  : "wanders",
          question.precision_ppm);
    case FitVerdict::kManySteps:
      return fmt::format(
          "no conclusion: {} steps in {} rows are no clock's: was it set, or the reference changed?",
          fit.steps.size(), fit.rows);
    case FitVerdict::kNoNoise:
      return "no conclusion: the offsets have no noise at all, so that nothing tells how well they are "
             "known: is one value logged again and again, or computed?";
  }
  return {};
}

std::string window_text(const analysis::Window& window) {
  return length_text(window.seconds) +
         (window.is_beyond_record ? ", which is longer than the record: extrapolated" : "");
}

std::string faults_text(const FitReport& report) {
  const DriftFit& fit = report.fit;
  std::string text =
      fmt::format("{} rows over {}, one each {}; {} outliers, {} steps, {} rows without an offset", fit.rows,
                  length_text(fit.span_s), length_text(fit.interval_s), fit.outliers.size(), fit.steps.size(),
                  report.without_offset);
  if (fit.repeated > 0) text += fmt::format(", {} rows repeat another", fit.repeated);
  if (report.skipped > 0) text += fmt::format(", {} lines of the file skipped", report.skipped);
  return text;
}

std::string name_of(const FitReport& report) {
  if (report.source.empty()) return report.file;
  return report.file + ": " + report.source;
}

std::string step_lines(const FitReport& report) {
  constexpr std::size_t kMostShown = 5;
  std::string text;
  std::size_t shown = 0;
  for (const auto& step : report.fit.steps) {
    if (shown++ == kMostShown) {
      text +=
          fmt::format("               and {} more: --json has them\n", report.fit.steps.size() - kMostShown);
      break;
    }
    text += fmt::format("  step         {:+.6f} s at row {}{}\n", step.size_s, step.row + 1,
                        step.is_marked ? ", as the record says" : "");
  }
  return text;
}

}  // namespace

std::string length_text(double seconds) {
  constexpr double kMinute = 60.0;
  constexpr double kHour = 3600.0;
  constexpr double kDay = 86'400.0;
  constexpr double kYear = 365.25 * kDay;
  if (seconds < 2.0 * kMinute) return fmt::format("{:.3g} s", seconds);
  if (seconds < 2.0 * kHour) return fmt::format("{:.3g} min", seconds / kMinute);
  if (seconds < 2.0 * kDay) return fmt::format("{:.3g} h", seconds / kHour);
  if (seconds < 2.0 * kYear) return fmt::format("{:.3g} days", seconds / kDay);
  return fmt::format("{:.3g} years", seconds / kYear);
}

std::string fit_json(const FitReport& report, const FitQuestion& question) {
  const DriftFit& fit = report.fit;
  JsonWriter json;
  json.text("file", report.file);
  if (!report.source.empty()) json.text("source", report.source);
  json.text("verdict", to_string(fit.verdict)).number("confidence", question.confidence, 6);
  if (has_rate(fit.verdict)) add_rate(json, fit);
  json.time("start", report.start)
      .number("span_s", fit.span_s, 3)
      .number("interval_s", fit.interval_s, 3)
      .count("rows", fit.rows)
      .count("rows_without_offset", report.without_offset)
      .count("rows_repeated", fit.repeated)
      .count("lines_skipped", report.skipped)
      .number("resolution_s", fit.resolution_s, 6)
      .text("method", fit.is_by_bounds ? "bounds" : "noise")
      .count("outlier_count", fit.outliers.size())
      .raw("outliers", outliers_json(fit))
      .count("step_count", fit.steps.size())
      .raw("steps", steps_json(fit));
  if (fit.verdict == FitVerdict::kConclusive) add_window(json, fit, question);
  if (has_rate(fit.verdict)) add_details(json, report);
  json.number("run_for_s", fit.run_for_s, 0);
  return json.object();
}

std::string ppm_text(double rate, double half_width) {
  constexpr double kNobodys = 1e5;  // ppm; no clock drifts by as much
  const double half_ppm = ppm(half_width);
  if (half_ppm > kNobodys) return fmt::format("{:+.2g}", ppm(rate));
  const int decimals =
      half_ppm > 0.0 ? std::clamp(1 - static_cast<int>(std::floor(std::log10(half_ppm))), 0, 6) : 6;
  return fmt::format("{:+.{}f}", rounded(rate * 1e6, decimals), decimals);
}

std::string fit_words(const FitReport& report, const FitQuestion& question) {
  const DriftFit& fit = report.fit;
  std::string text = name_of(report) + '\n';
  if (has_rate(fit.verdict)) {
    const RateText mean = text_of(fit.rate, fit.mean_interval);
    const RateText once = text_of(fit.rate, fit.interval);
    text += fmt::format("  drift        {} ppm, the mean over the record, {} sure: {} to {} ppm\n", mean.rate,
                        percent(question.confidence), mean.low, mean.high);
    text += fmt::format("  at one time  its rate, {} sure: {} to {} ppm\n", percent(question.confidence),
                        once.low, once.high);
  }
  text += fmt::format("  record       {}\n", faults_text(report));
  if (fit.is_by_bounds) {
    text +=
        fmt::format("  resolution   {:g} s, too coarse to average out: by its bounds\n", *fit.resolution_s);
  }
  text += step_lines(report);
  if (has_rate(fit.verdict)) {
    text += fmt::format("  residuals    {:.3g} s rms, median {:.3g} s, largest {:.3g} s\n",
                        fit.residuals.rms_s, fit.residuals.median_s, fit.residuals.largest_s);
  }
  if (fit.temperature) {
    const RateText warmth = text_of(fit.temperature->per_degree.value, fit.temperature->per_degree.interval);
    text += fmt::format("  temperature  {} ppm a degree ({} to {}), at a mean of {:.1f} C\n", warmth.rate,
                        warmth.low, warmth.high, fit.temperature->mean_c);
    if (const auto& square = fit.temperature->per_square) {
      const RateText bend = text_of(square->value, square->interval);
      text +=
          fmt::format("  parabola     {} ppm a square degree ({} to {})\n", bend.rate, bend.low, bend.high);
    }
  }
  for (const auto& point : fit.allan) {
    text += fmt::format("  allan        {:.2e} at {}\n", point.deviation, length_text(point.tau_s));
  }
  if (fit.verdict != FitVerdict::kConclusive)
    return text + "  verdict      " + reservation(fit, question) + '\n';
  text += fmt::format("  window       after a sync within {:g} s for {}\n", question.tolerance_s,
                      window_text(fit.window));
  text += fmt::format("  corrected    with the drift taken out, for {}\n", window_text(fit.corrected_window));
  text += fmt::format("  resync       each {}, so that one may be missed\n", length_text(fit.resync_s));
  return text;
}

std::string fit_table(const std::vector<FitReport>& reports, const FitQuestion& question) {
  Table table({{"file"},
               {"source"},
               {"drift ppm", Align::kRight},
               {"low", Align::kRight},
               {"high", Align::kRight},
               {"rows", Align::kRight},
               {"outliers", Align::kRight},
               {"steps", Align::kRight},
               {"window", Align::kRight},
               {"verdict"}});
  for (const FitReport& report : reports) {
    const DriftFit& fit = report.fit;
    const bool is_rated = has_rate(fit.verdict);
    const bool concludes = fit.verdict == FitVerdict::kConclusive;
    const RateText drift = text_of(fit.rate, fit.interval);
    const std::string verdict =
        concludes ? (fit.window.is_beyond_record ? "good; the window is extrapolated" : "good")
                  : reservation(fit, question);
    table.add({report.file, report.source.empty() ? "-" : report.source, concludes ? drift.rate : "-",
               is_rated ? drift.low : "-", is_rated ? drift.high : "-", std::to_string(fit.rows),
               std::to_string(fit.outliers.size()), std::to_string(fit.steps.size()),
               concludes ? length_text(fit.window.seconds) : "-", verdict});
  }
  return table.text(false);
}

}  // namespace isletime::driftlog
