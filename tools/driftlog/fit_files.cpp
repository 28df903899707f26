// SPDX-License-Identifier: MIT
#include "tools/driftlog/fit_files.hpp"

#include <cerrno>
#include <fstream>
#include <iostream>

#include "libsync/posix/sys_error.hpp"
#include "tools/common/command_line.hpp"
#include "tools/driftlog/number_option.hpp"

namespace isletime::driftlog {

Result<std::vector<SourceRows>, Refusal> read_fit_file(const std::string& file, const ReadOptions& options) {
  std::ifstream opened;
  if (file != "-") {
    errno = 0;
    opened.open(file, std::ios::binary);
    if (!opened) return Unexpected{Refusal{to_string(SysError{errno, "open"}), ExitStatus::kSystemFailed}};
  }
  std::istream& stream = file == "-" ? std::cin : opened;
  errno = 0;
  auto sources = read_fit_rows(stream, options);
  // A folder opens like a file and then cannot be read.
  if (stream.bad()) return Unexpected{Refusal{to_string(SysError{errno, "read"}), ExitStatus::kSystemFailed}};
  if (!sources) return Unexpected{Refusal{sources.error(), ExitStatus::kUsage}};
  return std::move(*sources);
}

std::string shown_name(const std::string& file) {
  return file == "-" ? "stdin" : file;
}

void add_read_options(CommandLine& app, ReadOptions& options) {
  app.add_option(
         "--column",
         [&options](const std::vector<std::string>& texts) {
           for (const auto& text : texts) {
             const auto names = parse_column_names(text);
             options.columns.insert(names->begin(), names->end());
           }
         },
         "Other people's columns: time=when,offset_ms=Offset")
      .type_name("NAMES")
      .check([](const std::string& text) {
        const auto names = parse_column_names(text);
        return names ? std::string{} : '"' + text + "\": " + names.error();
      })
      .repeatable();
  app.add_option(
         "--zone", [&options](const std::string& text) { options.zone = *Zone::parse(text); },
         "Of dates without one: UTC, +02:00, Europe/Berlin")
      .type_name("ZONE")
      .check([](const std::string& text) {
        const auto zone = Zone::parse(text);
        return zone ? std::string{} : '"' + text + "\" " + zone.error();
      });
  app.add_flag("--sort", options.sorts, "Put rows in the order of their times");
  app.add_flag("--skip-bad", options.skips_bad, "Count lines that cannot be read, and go on");
}

void add_verdict_options(CommandLine& app, analysis::FitQuestion& question) {
  add_number(app, "--confidence", question.confidence, 0.5, 0.9999, "a number from 0.5 to 0.9999",
             "How sure to be (default: 0.95)")
      .type_name("P");
  add_number(app, "--precision", question.precision_ppm, 1e-6, 1e6, "a number of ppm above 0",
             "Conclude nothing that is less well known (default: 2)")
      .type_name("PPM");
  app.add_option(
         "--resolution",
         [&question](const std::string& text) { question.resolution_s = *parse_number(text); },
         "Readings are in steps of S (default: seen in them)")
      .type_name("S")
      .check(must_be("a number of seconds from 0.000001 to 3600", [](const std::string& text) {
        const auto number = parse_number(text);
        return number && *number >= 1e-6 && *number <= 3600.0;
      }));
  app.add_option(
         "--oscillator",
         [&question](const std::string& text) { question.oscillator = *analysis::find_oscillator(text); },
         "crystal (default), tcxo or ocxo: how it ages")
      .type_name("KIND")
      .check(must_be("crystal, tcxo or ocxo",
                     [](const std::string& text) { return analysis::find_oscillator(text) != nullptr; }));
}

}  // namespace isletime::driftlog
