// SPDX-License-Identifier: MIT
#include "tools/driftlog/fit.hpp"

#include "tools/common/output.hpp"
#include "tools/driftlog/fit_files.hpp"
#include "tools/driftlog/fit_report.hpp"
#include "tools/driftlog/number_option.hpp"

namespace isletime::driftlog {

void add_fit_command(CommandLine& program, FitOptions& options, Log::Level& level) {
  CommandLine app =
      program.add_command("fit", "Say how fast clocks drift, and how long to trust them", level);
  constexpr double kTenYears = 10.0 * 365.25 * 86'400.0;
  app.add_option("FILE", options.files, "Records as CSV or JSON lines; -: stdin").type_name("").required();
  add_read_options(app, options.reading);
  add_number(app, "--tolerance", options.question.tolerance_s, 1e-6, kTenYears, "a number of seconds above 0",
             "How far off is too far (default: 1)")
      .type_name("S");
  add_verdict_options(app, options.question);
  app.add_flag("--json", options.json, "Print JSON, an object a file and source");
  app.footer(
      "Example: how long is each within 50 ms, after a sync?\n"
      "  driftlog fit --tolerance 0.05 pi.csv camera.csv");
}

ExitStatus fit(const FitOptions& options, Log::Level level) {
  const Log log("driftlog", level);
  Output output;
  std::vector<FitReport> reports;
  auto status = ExitStatus::kGood;
  for (const std::string& file : options.files) {
    const auto sources = read_fit_file(file, options.reading);
    const std::string name = shown_name(file);
    if (!sources) {
      log.error(name + ": " + sources.error().what);
      return sources.error().status;
    }
    for (const SourceRows& rows : *sources) {
      reports.push_back({name, rows.source, rows.start, rows.without_offset,
                         analysis::fit_drift(rows.rows, options.question), rows.skipped});
      if (reports.back().fit.verdict != analysis::FitVerdict::kConclusive) status = ExitStatus::kBadVerdict;
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
