// SPDX-License-Identifier: MIT
// The picture of a clock, whoever draws it: panels over the same time, one below the other, and its Allan
// deviation. Dots are few enough to be drawn each.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tools/driftlog/plot_scale.hpp"
#include "tools/driftlog/plot_series.hpp"

namespace isletime::driftlog {

struct Dot {
  double x;
  double y;
  double low;  // of its bound; y: it has none
  double high;
  bool begins = false;  // nothing is drawn from the dot before to it
};

enum class Style : std::uint8_t { kBand, kBars, kRows, kOutliers, kFit, kPossible, kLine, kZero };

struct Curve {
  Style style;
  std::string label;  // empty: none
  std::vector<Dot> dots;
};

struct Line {
  double x;
  bool is_marked;
};

struct Panel {
  std::string name;  // of what goes up
  Range range;
  std::vector<Curve> curves;
  std::string note;  // a note on what is not shown; empty: nothing is left out
};

struct Page {
  std::string name;
  std::string title;
  Axis time;
  std::vector<Line> events;
  std::vector<Panel> panels;
  // Decimal logarithms of seconds, and of ppm.
  std::optional<Panel> allan;
};

struct PageFrame {
  WallTime from;  // of all that share an axis
  double length_s;
  std::size_t most_dots;   // of a curve
  std::size_t most_ticks;  // of the time
};

Page page_of(const Series& series, const PageFrame& frame);

inline constexpr const char* kAllanName = "Allan deviation / ppm";

}  // namespace isletime::driftlog
