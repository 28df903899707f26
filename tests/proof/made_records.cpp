// SPDX-License-Identifier: MIT
#include "tests/proof/made_records.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "libsync/analysis/seeded_random.hpp"

namespace isletime::analysis {
namespace {

constexpr double kPpm = 1e-6;
constexpr double kDay = 86'400.0;

struct ReadingError {
  double error_s;
  double bound_s;
};

ReadingError read_error(const MadeRecord& record, double at_s, SeededRandom& random) {
  const double scale =
      record.noise_s * (record.noise_spread > 0.0 ? std::exp(record.noise_spread * random.normal()) : 1.0) *
      (1.0 + record.noise_by_day * (0.5 + 0.5 * std::sin(2.0 * std::numbers::pi * at_s / kDay)));
  switch (record.noise) {
    case MadeNoise::kNormal:
      return {scale * random.normal(), scale * record.bound_deviations};
    case MadeNoise::kUniform:
      return {scale * (2.0 * random.uniform() - 1.0), scale};
    case MadeNoise::kExponential: {
      const double out = random.exponential(scale);
      const double back = random.exponential(scale);
      return {(out - back) / 2.0, (out + back) / 2.0};
    }
  }
  return {};
}

double signed_size(double least, double most, SeededRandom& random) {
  const double size = least + (most - least) * random.uniform();
  return random.chance(0.5) ? size : -size;
}

double shown(double reading, MadeSeconds seconds) {
  switch (seconds) {
    case MadeSeconds::kFine:
      return reading;
    case MadeSeconds::kFloor:
      return std::floor(reading);
    case MadeSeconds::kRound:
      return std::round(reading);
  }
  return reading;
}

std::vector<std::size_t> step_rows(const MadeRecord& record, SeededRandom& random) {
  std::vector<std::size_t> rows;
  for (std::size_t i = 0; i < record.steps; ++i) {
    rows.push_back(
        static_cast<std::size_t>((0.1 + 0.8 * random.uniform()) * static_cast<double>(record.rows)));
  }
  std::sort(rows.begin(), rows.end());
  return rows;
}

}  // namespace

MadeRows make_record(const MadeRecord& record, std::uint64_t seed) {
  SeededRandom random(seed);
  MadeRows made{{}, record.most_drift_ppm * kPpm * (2.0 * random.uniform() - 1.0), 0.0, {}, {}};
  const auto steps = step_rows(record, random);
  auto step = steps.begin();
  double phase = 10.0 * random.uniform();
  double walked = 0.0;
  double clock_gain = 0.0;
  double time = 0.0;
  bool is_stepped = false;
  double gap_until = 0.0;
  for (std::size_t i = 0; i < record.rows; ++i) {
    const double at = record.interval_s *
                      (static_cast<double>(i) + record.interval_jitter * (2.0 * random.uniform() - 1.0));
    const double span = std::max(0.0, at - time);
    time += span;
    const double bend = record.walk * std::sqrt(span) * random.normal();
    const double gained = (made.rate + walked + bend / 2.0) * span +
                          record.walk * std::sqrt(span * span * span / 12.0) * random.normal();
    clock_gain += gained;
    phase += gained + record.white * std::sqrt(span) * random.normal();
    walked += bend;
    for (; step != steps.end() && *step <= i; ++step) {
      phase += signed_size(record.least_step_s, record.most_step_s, random);
      is_stepped = true;
    }
    if (time < gap_until) continue;
    if (random.chance(record.gap_share))
      gap_until = time + random.exponential(record.gap_rows * record.interval_s);
    const auto [error, bound] = read_error(record, time, random);
    double offset = shown(time + phase + error, record.seconds) - time;
    std::optional<double> uncertainty;
    if (record.has_bound) {
      uncertainty = record.seconds == MadeSeconds::kFine ? bound : record.bound_of_seconds_s + bound;
    }
    if (random.chance(record.outlier_share)) {
      made.outliers.push_back(made.rows.size());
      offset += signed_size(record.least_outlier_s, record.most_outlier_s, random);
    }
    if (is_stepped) made.steps.push_back(made.rows.size());
    is_stepped = false;
    made.rows.push_back({time, offset, uncertainty, std::nullopt, false});
  }
  made.mean_rate = clock_gain / time;
  const ClockRow first = made.rows.front();
  for (ClockRow& row : made.rows) {
    row.time_s -= first.time_s;
    row.offset_s -= first.offset_s;
  }
  return made;
}

}  // namespace isletime::analysis
