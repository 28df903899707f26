// SPDX-License-Identifier: MIT
// The root of a function between two values.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace isletime::analysis {

// Two neighbouring values between which the function changes its sign.
struct RootBracket {
  double low;
  double high;
};

// Returns a root that is met exactly, or a bracket that is at most `tolerance` wide, or twice the precision
// of its values if that is more. The signs of function(low) and function(high) must differ; zero counts as
// positive. A step from one sign to the other counts as a root. Chandrupatla's method: it interpolates where
// the function is smooth, which takes some ten calls, and otherwise bisects (T. R. Chandrupatla, "A new
// hybrid quadratic/bisection algorithm for finding the zero of a nonlinear function without using
// derivatives", Advances in Engineering Software 28, 1997).
template <typename Function>
RootBracket bracket_root(const Function& function, double low, double high, double tolerance) {
  struct Point {
    double at;
    double value;
    bool is_negative() const { return value < 0.0; }
  };
  const auto point = [&function](double at) { return Point{at, function(at)}; };
  Point newest = point(high);
  Point opposite = point(low);
  Point previous = newest;
  double share = 0.5;  // of the way from the newest to the opposite
  while (true) {
    const double width = std::abs(opposite.at - newest.at);
    const double best = std::abs(newest.value) < std::abs(opposite.value) ? newest.at : opposite.at;
    const double least = tolerance / 2.0 + std::numeric_limits<double>::epsilon() * std::abs(best);
    if (width <= 2.0 * least) break;
    share = std::clamp(share, least / width, 1.0 - least / width);
    const Point found = point(newest.at + share * (opposite.at - newest.at));
    if (found.is_negative() == newest.is_negative()) {
      previous = newest;
    } else {
      previous = std::exchange(opposite, newest);
    }
    newest = found;
    if (found.value == 0.0) return {found.at, found.at};
    // Whether the inverse is close to a parabola through the three, so that it may be interpolated.
    const double xi = (newest.at - opposite.at) / (previous.at - opposite.at);
    const double phi = (newest.value - opposite.value) / (previous.value - opposite.value);
    share = 0.5;
    if (phi * phi < xi && (1.0 - phi) * (1.0 - phi) < 1.0 - xi) {
      share = newest.value / (opposite.value - newest.value) * previous.value /
                  (opposite.value - previous.value) +
              (previous.at - newest.at) / (opposite.at - newest.at) * newest.value /
                  (previous.value - newest.value) * opposite.value / (previous.value - opposite.value);
    }
  }
  return {std::min(newest.at, opposite.at), std::max(newest.at, opposite.at)};
}

}  // namespace isletime::analysis
