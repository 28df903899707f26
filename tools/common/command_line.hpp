// SPDX-License-Identifier: MIT
// Command lines: --help, --version, --verbose, --quiet, and errors as one line on stderr. A front for CLI11,
// with which few sources are compiled, because each takes seconds.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tools/common/exit_status.hpp"
#include "tools/common/log.hpp"

namespace CLI {  // NOLINT(readability-identifier-naming)
class App;
class Option;
}  // namespace CLI

namespace isletime {

struct ProgramText {
  const char* name;
  const char* purpose;  // one line
  const char* example;  // whole lines, at the end of --help
};

// Returns what is wrong with the text of an option, or an empty text.
using Check = std::function<std::string(const std::string&)>;

// The text must satisfy `is_valid`; `what` completes "is not ...".
template <class Predicate>
Check must_be(const char* what, Predicate is_valid) {
  return [=](const std::string& text) {
    return is_valid(text) ? std::string{} : '"' + text + "\" is not " + what;
  };
}

Check must_be_within(int least, int most);

class Option {
 public:
  explicit Option(CLI::Option& option) : option_(&option) {}

  Option type_name(const char* name);
  Option check(Check check);
  Option required();
  Option excludes(const Option& other);
  // --help does not list it.
  Option unlisted();
  // Each use takes one text, so that what follows may be an argument.
  Option repeatable();

 private:
  CLI::Option* option_;
};

// The command line of a program, or of one of its commands. Copies stand for the same.
class CommandLine {
 public:
  CommandLine(const ProgramText& text, Log::Level& level);

  // Adds a command with --verbose and --quiet of its own. The program's --help does not list it.
  CommandLine add_command(const char* name, const char* purpose, Log::Level& level);
  void footer(const char* example);

  // `names` are as in "-p,--port" or, of an argument, "HOST". What is not given keeps its default.
  Option add_option(const char* names, std::string& value, const char* help = "");
  Option add_option(const char* names, std::optional<std::string>& value, const char* help = "");
  Option add_option(const char* names, std::vector<std::string>& values, const char* help = "");
  Option add_option(const char* names, std::uint8_t& value, const char* help = "");
  Option add_option(const char* names, std::optional<std::uint8_t>& value, const char* help = "");
  Option add_option(const char* names, std::uint16_t& value, const char* help = "");
  Option add_option(const char* names, int& value, const char* help = "");
  Option add_option(const char* names, std::uint32_t& value, const char* help = "");
  Option add_option(const char* names, std::optional<std::uint32_t>& value, const char* help = "");
  Option add_option(const char* names, std::uint64_t& value, const char* help = "");
  // `take` is called once the text has passed its checks.
  Option add_option(const char* names, std::function<void(const std::string&)> take, const char* help = "");
  Option add_option(const char* names, std::function<void(const std::vector<std::string>&)> take,
                    const char* help = "");
  Option add_flag(const char* names, bool& value, const char* help = "");
  Option add_flag(const char* names, std::function<void()> take, const char* help = "");

  bool has(const char* option) const;
  bool has_any() const;
  // Returns the commands that were given, in their order.
  std::vector<std::string> commands() const;

  // Parses the arguments. Returns nothing if that succeeded, or else the exit status: help or the version was
  // printed, or stderr has one line on what is wrong.
  std::optional<ExitStatus> parse(int argc, const char* const* argv);

  CLI::App& app() { return *app_; }

 private:
  explicit CommandLine(std::shared_ptr<CLI::App> app) : app_(std::move(app)) {}

  std::shared_ptr<CLI::App> app_;
};

}  // namespace isletime
