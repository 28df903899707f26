// SPDX-License-Identifier: MIT
#include "tools/driftlog/gnuplot_script.hpp"

#include <algorithm>
#include <array>
#include <iterator>

#include <fmt/format.h>

#include "libsync/record/plain_text.hpp"

namespace isletime::driftlog {
namespace {

// Lengths are in points, which are pixels; y is from the top.
constexpr int kWidth = 1000;
constexpr int kLeft = 100;
constexpr int kRight = 950;
constexpr int kNameOfPanel = 18;
constexpr int kTop = 26;         // of a page, to the middle of its title
constexpr int kKey = 24;         // from there to the middle of its key
constexpr int kFirstPanel = 18;  // from there
constexpr int kOffsetHeight = 260;
constexpr int kOtherHeight = 140;
constexpr int kGap = 12;    // between panels
constexpr int kTimes = 58;  // below the last of them
constexpr int kTickHeight = 22;
constexpr int kAllanHeight = 280;

// The colours differ also for people who see few of them (Okabe and Ito), and each has a mark of its own.
constexpr std::array kColours{"#0072B2", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000"};
constexpr std::array kMarkers{7, 5, 9, 13, 11, 6, 4, 8, 12, 10};
constexpr const char* kFitColour = "#222222";
constexpr const char* kFaultColour = "#D55E00";

std::string shortened_title(const std::string& text, std::size_t most) {
  std::vector<std::string_view> characters;
  std::string_view rest = text;
  while (!rest.empty()) {
    const std::size_t size = std::max<std::size_t>(1, plain_character(rest));
    characters.push_back(rest.substr(0, size));
    rest.remove_prefix(size);
  }
  if (characters.size() <= most) return text;
  // The end of a name is the most informative part: the source, or the drift.
  std::string out = "...";
  for (auto at = characters.end() - static_cast<std::ptrdiff_t>(most - 3); at != characters.end(); ++at)
    out += *at;
  return out;
}

std::string data_block(const std::string& name, const std::vector<Dot>& dots) {
  std::string out = fmt::format("{} << END_OF_DOTS\n", name);
  bool is_first = true;
  for (const Dot& dot : dots) {
    if (dot.begins && !is_first) out += '\n';
    is_first = false;
    fmt::format_to(std::back_inserter(out), "{:.10g} {:.8g} {:.8g} {:.8g}\n", dot.x, dot.y, dot.low,
                   dot.high);
  }
  return out + "END_OF_DOTS\n";
}

std::string drawn_as(const Curve& curve, const char* colour) {
  // In a curve of few dots, a line may consist of one dot.
  constexpr std::size_t kFewDots = 100;
  switch (curve.style) {
    case Style::kBand:
      return fmt::format("using 1:3:4 with filledcurves fs transparent solid 0.22 noborder lc rgb '{}'",
                         colour);
    case Style::kBars:
      return fmt::format("using 1:3:(0):($4-$3) with vectors nohead lw 1 lc rgb '{}'", colour);
    case Style::kRows:
      return fmt::format("using 1:2 with points pt 7 ps 0.35 lc rgb '{}'", colour);
    case Style::kOutliers:
      return fmt::format("using 1:2 with points pt 2 ps 0.8 lw 1.5 lc rgb '{}'", kFaultColour);
    case Style::kFit:
      return fmt::format("using 1:2 with lines lw 1.8 lc rgb '{}'", kFitColour);
    case Style::kPossible:
      return fmt::format("using 1:2 with lines lw 1.5 dt 2 lc rgb '{}'", kFitColour);
    case Style::kLine:
      return fmt::format("using 1:2 with {} lw 1.5 lc rgb '{}'",
                         curve.dots.size() > kFewDots ? "lines" : "linespoints pt 7 ps 0.3", colour);
    case Style::kZero:
      return fmt::format("using 1:2 with lines lw 1 lc rgb '{}'", kFitColour);
  }
  return "";
}

std::string ticks_of(const std::vector<Tick>& ticks, bool is_labelled) {
  std::string out;
  for (const Tick& tick : ticks) {
    out += fmt::format("{}{} {:.10g}", out.empty() ? "" : ", ",
                       gnuplot_quoted(is_labelled ? tick.label : std::string{}), tick.at);
  }
  return '(' + out + ')';
}

class Script {
 public:
  Script(Picture picture, int height) : height_(height) {
    out_ = "set encoding utf8\n";
    out_ += fmt::format("set terminal {} size {},{} noenhanced background rgb 'white' font 'sans,12'{}\n",
                        picture == Picture::kPng ? "pngcairo" : "svg", kWidth, height,
                        picture == Picture::kPng ? "" : " dynamic");
    out_ += "set multiplot\nset border lc rgb '#666666'\nset grid lc rgb '#d8d8d8' lt 1 lw 0.6\n";
    out_ += "set tics nomirror textcolor rgb '#222222'\n";
    out_ += fmt::format("set lmargin at screen {:.6f}\nset rmargin at screen {:.6f}\n", across(kLeft),
                        across(kRight));
  }

  void add(const Page& page, const char* colour) {
    top_ += kTop;
    put_text(page.title, 1.25);
    top_ += kKey;
    for (std::size_t i = 0; i < page.panels.size(); ++i) {
      const bool is_first = i == 0;
      const bool is_last = i + 1 == page.panels.size();
      top_ += is_first ? kFirstPanel : kGap;
      put_frame(page.panels[i], page.time, is_first ? kOffsetHeight : kOtherHeight, is_last);
      put_key(is_first, top_ - kFirstPanel);
      put_events(page.events);
      std::vector<std::string> drawn;
      for (const Curve& curve : page.panels[i].curves) draw(curve, colour, drawn);
      if (is_first) draw_keys_of(page.events, drawn);
      plot(drawn);
      top_ += is_first ? kOffsetHeight : kOtherHeight;
    }
    top_ += kTimes;
  }

  void add_allan(const std::vector<Page>& pages) {
    std::optional<Panel> frame;
    std::optional<Range> taus;
    std::size_t clocks = 0;
    for (const Page& page : pages) {
      if (!page.allan) continue;
      ++clocks;
      if (!frame) frame = Panel{page.allan->name, page.allan->range, {}, {}};
      frame->range.take_in(page.allan->range.low);
      frame->range.take_in(page.allan->range.high);
      for (const Dot& dot : page.allan->curves[0].dots) {
        if (!taus) taus = Range{dot.x, dot.x};
        taus->take_in(dot.x);
      }
    }
    if (!frame) return;
    top_ += kFirstPanel;
    put_frame(*frame, averaging_axis(*taus), kAllanHeight, true);
    out_ += fmt::format("set ytics {}\n", ticks_of(decade_ticks(frame->range), true));
    out_ += clocks > 1 ? "set key inside right top maxrows 20 font ',11' vertical noreverse Right samplen 2\n"
                       : "unset key\n";
    std::vector<std::string> drawn;
    for (std::size_t i = 0; i < pages.size(); ++i) {
      if (!pages[i].allan) continue;
      const std::string name = put_data(pages[i].allan->curves[0].dots);
      drawn.push_back(fmt::format("{} using 1:2 with linespoints lw 1.5 pt {} ps 0.6 lc rgb '{}' title {}",
                                  name, kMarkers[i % kMarkers.size()], kColours[i % kColours.size()],
                                  gnuplot_quoted(shortened_title(pages[i].name, 60))));
    }
    plot(drawn);
  }

  std::string text() && { return std::move(out_) + "unset multiplot\nset output\n"; }

 private:
  static double across(int x) { return static_cast<double>(x) / kWidth; }
  double up(int y) const { return 1.0 - static_cast<double>(y) / height_; }

  void put_text(const std::string& text, double scale) {
    constexpr std::size_t kMostShown = 96;
    out_ +=
        fmt::format("set label 1 {} at screen {:.6f}, screen {:.6f} left font ',{}' noenhanced\n",
                    gnuplot_quoted(shortened_title(text, kMostShown)), across(kLeft), up(top_), 12 * scale);
  }

  void put_frame(const Panel& panel, const Axis& across_it, int height, bool has_labels) {
    out_ += fmt::format("set tmargin at screen {:.6f}\nset bmargin at screen {:.6f}\n", up(top_),
                        up(top_ + height));
    out_ += fmt::format("set xrange [{:.10g}:{:.10g}]\nset yrange [{:.10g}:{:.10g}]\n", across_it.range.low,
                        across_it.range.high, panel.range.low, panel.range.high);
    out_ +=
        fmt::format("set xtics {}\nset ytics {}\n", ticks_of(across_it.ticks, has_labels),
                    ticks_of(even_ticks(panel.range, static_cast<std::size_t>(height / kTickHeight)), true));
    out_ += fmt::format("set label 2 {} at screen {:.6f}, graph 0.5 center rotate by 90 noenhanced\n",
                        gnuplot_quoted(panel.name), across(kNameOfPanel));
    if (!panel.note.empty()) {
      out_ += fmt::format("set label 3 {} at graph 0.99, graph 0.06 right font ',10' noenhanced\n",
                          gnuplot_quoted(panel.note));
    }
    out_ += has_labels ? fmt::format("set xlabel {}\n", gnuplot_quoted(across_it.name)) : "unset xlabel\n";
  }

  void put_key(bool is_shown, int at) {
    out_ += is_shown ? fmt::format(
                           "set key at screen {:.6f}, screen {:.6f} left center horizontal Left reverse "
                           "samplen 1.5 maxrows 1 font ',11' noenhanced\n",
                           across(kLeft), up(at))
                     : "unset key\n";
  }

  // A vertical line separates the rows before and after a mark, which are not one experiment.
  void put_events(const std::vector<Line>& events) {
    out_ += "unset arrow\n";
    for (const Line& event : events) {
      out_ += fmt::format("set arrow from first {0:.10g}, graph 0 to first {0:.10g}, graph 1 nohead {1}\n",
                          event.x, line_of(event.is_marked));
    }
  }

  static std::string line_of(bool is_marked) {
    return fmt::format("dt {} lw 1.2 lc rgb '{}'", is_marked ? 3 : 4, is_marked ? "#666666" : kFaultColour);
  }

  static void draw_keys_of(const std::vector<Line>& events, std::vector<std::string>& drawn) {
    for (const bool is_marked : {false, true}) {
      if (std::none_of(events.begin(), events.end(),
                       [&](const Line& each) { return each.is_marked == is_marked; }))
        continue;
      drawn.push_back(
          fmt::format("NaN with lines {} title '{}'", line_of(is_marked), is_marked ? "marks" : "steps"));
    }
  }

  void draw(const Curve& curve, const char* colour, std::vector<std::string>& drawn) {
    drawn.push_back(
        fmt::format("{} {} {}", put_data(curve.dots), drawn_as(curve, colour),
                    curve.label.empty() ? std::string{"notitle"} : "title " + gnuplot_quoted(curve.label)));
  }

  std::string put_data(const std::vector<Dot>& dots) {
    std::string name = fmt::format("$dots{}", ++blocks_);
    out_ += data_block(name, dots);
    return name;
  }

  void plot(const std::vector<std::string>& drawn) {
    out_ += fmt::format("plot {}\nunset label\n", fmt::join(drawn, ", \\\n  "));
  }

  std::string out_;
  int height_;
  int top_ = 0;
  int blocks_ = 0;
};

int height_of(const std::vector<Page>& pages) {
  int height = 0;
  bool has_allan = false;
  for (const Page& page : pages) {
    const auto others = static_cast<int>(page.panels.size()) - 1;
    height += kTop + kKey + kFirstPanel + kOffsetHeight + others * (kGap + kOtherHeight) + kTimes;
    has_allan |= page.allan.has_value();
  }
  return height + (has_allan ? kFirstPanel + kAllanHeight + kTimes : 0);
}

}  // namespace

std::string gnuplot_quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : made_plain(text)) {
    if (c == '\'') out += '\'';
    out += c;
  }
  return out + '\'';
}

std::string gnuplot_script(const std::vector<Page>& pages, Picture picture) {
  Script script(picture, height_of(pages));
  for (std::size_t i = 0; i < pages.size(); ++i) script.add(pages[i], kColours[i % kColours.size()]);
  script.add_allan(pages);
  return std::move(script).text();
}

}  // namespace isletime::driftlog
