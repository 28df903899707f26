// SPDX-License-Identifier: MIT
// Makes records of clocks with the noises, oscillators and readers that are met in the field, and says what
// the clock did during and after each. This generator shares no code with the analysis: it has its own clock,
// random numbers (std::mt19937_64) and flicker noise (octaves of held values).
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <random>
#include <string_view>
#include <vector>

namespace isletime::proof {

enum class Reader : std::uint8_t { kFine, kFloor, kRound };

struct FieldPlan {
  std::string_view name;
  double days = 1.0;
  double interval_s = 120.0;
  // These describe the clock, whose rate is uniform within +-drift_ppm.
  double drift_ppm = 40.0;
  double white_frequency = 0.0;    // Allan deviation at 1 s
  double flicker_frequency = 0.0;  // deviation of each octave
  double walk_frequency = 0.0;     // s/s a root second
  double daily_c = 0.0;            // amplitude of the temperature's daily cycle
  double weather_c = 0.0;          // deviation of what the temperature does besides, over two days
  double ppm_per_c = 0.0;
  double parabola_ppm = 0.0;  // a square degree from 25 C, as of a watch crystal: -0.034
  double ageing_ppm = 0.0;    // a year, by its deviation
  // These describe its readings.
  bool has_thermometer = false;
  double white_s = 0.001;
  double flicker_s = 0.0;      // deviation of each octave
  double queue_s = 0.0;        // mean excess of each way; the bound is then half the round trip
  double outlier_share = 0.0;  // late by an exponential time of mean outlier_s
  double outlier_s = 0.0;
  double server_s = 0.0;      // each server is wrong by this deviation
  double server_hours = 3.0;  // a server's mean time
  double bound_s = 0.0;       // 0: the rows have none
  Reader reader = Reader::kFine;
  double step_s = 1.0;           // that the reader shows
  double interval_jitter = 0.0;  // of the rows' times, in s
  double time_step_s = 0.0;      // the time column is rounded to this
  double request_s = 0.0;        // the row is stamped so long before the reading, on average
  int held_rows = 1;             // the source is updated once in so many rows
  int repeats = 1;               // each row is written so often
};

struct FieldRow {
  double time_s;
  double offset_s;
  std::optional<double> bound_s;
  std::optional<double> temperature_c;
};

class FieldClock {
 public:
  FieldClock(const FieldPlan& plan, std::uint64_t seed);

  void advance(double span_s);
  double phase_s() const { return phase_; }
  double rate() const { return rate_; }  // without white frequency noise, which has none at one time
  double temperature_c() const { return temperature_; }
  std::mt19937_64& random() { return random_; }

 private:
  void set_rate();

  const FieldPlan plan_;
  std::mt19937_64 random_;
  std::normal_distribution<double> normal_;
  double now_ = 0.0;
  double phase_ = 0.0;
  double constant_ = 0.0;
  double walked_ = 0.0;
  double ageing_ = 0.0;  // s/s a second
  double rate_ = 0.0;
  double day_phase_ = 0.0;
  double weather_ = 0.0;
  double mean_c_ = 25.0;
  double temperature_ = 25.0;
  std::vector<double> octaves_;
  std::uint64_t flicker_steps_ = 0;
};

struct FieldRecord {
  std::vector<FieldRow> rows;
  double mean_rate;  // what the clock gained over the record, by its length
  double rate_once;  // at a time of the record that chance chose
  FieldClock clock;  // at the record's end
};

FieldRecord make_field_record(const FieldPlan& plan, std::uint64_t seed);

// Returns the kinds of the table in the docs.
const std::vector<FieldPlan>& field_plans();

// Returns for how long from now the clock stays within the tolerance if `rate` is taken out, at most
// `most_s`.
double stays_within(FieldClock clock, double rate, double tolerance_s, double most_s);

}  // namespace isletime::proof
