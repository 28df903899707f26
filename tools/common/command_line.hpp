// SPDX-License-Identifier: MIT
// The parts that all command lines have in common, based on CLI11: --help, --version, --verbose, --quiet, and
// errors as one line on stderr.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include <CLI/CLI.hpp>

#include "tools/common/exit_status.hpp"
#include "tools/common/log.hpp"

namespace isletime {

struct ProgramText {
  const char* name;
  const char* purpose;  // one line
  const char* example;  // whole lines, at the end of --help
};

// The group of options that --help does not list. Unlike those of CLI11's hidden group, which has no name,
// they are named by complaints.
inline constexpr const char* kUnlisted = "unlisted";

std::unique_ptr<CLI::App> make_command_line(const ProgramText& text, Log::Level& level);

// Adds --verbose and --quiet to a subcommand, as make_command_line() does to the program.
void add_levels(CLI::App& app, Log::Level& level);

// Parses the arguments; those that are not given keep their defaults. Returns nothing if that succeeded, or
// else the exit status: help or the version was printed, or stderr has one line on what is wrong.
std::optional<ExitStatus> parse_command_line(CLI::App& app, int argc, const char* const* argv);

// An option whose text must satisfy `is_valid`; `what` completes "is not ...".
template <class Predicate>
CLI::Validator must_be(const char* what, Predicate is_valid) {
  return CLI::Validator(
      [=](std::string& text) { return is_valid(text) ? std::string{} : '"' + text + "\" is not " + what; },
      "");
}

template <class T>
CLI::Validator must_be_within(T least, T most) {
  CLI::Range range(least, most);
  range.description("");
  return range;
}

}  // namespace isletime
