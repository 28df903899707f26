// SPDX-License-Identifier: MIT
#include "tools/driftlog/plot.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include <fcntl.h>
#include <unistd.h>

#include <fmt/format.h>

#include "libsync/posix/fd.hpp"
#include "libsync/posix/write_all.hpp"
#include "tools/common/command_line.hpp"
#include "tools/common/output.hpp"
#include "tools/driftlog/fit_files.hpp"
#include "tools/driftlog/gnuplot.hpp"
#include "tools/driftlog/gnuplot_script.hpp"
#include "tools/driftlog/plot_page.hpp"
#include "tools/driftlog/text_chart.hpp"
#include "tools/driftlog/text_look.hpp"

namespace isletime::driftlog {
namespace {

// A picture cannot show more than this.
constexpr std::size_t kMostPictured = 20;
// Keeps a picture below a megabyte, whatever the number of rows.
constexpr std::size_t kMostDots = 3600;
constexpr std::size_t kMostDotsOfSource = 2000;

using Sources = std::vector<SourceRows>;

bool has_no_rows(const SourceRows& source) {
  return source.rows.empty();
}

Result<std::vector<Sources>, PlotFault> read_files(const PlotOptions& options, const Log& log) {
  std::vector<Sources> files;
  std::size_t sources = 0;
  for (const std::string& file : options.files) {
    auto read = read_fit_file(file, options.reading);
    const auto refused = [&file](const std::string& why, ExitStatus status) {
      return Unexpected{PlotFault{fmt::format("{}: {}", shown_name(file), why), status}};
    };
    if (!read) return refused(read.error().what, read.error().status);
    if (std::all_of(read->begin(), read->end(), has_no_rows))
      return refused("has no row with an offset", ExitStatus::kUsage);
    for (const SourceRows& each : *read) {
      if (has_no_rows(each))
        log.notice(fmt::format("{}: {}: has no row with an offset: left out", shown_name(file), each.source));
    }
    std::erase_if(*read, has_no_rows);
    sources += read->size();
    if (sources > kMostPictured)
      return refused(fmt::format("more than {} sources are no picture", kMostPictured), ExitStatus::kUsage);
    files.push_back(std::move(*read));
  }
  return files;
}

// All sources of a file share one time axis.
PageFrame frame_of(const Sources& sources) {
  PageFrame frame{WallTime::max(), 0.0, 0, 0};
  for (const SourceRows& each : sources) frame.from = std::min(frame.from, each.start);
  for (const SourceRows& each : sources) {
    const double start_s = static_cast<double>(elapsed(frame.from, each.start).count()) / 1e9;
    frame.length_s = std::max(frame.length_s, start_s + each.rows.back().time_s);
  }
  return frame;
}

std::string name_of(const std::string& file, const std::string& source, bool has_others) {
  if (source.empty()) return shown_name(file);
  return has_others ? shown_name(file) + ": " + source : source;
}

std::vector<Page> pages_of(std::vector<Sources> files, const PlotOptions& options, std::size_t ticks) {
  std::size_t count = 0;
  for (const Sources& sources : files) count += sources.size();
  std::vector<Page> pages;
  for (std::size_t i = 0; i < files.size(); ++i) {
    PageFrame frame = frame_of(files[i]);
    frame.most_dots = std::min(kMostDots / count, kMostDotsOfSource);
    frame.most_ticks = ticks;
    for (SourceRows& source : files[i]) {
      Series series{name_of(options.files[i], source.source, files.size() > 1), std::move(source), {}};
      series.fit = analysis::fit_drift(series.record.rows, options.question);
      pages.push_back(page_of(series, frame));
    }
    files[i].clear();
  }
  return pages;
}

std::optional<PlotFault> write_failed(const std::string& path) {
  return PlotFault{fmt::format("{}: {}", path, std::strerror(errno))};
}

// The picture has a temporary name until it is complete.
std::optional<PlotFault> write_file(const std::string& path, const std::string& picture) {
  const std::string unfinished = path + ".unfinished";
  Fd file{open(unfinished.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0644)};
  if (!file.is_open()) return write_failed(path);
  std::optional<PlotFault> fault;
  if (const auto failure = write_all(file.get(), picture)) {
    errno = failure->code;
    fault = write_failed(path);
  }
  if (!fault && rename(unfinished.c_str(), path.c_str()) != 0) fault = write_failed(path);
  if (fault) unlink(unfinished.c_str());
  return fault;
}

std::optional<PlotFault> print(const std::string& text) {
  Output output;
  output.write(text);
  if (output.failure()) return PlotFault{to_string(*output.failure())};
  return std::nullopt;
}

std::optional<PlotFault> draw(std::vector<Sources> files, const PlotOptions& options) {
  if (options.picture != Picture::kText) {
    constexpr std::size_t kMostTicks = 9;
    const auto picture =
        run_gnuplot(gnuplot_script(pages_of(std::move(files), options, kMostTicks), options.picture));
    if (!picture) return picture.error();
    return options.output ? write_file(*options.output, *picture) : print(*picture);
  }
  constexpr std::size_t kColumnsOfTick = 15;
  const TextLook look = find_text_look();
  std::string text;
  for (const Page& page :
       pages_of(std::move(files), options, std::max<std::size_t>(2, look.columns / kColumnsOfTick)))
    text += (text.empty() ? "" : "\n") + text_charts(page, look);
  return print(text);
}

}  // namespace

void add_plot_command(CommandLine& program, PlotOptions& options, Log::Level& level) {
  CommandLine plot = program.add_command("plot", "Draw what was logged, by gnuplot or in text", level);
  plot.add_option("FILE", options.files, "Records as CSV or JSON lines; -: stdin").type_name("").required();
  add_read_options(plot, options.reading);
  add_verdict_options(plot, options.question);
  const Option output =
      plot.add_option(
              "-o,--output",
              [&options](const std::string& path) {
                options.output = path;
                if (path.ends_with(".png")) options.picture = Picture::kPng;
              },
              "A picture, .svg or .png (default: SVG to stdout)")
          .type_name("FILE")
          .check(must_be("a file's name that ends in .svg or .png", [](const std::string& path) {
            return path.ends_with(".svg") || path.ends_with(".png");
          }));
  plot.add_flag(
          "--terminal", [&options] { options.picture = Picture::kText; }, "Draw in text, on stdout")
      .excludes(output);
  plot.footer(
      "Example: look at it from afar\n"
      "  ssh pi cat run.csv | driftlog plot --terminal -");
}

ExitStatus plot(const PlotOptions& options, Log::Level level) {
  const Log log("driftlog", level);
  if (options.picture == Picture::kSvg && !options.output && isatty(STDOUT_FILENO) == 1) {
    log.error("plot: no picture onto a terminal: name a file by --output, or draw in text by --terminal");
    return ExitStatus::kUsage;
  }
  auto files = read_files(options, log);
  const std::optional<PlotFault> fault =
      files ? draw(*std::move(files), options) : std::optional<PlotFault>{files.error()};
  if (!fault) return ExitStatus::kGood;
  log.error(fault->text);
  return fault->status;
}

}  // namespace isletime::driftlog
