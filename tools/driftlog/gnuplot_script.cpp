// SPDX-License-Identifier: MIT
#include "tools/driftlog/gnuplot_script.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "libsync/core/rfc3339.hpp"

namespace isletime::driftlog {
namespace {

constexpr std::size_t kMostPoints = 4000;
constexpr int kWidth = 1000;
constexpr int kPanelHeight = 380;

struct Unit {
  const char* name;
  nanoseconds one;
};

// In which the largest offset has few digits.
Unit unit_for(nanoseconds largest) {
  using namespace std::chrono_literals;
  if (largest < 10us) return {"ns", 1ns};
  if (largest < 10ms) return {"us", 1us};
  if (largest < 10s) return {"ms", 1ms};
  return {"s", 1s};
}

double in(nanoseconds value, const Unit& unit) {
  return static_cast<double>(value.count()) / static_cast<double>(unit.one.count());
}

nanoseconds largest_offset(const std::vector<Series>& all) {
  nanoseconds largest{};
  for (const Series& series : all) {
    for (const Point& point : series.points) largest = std::max(largest, std::chrono::abs(point.offset));
  }
  return largest;
}

WallTime first_time(const std::vector<Series>& all) {
  WallTime first = WallTime::max();
  for (const Series& series : all) {
    for (const Point& point : series.points) first = std::min(first, point.time);
  }
  return first;
}

bool has_temperature(const Series& series) {
  return std::any_of(series.points.begin(), series.points.end(),
                     [](const Point& point) { return point.temperature_c.has_value(); });
}

// As gnuplot quotes: nothing but the mark itself means anything between single ones.
std::string quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'') out += '\'';
    out += c;
  }
  return out + '\'';
}

double hours(WallTime from, WallTime to) {
  return static_cast<double>(elapsed(from, to).count()) / 3.6e12;
}

std::string data_of(const Series& series, std::size_t number, WallTime first, const Unit& unit) {
  std::string out = fmt::format("$rows{} << END_OF_ROWS\n", number);
  for (const Point& point : thinned(series.points, kMostPoints)) {
    out += fmt::format("{:.6f} {:.6f} {:.6f} ", hours(first, point.time), in(point.offset, unit),
                       in(point.uncertainty, unit));
    out += point.temperature_c ? fmt::format("{:.3f}\n", *point.temperature_c) : "NaN\n";
  }
  return out + "END_OF_ROWS\n";
}

// Where what was before and what is after are not one experiment.
std::string marks_of(const std::vector<Series>& all, WallTime first) {
  constexpr std::size_t kMostMarks = 200;
  std::vector<WallTime> times;
  for (const Series& series : all) times.insert(times.end(), series.marks.begin(), series.marks.end());
  std::sort(times.begin(), times.end());
  times.erase(std::unique(times.begin(), times.end()), times.end());
  if (times.size() > kMostMarks) times.resize(kMostMarks);
  std::string out;
  for (const WallTime time : times) {
    const double at = hours(first, time);
    out += fmt::format(
        "set arrow from first {0:.6f}, graph 0 to first {0:.6f}, graph 1 nohead dt 3 lc rgb "
        "'gray'\n",
        at);
  }
  return out;
}

template <class Drawn>
std::string plot_command(const std::vector<Series>& all, const Drawn& drawn) {
  std::string out;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const std::string one = drawn(all[i], i);
    if (one.empty()) continue;
    out += (out.empty() ? "plot " : ", ") + one;
  }
  return out + '\n';
}

std::string offsets_panel(const std::vector<Series>& all, const Unit& unit) {
  return fmt::format("set ylabel 'offset / {}'\n", unit.name) +
         plot_command(all, [](const Series& series, std::size_t i) {
           return fmt::format("$rows{0} using 1:2:3 with yerrorbars pt 7 ps 0.3 lc {1} title {2}", i, i + 1,
                              quoted(series.source));
         });
}

std::string temperature_panel(const std::vector<Series>& all) {
  return "set ylabel 'temperature / °C'\n" + plot_command(all, [](const Series& series, std::size_t i) {
           if (!has_temperature(series)) return std::string{};
           return fmt::format("$rows{0} using 1:4 with lines lc {1} title {2}", i, i + 1,
                              quoted(series.source));
         });
}

}  // namespace

std::string gnuplot_script(const std::vector<Series>& all, Picture picture) {
  const WallTime first = first_time(all);
  const Unit unit = unit_for(largest_offset(all));
  const auto began = format_rfc3339(first);
  const bool is_warm = std::any_of(all.begin(), all.end(), has_temperature);
  const int panels = is_warm ? 2 : 1;
  std::string script = "set encoding utf8\n";
  script +=
      fmt::format("set terminal {} size {},{} {}\n", picture == Picture::kPng ? "pngcairo" : "svg", kWidth,
                  panels * kPanelHeight, picture == Picture::kPng ? "noenhanced" : "noenhanced dynamic");
  for (std::size_t i = 0; i < all.size(); ++i) script += data_of(all[i], i, first, unit);
  script += fmt::format("set multiplot layout {},1\nset grid\nset key noenhanced\n", panels);
  script += fmt::format("set xlabel 'hours since {:.19}Z'\n", std::string_view{began.data(), began.size()});
  script += marks_of(all, first);
  script += offsets_panel(all, unit);
  if (is_warm) script += temperature_panel(all);
  return script + "unset multiplot\n";
}

}  // namespace isletime::driftlog
