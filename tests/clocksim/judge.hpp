// SPDX-License-Identifier: MIT
// The verdict on a simulation: how wrong the clock was, and whether the program told its own clients the
// truth about that. print() writes "name value" lines.
#pragma once

#include <optional>
#include <vector>

#include "tests/clocksim/servers.hpp"
#include "tests/clocksim/settings.hpp"

namespace isletime::clocksim {

class Judge {
 public:
  explicit Judge(const Settings& settings) : settings_(settings) {}

  // Takes local clock - UTC at each whole second.
  void on_error(double now, double error);
  // Takes a reply of the program that has left at that UTC.
  void on_served(const Header& reply, double utc);

  // "rms_us", "p99_us", "max_us" of the errors; "usable_s", from when on it was within 10 ms; "recovered_s",
  // so long after the step it was not. If it was asked: "asked"; "served", how often it did not say that it
  // is unsynchronised; of these, "broken_percent" with an error beyond the root distance, the "worst_ratio"
  // of the two and the "median_bound_us".
  void print();

 private:
  void print_bounds();

  const Settings& settings_;
  std::vector<double> errors_;
  std::optional<double> usable_;
  double recovered_ = 0;
  long asked_ = 0;
  long broken_ = 0;
  double worst_ratio_ = 0;
  std::vector<double> bounds_;
};

}  // namespace isletime::clocksim
