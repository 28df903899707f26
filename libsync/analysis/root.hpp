// SPDX-License-Identifier: MIT
// Finds where a function of one variable changes its sign, by Chandrupatla's method: it interpolates where
// the function is smooth and bisects elsewhere (T. R. Chandrupatla, "A new hybrid quadratic/bisection
// algorithm for finding the zero of a nonlinear function without using derivatives", Advances in Engineering
// Software 28, 1997).
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace isletime::analysis {

// The ends of an interval in which the function changes its sign.
struct RootBracket {
  double low;
  double high;
};

// Returns a root that is met exactly, or a bracket that is at most `tolerance` wide, or twice the precision
// of its values if that is more. A step from one sign to the other counts as a root, and zero as positive. If
// both ends have the same sign, the end whose value is nearer to zero is returned. The function is called at
// most 202 times, whatever it returns.
template <typename Function>
RootBracket bracket_root(const Function& function, double low, double high, double tolerance) {
  struct Point {
    double at;
    double value;
    bool is_negative() const { return value < 0.0; }
  };
  // Interpolation has converged long before; bisection then narrows any interval to its precision.
  constexpr int kMostInterpolated = 100;
  constexpr int kMostCalls = 200;
  const auto point = [&function](double at) { return Point{at, function(at)}; };
  Point newest = point(high);
  Point opposite = point(low);
  Point previous = newest;
  const auto best = [&] {
    return std::abs(newest.value) < std::abs(opposite.value) ? newest.at : opposite.at;
  };
  if (newest.is_negative() == opposite.is_negative()) return {best(), best()};
  double share = 0.5;  // of the way from the newest point to the opposite one
  for (int calls = 0; calls < kMostCalls; ++calls) {
    const double width = std::abs(opposite.at - newest.at);
    const double least = tolerance / 2.0 + std::numeric_limits<double>::epsilon() * std::abs(best());
    if (!(width > 2.0 * least)) break;
    share = std::clamp(share, least / width, 1.0 - least / width);
    const Point found = point(newest.at + share * (opposite.at - newest.at));
    if (found.value == 0.0) return {found.at, found.at};
    if (found.is_negative() == newest.is_negative()) {
      previous = newest;
    } else {
      previous = std::exchange(opposite, newest);
    }
    newest = found;
    // The inverse is interpolated if it is close to a parabola through the three points.
    const double xi = (newest.at - opposite.at) / (previous.at - opposite.at);
    const double phi = (newest.value - opposite.value) / (previous.value - opposite.value);
    share = 0.5;
    if (calls < kMostInterpolated && phi * phi < xi && (1.0 - phi) * (1.0 - phi) < 1.0 - xi) {
      share = newest.value / (opposite.value - newest.value) * previous.value /
                  (opposite.value - previous.value) +
              (previous.at - newest.at) / (opposite.at - newest.at) * newest.value /
                  (previous.value - newest.value) * opposite.value / (previous.value - opposite.value);
    }
  }
  return {std::min(newest.at, opposite.at), std::max(newest.at, opposite.at)};
}

}  // namespace isletime::analysis
