// SPDX-License-Identifier: MIT
#include "tools/driftlog/fit.hpp"

#include <cerrno>
#include <fstream>
#include <iostream>

#include "libsync/posix/sys_error.hpp"
#include "tools/common/command_line.hpp"
#include "tools/common/output.hpp"
#include "tools/driftlog/fit_report.hpp"
#include "tools/driftlog/fit_rows.hpp"
#include "tools/driftlog/number_option.hpp"

namespace isletime::driftlog {
namespace {

struct Refusal {
  std::string what;
  ExitStatus status;
};

Result<std::vector<SourceRows>, Refusal> read(const std::string& file, const ColumnNames& names) {
  std::ifstream opened;
  if (file != "-") {
    errno = 0;
    opened.open(file, std::ios::binary);
    if (!opened) return Unexpected{Refusal{to_string(SysError{errno, "open"}), ExitStatus::kSystemFailed}};
  }
  std::istream& stream = file == "-" ? std::cin : opened;
  errno = 0;
  auto sources = read_fit_rows(stream, names);
  // A folder opens like a file and then cannot be read.
  if (stream.bad()) return Unexpected{Refusal{to_string(SysError{errno, "read"}), ExitStatus::kSystemFailed}};
  if (!sources) return Unexpected{Refusal{sources.error(), ExitStatus::kUsage}};
  return std::move(*sources);
}

}  // namespace

CLI::App* add_fit_command(CLI::App& program, FitOptions& options) {
  CLI::App& app = *program.add_subcommand("fit", "Say how fast clocks drift, and how long to trust them");
  constexpr double kTenYears = 10.0 * 365.25 * 86'400.0;
  app.add_option("FILE", options.files, "Records as CSV or JSON lines; -: stdin")->type_name("")->required();
  app.add_option_function<std::vector<std::string>>(
         "--column",
         [&options](const std::vector<std::string>& texts) {
           for (const auto& text : texts) {
             const auto names = parse_column_names(text);
             options.columns.insert(names->begin(), names->end());
           }
         },
         "Other people's columns: time=when,offset_ms=Offset")
      ->type_name("NAMES")
      ->check(CLI::Validator(
          [](std::string& text) {
            const auto names = parse_column_names(text);
            return names ? std::string{} : '"' + text + "\": " + names.error();
          },
          ""))
      ->take_all()
      ->expected(1);
  add_number(app, "--tolerance", options.question.tolerance_s, 1e-6, kTenYears, "a number of seconds above 0",
             "How far off is too far (default: 1)")
      ->type_name("S");
  add_number(app, "--confidence", options.question.confidence, 0.5, 0.9999, "a number from 0.5 to 0.9999",
             "How sure to be (default: 0.95)")
      ->type_name("P");
  add_number(app, "--precision", options.question.precision_ppm, 1e-6, 1e6, "a number of ppm above 0",
             "Conclude nothing that is less well known (default: 2)")
      ->type_name("PPM");
  app.add_flag("--json", options.json, "Print JSON, an object a file and source");
  app.footer(
      "Example: how long is each within 50 ms, after a sync?\n"
      "  driftlog fit --tolerance 0.05 pi.csv camera.csv");
  return &app;
}

ExitStatus fit(const FitOptions& options, Log::Level level) {
  const Log log("driftlog", level);
  Output output;
  std::vector<FitReport> reports;
  auto status = ExitStatus::kGood;
  for (const std::string& file : options.files) {
    auto sources = read(file, options.columns);
    const std::string name = file == "-" ? "stdin" : file;
    if (!sources) {
      log.error(name + ": " + sources.error().what);
      return sources.error().status;
    }
    for (const SourceRows& rows : *sources) {
      reports.push_back({name, rows.source, rows.start, rows.without_offset,
                         analysis::fit_drift(rows.rows, options.question)});
      if (reports.back().fit.verdict != analysis::Verdict::kConclusive) status = ExitStatus::kBadVerdict;
      if (options.json) output.line(fit_json(reports.back(), options.question));
    }
  }
  if (!options.json) {
    output.write(reports.size() == 1 ? fit_words(reports.front(), options.question)
                                     : fit_table(reports, options.question));
  }
  if (output.failure()) {
    log.error(to_string(*output.failure()));
    return ExitStatus::kSystemFailed;
  }
  return status;
}

}  // namespace isletime::driftlog
