// SPDX-License-Identifier: MIT
// The results of a simulation: the clock's errors, and whether the bounds that the program served were true.
// print() writes lines of "name value".
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
  // Takes a reply of the program that left at `utc`.
  void on_served(const Header& reply, double utc);

  // Prints "rms_us", "p99_us" and "max_us" of the errors; "usable_s", the time since which the error was
  // below 10 ms; "recovered_s", how long after the step it was not. If the program was queried, also prints
  // "asked"; "served", the number of replies that claimed to be synchronised; and of these "broken_percent",
  // the share with an error beyond the root distance, "worst_ratio", the greatest ratio of the two, and
  // "median_bound_us".
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
