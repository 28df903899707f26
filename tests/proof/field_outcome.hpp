// SPDX-License-Identifier: MIT
// Counts over many field records of a kind how often an interval held the truth and how wide it was, and how
// often the clock stayed within the tolerance for the whole of a window that was claimed.
#pragma once

#include <cmath>
#include <vector>

#include "tests/proof/field_records.hpp"

namespace isletime::proof {

class Held {
 public:
  void add(double truth, double estimate, double low, double high) {
    ++runs_;
    held_ += low <= truth && truth <= high ? 1 : 0;
    errors_.push_back(std::abs(estimate - truth));
    halves_.push_back((high - low) / 2.0);
  }
  int runs() const { return runs_; }
  double percent() const { return runs_ == 0 ? 100.0 : 100.0 * held_ / runs_; }
  // The half-width against the 95th percentile of the error, over runs whose width differs: 1 is honest.
  double width_ratio() const;
  double half_width() const;

 private:
  int runs_ = 0;
  int held_ = 0;
  std::vector<double> errors_;
  std::vector<double> halves_;
};

struct Windows {
  int claimed = 0;
  int held = 0;
  std::vector<double> lengths;

  double percent() const { return claimed == 0 ? 100.0 : 100.0 * held / claimed; }
  double median_s() const;
};

struct FieldOutcome {
  int runs = 0;
  int rated = 0;        // runs with a rate
  int with_faults = 0;  // that found a step
  Held mean;
  Held once;
  Windows window;
  Windows corrected;
};

// How often the intervals of well-known fits hold the mean rate.
struct PlainOutcome {
  Held least_squares;
  Held theil_sen;
  Held newey_west;
};

// The tolerances of the windows take turns.
FieldOutcome try_field(const FieldPlan& plan, int runs, std::uint64_t first_seed,
                       const std::vector<double>& tolerances_s = {1.0});
// Applies those fits to the records that try_field() makes of the same plan and seeds.
PlainOutcome try_plain_fits(const FieldPlan& plan, int runs, std::uint64_t first_seed);

}  // namespace isletime::proof
