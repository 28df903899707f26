// SPDX-License-Identifier: MIT
#include "tools/driftlog/text_chart.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "libsync/record/plain_text.hpp"

namespace isletime::driftlog {
namespace {

constexpr std::size_t kOffsetLines = 17;
constexpr std::size_t kOtherLines = 11;

enum class Ink : std::uint8_t { kNone, kBound, kStep, kMark, kZero, kRow, kFit, kOutlier };

struct Glyph {
  const char* ascii;
  const char* utf8;
  const char* colour;  // as in SGR
};

Glyph glyph_of(Ink ink) {
  switch (ink) {
    case Ink::kNone:
      return {" ", " ", ""};
    case Ink::kBound:
      return {":", "░", "2"};
    case Ink::kStep:
      return {"|", "│", "31"};
    case Ink::kMark:
      return {"!", "┆", "2"};
    case Ink::kZero:
      return {"-", "─", "2"};
    case Ink::kRow:
      return {"*", "•", "36"};
    case Ink::kFit:
      return {"-", "─", "1"};
    case Ink::kOutlier:
      return {"x", "×", "31"};
  }
  return {" ", " ", ""};
}

Ink ink_of(Style style) {
  switch (style) {
    case Style::kBand:
    case Style::kBars:
      return Ink::kBound;
    case Style::kRows:
    case Style::kLine:
      return Ink::kRow;
    case Style::kOutliers:
      return Ink::kOutlier;
    case Style::kFit:
    case Style::kPossible:
      return Ink::kFit;
    case Style::kZero:
      return Ink::kZero;
  }
  return Ink::kNone;
}

// Returns the part of a text that a terminal without UTF-8 can show, cut to `most` characters.
std::string shown(std::string_view text, const TextLook& look, std::size_t most) {
  std::string out;
  for (std::size_t count = 0; !text.empty() && count < most; ++count) {
    const std::size_t size = plain_character(text);
    const std::string_view character = text.substr(0, std::max<std::size_t>(1, size));
    if (size == 1 || (size > 1 && look.is_utf8)) {
      out += character;
    } else if (character == "µ") {
      out += 'u';
    } else if (character != "°") {
      out += '?';
    }
    text.remove_prefix(character.size());
  }
  return out;
}

std::string drawn(Ink ink, const TextLook& look) {
  const Glyph glyph = glyph_of(ink);
  const std::string_view character = look.is_utf8 ? glyph.utf8 : glyph.ascii;
  if (!look.has_colours || ink == Ink::kNone) return std::string{character};
  return fmt::format("\x1b[{}m{}\x1b[0m", glyph.colour, character);
}

// Returns the column or row of a value, 0 to `cells` - 1, or nothing if it is outside.
std::optional<std::size_t> place(double value, const Range& range, std::size_t cells) {
  const double at = (value - range.low) / range.width() * static_cast<double>(cells - 1);
  if (!(at > -0.51 && at < static_cast<double>(cells) - 0.49)) return std::nullopt;
  return static_cast<std::size_t>(std::max(0.0, std::round(at)));
}

class Canvas {
 public:
  Canvas(const Range& across, const Range& up, std::size_t columns, std::size_t lines)
      : across_(across), up_(up), lines_(lines, std::vector<Ink>(columns, Ink::kNone)) {}

  void draw(const Curve& curve) {
    const Ink ink = ink_of(curve.style);
    for (std::size_t i = 0; i < curve.dots.size(); ++i) {
      const Dot& dot = curve.dots[i];
      if (ink == Ink::kBound) {
        draw_bound(dot);
      } else {
        put(dot.x, dot.y, ink);
      }
      const bool is_line = ink == Ink::kFit || ink == Ink::kZero || curve.style == Style::kLine;
      if (is_line && i > 0 && !dot.begins) connect(curve.dots[i - 1], dot, ink);
    }
  }

  void draw(const Line& event) {
    const auto column = place(event.x, across_, columns());
    if (!column) return;
    for (auto& line : lines_) line[*column] = event.is_marked ? Ink::kMark : Ink::kStep;
  }

  std::size_t columns() const { return lines_[0].size(); }
  const std::vector<std::vector<Ink>>& lines() const { return lines_; }

 private:
  void put(double x, double y, Ink ink) {
    const auto column = place(x, across_, columns());
    const auto line = place(y, up_, lines_.size());
    if (!column || !line) return;
    Ink& cell = lines_[*line][*column];
    // The fit passes through the rows, so the two are drawn alternately to show both.
    if (ink == Ink::kFit && cell == Ink::kRow && *column % 2 == 1) return;
    cell = ink;
  }

  void draw_bound(const Dot& dot) {
    const auto column = place(dot.x, across_, columns());
    if (!column || dot.high < up_.low || dot.low > up_.high) return;
    const auto low = place(std::max(dot.low, up_.low), up_, lines_.size());
    const auto high = place(std::min(dot.high, up_.high), up_, lines_.size());
    if (!low || !high) return;
    for (std::size_t line = *low; line <= *high; ++line) lines_[line][*column] = Ink::kBound;
  }

  void connect(const Dot& from, const Dot& to, Ink ink) {
    const double cells = (to.x - from.x) / across_.width() * static_cast<double>(columns() - 1);
    const auto between = static_cast<int>(std::ceil(cells)) - 1;
    for (int i = 1; i <= between; ++i) {
      const double share = i / cells;
      put(from.x + share * (to.x - from.x), from.y + share * (to.y - from.y), ink);
    }
  }

  Range across_;
  Range up_;
  std::vector<std::vector<Ink>> lines_;
};

struct Chart {
  const Panel& panel;
  const Axis& across;
  std::vector<Tick> ticks;  // up
  std::size_t lines;
};

std::vector<Chart> charts_of(const Page& page, const Axis& averaging) {
  std::vector<Chart> charts;
  for (const Panel& panel : page.panels) {
    const std::size_t lines = charts.empty() ? kOffsetLines : kOtherLines;
    charts.push_back({panel, page.time, even_ticks(panel.range, lines / 3), lines});
  }
  if (page.allan) charts.push_back({*page.allan, averaging, decade_ticks(page.allan->range), kOtherLines});
  return charts;
}

std::size_t margin_for(const std::vector<Chart>& charts) {
  std::size_t margin = 6;
  for (const Chart& chart : charts) {
    for (const Tick& tick : chart.ticks) margin = std::max(margin, tick.label.size());
  }
  return margin + 1;
}

std::string without_end_blanks(std::string line) {
  line.erase(line.find_last_not_of(' ') + 1);
  return line + '\n';
}

class Printer {
 public:
  Printer(const Page& page, const TextLook& look, std::size_t margin)
      : page_(page), look_(look), margin_(margin) {}

  std::string chart(const Chart& chart, bool has_time) const {
    // A column is left free, as some terminals break a full line.
    Canvas canvas(chart.across.range, chart.panel.range, look_.columns - margin_ - 2, chart.lines);
    for (const Curve& curve : chart.panel.curves) {
      if (ink_of(curve.style) == Ink::kBound) canvas.draw(curve);
    }
    if (has_time) {
      for (const Line& event : page_.events) canvas.draw(event);
    }
    for (const Curve& curve : chart.panel.curves) {
      if (ink_of(curve.style) != Ink::kBound) canvas.draw(curve);
    }
    return heading(chart.panel, has_time) + body(canvas, chart) + foot(canvas, chart.across);
  }

 private:
  std::string heading(const Panel& panel, bool has_time) const {
    std::size_t room = look_.columns - 1;
    std::string line = shown(panel.name, look_, room);
    room -= std::min(room, line.size());
    const auto add = [&](Ink ink, const std::string& label) {
      const std::size_t width = label.size() + 5;
      if (label.empty() || width > room) return;
      room -= width;
      line += fmt::format("   {} {}", drawn(ink, look_), label);
    };
    for (const Curve& curve : panel.curves) add(ink_of(curve.style), curve.label);
    if (has_time && !panel.curves[0].label.empty()) {
      for (const bool is_marked : {false, true}) {
        const bool has_some = std::any_of(page_.events.begin(), page_.events.end(),
                                          [&](const Line& each) { return each.is_marked == is_marked; });
        if (has_some) add(is_marked ? Ink::kMark : Ink::kStep, is_marked ? "marks" : "steps");
      }
    }
    if (!panel.note.empty() && panel.note.size() + 3 <= room) line += "   " + panel.note;
    return line + '\n';
  }

  std::string body(const Canvas& canvas, const Chart& chart) const {
    std::vector<std::string> labels(chart.lines);
    for (const Tick& tick : chart.ticks) {
      if (const auto line = place(tick.at, chart.panel.range, chart.lines)) labels[*line] = tick.label;
    }
    std::string out;
    for (std::size_t line = chart.lines; line-- > 0;) {
      const bool has_tick = !labels[line].empty();
      std::string row = fmt::format("{:>{}}", labels[line], margin_);
      row += look_.is_utf8 ? (has_tick ? "┤" : "│") : (has_tick ? "+" : "|");
      std::size_t used = canvas.columns();
      while (used > 0 && canvas.lines()[line][used - 1] == Ink::kNone) --used;
      for (std::size_t i = 0; i < used; ++i) row += drawn(canvas.lines()[line][i], look_);
      out += row + '\n';
    }
    return out;
  }

  std::string foot(const Canvas& canvas, const Axis& across) const {
    std::vector<bool> has_tick(canvas.columns());
    std::string labels(margin_ + 1 + canvas.columns(), ' ');
    std::size_t free_from = 0;
    for (const Tick& tick : across.ticks) {
      const auto column = place(tick.at, across.range, canvas.columns());
      if (!column) continue;
      has_tick[*column] = true;
      const std::string label = shown(tick.label, look_, tick.label.size());
      const std::size_t middle = margin_ + 1 + *column;
      const std::size_t begin =
          std::min(middle - std::min(middle, label.size() / 2), labels.size() - label.size());
      if (begin < free_from) continue;
      labels.replace(begin, label.size(), label);
      free_from = begin + label.size() + 1;
    }
    std::string line = fmt::format("{:>{}}{}", "", margin_, look_.is_utf8 ? "└" : "+");
    for (const bool is_tick : has_tick) line += look_.is_utf8 ? (is_tick ? "┴" : "─") : (is_tick ? "+" : "-");
    return line + '\n' + without_end_blanks(std::move(labels)) +
           fmt::format("{:>{}}{}\n", "", margin_ + 1, across.name);
  }

  const Page& page_;
  const TextLook& look_;
  std::size_t margin_;
};

}  // namespace

std::string text_charts(const Page& page, const TextLook& look) {
  Axis averaging;
  if (page.allan) {
    Range taus{page.allan->curves[0].dots[0].x, page.allan->curves[0].dots[0].x};
    for (const Dot& dot : page.allan->curves[0].dots) taus.take_in(dot.x);
    averaging = averaging_axis(taus);
  }
  const auto charts = charts_of(page, averaging);
  const Printer printer(page, look, margin_for(charts));
  std::string out = shown(page.title, look, look.columns - 1) + '\n';
  for (const Chart& chart : charts) {
    out += &chart == charts.data() ? "" : "\n";
    out += printer.chart(chart, &chart.across == &page.time);
  }
  return out;
}

}  // namespace isletime::driftlog
