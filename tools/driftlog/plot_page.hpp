// SPDX-License-Identifier: MIT
// The picture of a clock, independent of how it is drawn: panels over the same time, one below the other, and
// its Allan deviation. Dots are few enough to be drawn individually.
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
  double low;  // of its bound; equal to y if there is no bound
  double high;
  bool begins = false;  // no line is drawn to it from the dot before
};

enum class Style : std::uint8_t { kBand, kBars, kRows, kOutliers, kFit, kPossible, kLine, kZero };

struct Curve {
  Style style;
  std::string label;  // empty if there is none
  std::vector<Dot> dots;
};

struct Line {
  double x;
  bool is_marked;
};

struct Panel {
  std::string name;  // of the vertical axis
  Range range;
  std::vector<Curve> curves;
  std::string note;  // says what is not shown; empty if everything is
};

struct Page {
  std::string name;
  std::string title;
  Axis time;
  std::vector<Line> events;
  std::vector<Panel> panels;
  // Values are decimal logarithms of seconds and of ppm.
  std::optional<Panel> allan;
};

struct PageFrame {
  WallTime from;  // the same for all pages that share an axis
  double length_s;
  std::size_t most_dots;   // of a curve
  std::size_t most_ticks;  // of the time
};

Page page_of(const Series& series, const PageFrame& frame);

inline constexpr const char* kAllanName = "Allan deviation / ppm";

}  // namespace isletime::driftlog
