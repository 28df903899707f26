// SPDX-License-Identifier: MIT
#include "tools/driftlog/fit_files.hpp"

#include <cerrno>
#include <fstream>
#include <iostream>

#include "libsync/posix/sys_error.hpp"
#include "tools/driftlog/number_option.hpp"

namespace isletime::driftlog {

Result<std::vector<SourceRows>, Refusal> read_fit_file(const std::string& file, const ColumnNames& names) {
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

std::string shown_name(const std::string& file) {
  return file == "-" ? "stdin" : file;
}

void add_column_option(CLI::App& app, ColumnNames& columns) {
  app.add_option_function<std::vector<std::string>>(
         "--column",
         [&columns](const std::vector<std::string>& texts) {
           for (const auto& text : texts) {
             const auto names = parse_column_names(text);
             columns.insert(names->begin(), names->end());
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
}

void add_verdict_options(CLI::App& app, analysis::FitQuestion& question) {
  add_number(app, "--confidence", question.confidence, 0.5, 0.9999, "a number from 0.5 to 0.9999",
             "How sure to be (default: 0.95)")
      ->type_name("P");
  add_number(app, "--precision", question.precision_ppm, 1e-6, 1e6, "a number of ppm above 0",
             "Conclude nothing that is less well known (default: 2)")
      ->type_name("PPM");
}

}  // namespace isletime::driftlog
