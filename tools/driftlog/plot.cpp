// SPDX-License-Identifier: MIT
#include "tools/driftlog/plot.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iostream>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

#include "libsync/posix/fd.hpp"
#include "tools/common/command_line.hpp"
#include "tools/common/output.hpp"
#include "tools/driftlog/gnuplot.hpp"
#include "tools/driftlog/gnuplot_script.hpp"
#include "tools/driftlog/series.hpp"
#include "tools/driftlog/text_chart.hpp"

namespace isletime::driftlog {
namespace {

using Fault = std::optional<PlotFault>;

Result<std::vector<Series>, PlotFault> read_file(const std::string& path) {
  const auto read = [&path](std::istream& file) -> Result<std::vector<Series>, PlotFault> {
    auto all = read_series(file);
    if (all) return *std::move(all);
    return Unexpected{PlotFault{fmt::format("{}: {}", path, all.error()), ExitStatus::kUsage}};
  };
  if (path == "-") return read(std::cin);
  struct stat status {};
  std::ifstream file(path, std::ios::binary);
  if (!file || stat(path.c_str(), &status) != 0)
    return Unexpected{PlotFault{fmt::format("{}: {}", path, std::strerror(errno)), ExitStatus::kUsage}};
  if (S_ISDIR(status.st_mode)) return Unexpected{PlotFault{path + ": is a folder", ExitStatus::kUsage}};
  return read(file);
}

Result<std::vector<Series>, PlotFault> read_files(const std::vector<std::string>& paths) {
  std::vector<Series> all;
  for (const std::string& path : paths) {
    auto of_file = read_file(path);
    if (!of_file) return of_file;
    for (Series& series : *of_file) {
      if (paths.size() > 1) series.source = path + ": " + series.source;
      all.push_back(std::move(series));
    }
  }
  return all;
}

Fault write_failed(const std::string& path) {
  return PlotFault{fmt::format("{}: {}", path, std::strerror(errno))};
}

// Under another name until it is whole.
Fault draw_to(const std::string& path, const std::string& script) {
  const std::string unfinished = path + ".unfinished";
  Fd file{open(unfinished.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644)};
  if (!file.is_open()) return write_failed(path);
  Fault fault = run_gnuplot(script, file.get());
  if (!fault && rename(unfinished.c_str(), path.c_str()) != 0) fault = write_failed(path);
  if (fault) unlink(unfinished.c_str());
  return fault;
}

Fault draw(const std::vector<Series>& all, const PlotOptions& options) {
  if (options.picture != Picture::kText) {
    const std::string script = gnuplot_script(all, options.picture);
    return options.output ? draw_to(*options.output, script) : run_gnuplot(script, STDOUT_FILENO);
  }
  Output output;
  for (const Series& series : all) output.write(text_chart(series));
  if (output.failure()) return PlotFault{to_string(*output.failure())};
  return std::nullopt;
}

}  // namespace

CLI::App* add_plot_command(CLI::App& app, PlotOptions& options) {
  auto* plot = app.add_subcommand("plot", "Draw what was logged, by gnuplot or in text");
  plot->add_option("FILE", options.files, "Of driftlog, or - for stdin")->type_name("")->required();
  plot->add_option_function<std::string>(
          "-o,--output",
          [&options](const std::string& path) {
            options.output = path;
            if (path.ends_with(".png")) options.picture = Picture::kPng;
          },
          "A picture, .svg or .png (default: SVG to stdout)")
      ->type_name("FILE")
      ->check(must_be("a file's name that ends in .svg or .png", [](const std::string& path) {
        return path.ends_with(".svg") || path.ends_with(".png");
      }));
  plot->add_flag_callback(
          "--terminal", [&options] { options.picture = Picture::kText; }, "Draw in text, on stdout")
      ->excludes("--output");
  plot->footer(
      "Example: look at it from afar\n"
      "  ssh pi cat run.csv | driftlog plot --terminal -");
  return plot;
}

ExitStatus plot(const PlotOptions& options, Log::Level level) {
  const Log log("driftlog", level);
  if (options.picture == Picture::kSvg && !options.output && isatty(STDOUT_FILENO) == 1) {
    log.error("plot: no picture onto a terminal: name a file by --output, or draw in text by --terminal");
    return ExitStatus::kUsage;
  }
  const auto all = read_files(options.files);
  const Fault fault = all ? draw(*all, options) : Fault{all.error()};
  if (!fault) return ExitStatus::kGood;
  log.error(fault->text);
  return fault->status;
}

}  // namespace isletime::driftlog
