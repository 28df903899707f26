// SPDX-License-Identifier: MIT
#include "tests/proof/field_records.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace isletime::proof {
namespace {

constexpr double kPpm = 1e-6;
constexpr double kDay = 86'400.0;
constexpr double kYear = 365.25 * kDay;
constexpr double kTurn = 6.283185307179586;
constexpr std::size_t kOctaves = 16;
constexpr double kFlickerStep = 120.0;

// Makes flicker noise from octaves: the k-th value is held for 2^k steps, then drawn anew.
void redraw(std::vector<double>& octaves, std::uint64_t step, std::mt19937_64& random) {
  std::normal_distribution<double> normal;
  for (std::size_t k = 0; k < octaves.size(); ++k) {
    if ((step + k * 37) % (std::uint64_t{1} << k) == 0) octaves[k] = normal(random);
  }
}

double sum(const std::vector<double>& values) {
  double total = 0.0;
  for (const double value : values) total += value;
  return total;
}

std::vector<double> fresh_octaves(std::mt19937_64& random) {
  std::normal_distribution<double> normal;
  std::vector<double> octaves(kOctaves);
  for (double& octave : octaves) octave = normal(random);
  return octaves;
}

double shown(double reading, const FieldPlan& plan) {
  switch (plan.reader) {
    case Reader::kFine:
      return reading;
    case Reader::kFloor:
      return plan.step_s * std::floor(reading / plan.step_s);
    case Reader::kRound:
      return plan.step_s * std::round(reading / plan.step_s);
  }
  return reading;
}

double written(double value, double step) {
  return step > 0.0 ? step * std::round(value / step) : std::round(value * 1e9) / 1e9;
}

}  // namespace

FieldClock::FieldClock(const FieldPlan& plan, std::uint64_t seed)
    : plan_(plan), random_(seed * 7919 + 17), octaves_(fresh_octaves(random_)) {
  std::uniform_real_distribution<double> uniform(-1.0, 1.0);
  constant_ = plan.drift_ppm * kPpm * uniform(random_);
  phase_ = 3.0 * uniform(random_);
  day_phase_ = kTurn * uniform(random_);
  mean_c_ = 25.0 + (plan.parabola_ppm != 0.0 ? 6.0 * uniform(random_) : 0.0);
  weather_ = plan.weather_c * normal_(random_);
  ageing_ = plan.ageing_ppm * kPpm / kYear * normal_(random_);
  set_rate();
}

void FieldClock::set_rate() {
  temperature_ = mean_c_ + weather_ + plan_.daily_c * std::sin(kTurn * now_ / kDay + day_phase_);
  const double warm = temperature_ - 25.0;
  rate_ = constant_ + walked_ + ageing_ * now_ + plan_.flicker_frequency * sum(octaves_) +
          kPpm * (plan_.ppm_per_c * warm + plan_.parabola_ppm * warm * warm);
}

void FieldClock::advance(double span_s) {
  while (span_s > 1e-9) {
    double step = std::min(span_s, 600.0);
    if (plan_.flicker_frequency > 0.0) {
      const double next = static_cast<double>(flicker_steps_ + 1) * kFlickerStep;
      step = std::min(step, std::max(next - now_, 1e-6));
    }
    const double before = rate_;
    now_ += step;
    span_s -= step;
    if (plan_.walk_frequency > 0.0) walked_ += plan_.walk_frequency * std::sqrt(step) * normal_(random_);
    if (plan_.weather_c > 0.0) {
      const double keep = std::exp(-step / (2.0 * kDay));
      weather_ = keep * weather_ + std::sqrt(1.0 - keep * keep) * plan_.weather_c * normal_(random_);
    }
    while (plan_.flicker_frequency > 0.0 &&
           now_ >= static_cast<double>(flicker_steps_ + 1) * kFlickerStep - 1e-6) {
      redraw(octaves_, ++flicker_steps_, random_);
    }
    set_rate();
    phase_ += step * (plan_.flicker_frequency > 0.0 ? before : (before + rate_) / 2.0);
    if (plan_.white_frequency > 0.0) phase_ += plan_.white_frequency * std::sqrt(step) * normal_(random_);
  }
}

FieldRecord make_field_record(const FieldPlan& plan, std::uint64_t seed) {
  FieldRecord record{{}, 0.0, 0.0, FieldClock(plan, seed)};
  FieldClock& clock = record.clock;
  std::mt19937_64 random(seed * 104'729 + 5);
  std::normal_distribution<double> normal;
  std::uniform_real_distribution<double> uniform;
  std::exponential_distribution<double> exponential;
  std::vector<double> flicker = fresh_octaves(random);
  const auto count = static_cast<std::uint64_t>(plan.days * kDay / plan.interval_s) + 1;
  const auto chosen = static_cast<std::uint64_t>(uniform(random) * static_cast<double>(count));
  const double phase_first = clock.phase_s();
  const double start = uniform(random);
  double now = 0.0;
  double server = plan.server_s * normal(random);
  double held_offset = 0.0;
  for (std::uint64_t i = 0; i < count; ++i) {
    const double at = static_cast<double>(i) * plan.interval_s + plan.interval_jitter * uniform(random);
    clock.advance(at - now);
    now = std::max(now, at);
    if (i == chosen) record.rate_once = clock.rate();
    redraw(flicker, i + 1, random);
    double error = plan.white_s * normal(random) + plan.flicker_s * sum(flicker);
    std::optional<double> bound;
    if (plan.bound_s > 0.0) bound = plan.bound_s;
    if (plan.queue_s > 0.0) {
      const double out = plan.queue_s * exponential(random);
      const double back = plan.queue_s * exponential(random);
      error += (out - back) / 2.0;
      if (bound) bound = *bound + (out + back) / 2.0;
    }
    if (uniform(random) < plan.outlier_share) error += plan.outlier_s * exponential(random);
    if (plan.server_s > 0.0 && uniform(random) < plan.interval_s / (3600.0 * plan.server_hours))
      server = plan.server_s * normal(random);
    const double request = plan.request_s * (0.5 + exponential(random) / 2.0);
    const double local = start + now;
    double offset = shown(local + request + clock.phase_s() + error + server, plan) - local;
    if (plan.request_s == 0.0) offset = written(offset, 0.0);
    if (i % static_cast<std::uint64_t>(plan.held_rows) == 0) held_offset = offset;
    FieldRow row{written(local, plan.time_step_s), held_offset, bound, std::nullopt};
    if (plan.has_thermometer)
      row.temperature_c = written(clock.temperature_c() + 0.05 * normal(random), 0.25);
    for (int k = 0; k < plan.repeats; ++k) record.rows.push_back(row);
  }
  record.mean_rate = (clock.phase_s() - phase_first) / now;
  return record;
}

double stays_within(FieldClock clock, double rate, double tolerance_s, double most_s) {
  const double first = clock.phase_s();
  const double step = std::max(60.0, most_s / 2000.0);
  for (double after = step; after <= most_s; after += step) {
    clock.advance(step);
    if (std::abs(clock.phase_s() - first - rate * after) > tolerance_s) return after - step;
  }
  return most_s;
}

const std::vector<FieldPlan>& field_plans() {
  static const std::vector<FieldPlan> all = [] {
    std::vector<FieldPlan> plans;
    const auto add = [&plans](std::string_view name, auto change) {
      FieldPlan plan;
      plan.name = name;
      change(plan);
      plans.push_back(plan);
    };
    using P = FieldPlan&;
    add("white phase", [](P) {});
    add("white phase, bounds", [](P p) { p.bound_s = 0.004; });
    add("white phase, 3 hours", [](P p) { p.days = 0.125, p.interval_s = 60.0; });
    add("white phase, 30 rows", [](P p) { p.interval_s = 2880.0; });
    add("flicker phase", [](P p) { p.white_s = 1e-4, p.flicker_s = 0.001; });
    add("flicker phase, 30 rows", [](P p) { p.white_s = 1e-4, p.flicker_s = 0.001, p.interval_s = 2880.0; });
    add("random-walk phase", [](P p) { p.white_s = 1e-4, p.white_frequency = 1e-4; });
    add("white frequency", [](P p) { p.white_frequency = 1e-5; });
    add("flicker frequency", [](P p) { p.flicker_frequency = 1e-7; });
    add("flicker frequency, fine", [](P p) { p.white_s = 2e-5, p.flicker_frequency = 3e-8; });
    add("random-walk frequency", [](P p) { p.walk_frequency = 3e-9; });
    add("random-walk frequency, weak", [](P p) { p.walk_frequency = 3e-10; });
    add("random-walk frequency, weaker", [](P p) { p.walk_frequency = 1e-10; });
    add("walk of 5e-9, 30 rows", [](P p) { p.walk_frequency = 5e-9, p.interval_s = 2880.0; });
    add("one-sided outliers, 5 %", [](P p) { p.outlier_share = 0.05, p.outlier_s = 0.05; });
    add("one-sided outliers, 20 %", [](P p) { p.outlier_share = 0.2, p.outlier_s = 0.05; });
    add("outliers 20 %, bounds", [](P p) { p.outlier_share = 0.2, p.outlier_s = 0.05, p.bound_s = 0.1; });
    add("changing servers", [](P p) { p.server_s = 0.005; });
    add("changing servers, bounds", [](P p) { p.server_s = 0.005, p.bound_s = 0.02; });
    add("Wi-Fi",
        [](P p) { p.queue_s = 0.004, p.bound_s = 0.001, p.outlier_share = 0.05, p.outlier_s = 0.03; });
    add("Wi-Fi, no bounds", [](P p) { p.queue_s = 0.004, p.outlier_share = 0.05, p.outlier_s = 0.03; });
    const auto seconds = [&add](std::string_view name, auto change) {
      add(name, [&](P p) {
        p.white_s = 0.0;
        p.reader = Reader::kFloor;
        p.interval_s = 60.0;
        p.bound_s = 1.0;
        p.interval_jitter = 0.01;
        change(p);
      });
    };
    seconds("seconds, exact times", [](P) {});
    seconds("seconds, times of 10 ms", [](P p) { p.time_step_s = 0.01; });
    seconds("seconds, times of 1 s", [](P p) { p.time_step_s = 1.0; });
    seconds("seconds, stamped at the request", [](P p) { p.request_s = 0.06; });
    seconds("seconds, 3 ppm, times of 10 ms", [](P p) {
      p.time_step_s = 0.01, p.drift_ppm = 3.0, p.days = 3.0, p.reader = Reader::kRound, p.bound_s = 0.5;
    });
    seconds("seconds, 3 ppm, times of 1 s", [](P p) {
      p.time_step_s = 1.0, p.drift_ppm = 3.0, p.days = 3.0, p.reader = Reader::kRound, p.bound_s = 0.5;
    });
    seconds("seconds, 3 ppm, at the request",
            [](P p) { p.request_s = 0.06, p.drift_ppm = 3.0, p.days = 3.0, p.bound_s = 0.6; });
    seconds("seconds, no bounds", [](P p) { p.bound_s = 0.0; });
    seconds("seconds of 10 ms times, no bounds", [](P p) {
      p.bound_s = 0.0, p.time_step_s = 0.01, p.interval_jitter = 0.05, p.drift_ppm = 3.0, p.days = 3.0;
    });
    seconds("seconds, jittered by a second", [](P p) { p.interval_jitter = 1.0, p.time_step_s = 0.01; });
    seconds("seconds, a walk", [](P p) { p.walk_frequency = 3e-9, p.days = 4.0, p.interval_s = 120.0; });
    add("10 ms readings", [](P p) { p.reader = Reader::kRound, p.step_s = 0.01, p.white_s = 0.001; });
    add("1 ms readings", [](P p) { p.reader = Reader::kRound, p.step_s = 0.001; });
    add("fine, driftless", [](P p) { p.drift_ppm = 0.0; });
    add("held for 6 rows", [](P p) { p.held_rows = 6, p.interval_s = 20.0; });
    add("each row twice", [](P p) { p.repeats = 2; });
    const auto warm = [](P p) { p.daily_c = 4.0, p.ppm_per_c = 0.2; };
    add("daily cycle, 6 hours", [&](P p) { warm(p), p.days = 0.25; });
    add("daily cycle, 1 day", warm);
    add("daily cycle, 2.5 days", [&](P p) { warm(p), p.days = 2.5; });
    add("daily cycle, 7 days", [&](P p) { warm(p), p.days = 7.0, p.interval_s = 600.0; });
    add("daily and weather, 3 days", [&](P p) { warm(p), p.days = 3.0, p.weather_c = 2.0; });
    add("daily, thermometer, 1 day", [&](P p) { warm(p), p.has_thermometer = true; });
    add("daily, thermometer, 4 days", [&](P p) {
      warm(p), p.has_thermometer = true, p.days = 4.0, p.interval_s = 300.0, p.weather_c = 2.0;
    });
    const auto watch = [](P p) { p.daily_c = 4.0, p.parabola_ppm = -0.034, p.weather_c = 1.0; };
    add("watch crystal, 3 days", [&](P p) { watch(p), p.days = 3.0, p.interval_s = 300.0; });
    add("watch crystal, thermometer",
        [&](P p) { watch(p), p.days = 3.0, p.interval_s = 300.0, p.has_thermometer = true; });
    add("ageing, 30 days", [](P p) { p.days = 30.0, p.interval_s = 3600.0, p.ageing_ppm = 3.0; });
    add("ageing, 2 days", [](P p) { p.days = 2.0, p.interval_s = 300.0, p.ageing_ppm = 3.0; });
    add("walk and ageing, 4 days",
        [](P p) { p.days = 4.0, p.interval_s = 600.0, p.ageing_ppm = 3.0, p.walk_frequency = 1e-9; });
    return plans;
  }();
  return all;
}

}  // namespace isletime::proof
