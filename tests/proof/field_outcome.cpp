// SPDX-License-Identifier: MIT
#include "tests/proof/field_outcome.hpp"

#include <algorithm>

#include "libsync/analysis/drift_fit.hpp"
#include "tests/proof/plain_fits.hpp"

namespace isletime::proof {
namespace {

constexpr double kMostWindow = 120.0 * 86'400.0;

double quantile(std::vector<double> values, double share) {
  if (values.empty()) return 0.0;
  std::sort(values.begin(), values.end());
  return values[static_cast<std::size_t>(share * static_cast<double>(values.size() - 1))];
}

std::vector<analysis::ClockRow> clock_rows(const std::vector<FieldRow>& rows) {
  std::vector<analysis::ClockRow> result;
  for (const FieldRow& row : rows) {
    result.push_back({row.time_s - rows.front().time_s, row.offset_s - rows.front().offset_s, row.bound_s,
                      row.temperature_c, false});
  }
  return result;
}

void judge(Windows& windows, const FieldClock& clock, double rate, double claimed_s, double tolerance_s) {
  const double looked = std::min(claimed_s, kMostWindow);
  ++windows.claimed;
  windows.held += stays_within(clock, rate, tolerance_s, looked) >= looked * 0.9999 ? 1 : 0;
  windows.lengths.push_back(claimed_s);
}

void add(Held& held, double truth, const PlainFit& fit) {
  held.add(truth, fit.rate, fit.rate - fit.half_width, fit.rate + fit.half_width);
}

}  // namespace

double Held::width_ratio() const {
  std::vector<double> shares;
  for (std::size_t i = 0; i < errors_.size(); ++i) shares.push_back(errors_[i] / halves_[i]);
  return 1.0 / quantile(std::move(shares), 0.95);
}

double Held::half_width() const {
  return quantile(halves_, 0.5);
}

double Windows::median_s() const {
  return quantile(lengths, 0.5);
}

FieldOutcome try_field(const FieldPlan& plan, int runs, std::uint64_t first_seed,
                       const std::vector<double>& tolerances_s) {
  FieldOutcome outcome;
  analysis::FitQuestion question;
  for (int i = 0; i < runs; ++i) {
    const FieldRecord record = make_field_record(plan, first_seed + static_cast<std::uint64_t>(i));
    const auto rows = clock_rows(record.rows);
    question.tolerance_s = tolerances_s[static_cast<std::size_t>(i) % tolerances_s.size()];
    const analysis::DriftFit fit = analysis::fit_drift(rows, question);
    ++outcome.runs;
    if (fit.verdict != analysis::FitVerdict::kConclusive && fit.verdict != analysis::FitVerdict::kTooShort &&
        fit.verdict != analysis::FitVerdict::kWanders)
      continue;
    ++outcome.rated;
    outcome.with_faults += fit.steps.empty() ? 0 : 1;
    outcome.mean.add(record.mean_rate, fit.rate, fit.mean_interval.low, fit.mean_interval.high);
    outcome.once.add(record.rate_once, fit.rate, fit.interval.low, fit.interval.high);
    if (fit.verdict != analysis::FitVerdict::kConclusive) continue;
    judge(outcome.window, record.clock, 0.0, fit.window.seconds, question.tolerance_s);
    judge(outcome.corrected, record.clock, fit.rate, fit.corrected_window.seconds, question.tolerance_s);
  }
  return outcome;
}

PlainOutcome try_plain_fits(const FieldPlan& plan, int runs, std::uint64_t first_seed) {
  PlainOutcome outcome;
  for (int i = 0; i < runs; ++i) {
    const FieldRecord record = make_field_record(plan, first_seed + static_cast<std::uint64_t>(i));
    add(outcome.least_squares, record.mean_rate, least_squares(record.rows));
    add(outcome.newey_west, record.mean_rate, newey_west(record.rows));
    add(outcome.theil_sen, record.mean_rate, theil_sen(record.rows));
  }
  return outcome;
}

}  // namespace isletime::proof
