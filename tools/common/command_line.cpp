// SPDX-License-Identifier: MIT
#include "tools/common/command_line.hpp"

#include <algorithm>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "tools/common/output.hpp"

namespace isletime {
namespace {

// The group of options that --help does not list. Unlike those of CLI11's hidden group, which has no name,
// they are named by complaints.
constexpr const char* kUnlisted = "unlisted";

// Shows "--port PORT" without CLI11's remarks on types, ranges and exclusions, because a screen has 24 lines.
class PlainFormatter : public CLI::Formatter {
 public:
  PlainFormatter() {
    column_width(26);
    label("OPTIONS", "OPTION...");
  }
  std::string make_option_opts(const CLI::Option* option) const override {
    const std::string type = option->get_type_name();
    return type.empty() ? type : ' ' + type;
  }
  std::string make_group(std::string group, bool is_positional,
                         std::vector<const CLI::Option*> options) const override {
    if (group == kUnlisted) return "";
    return Formatter::make_group(std::move(group), is_positional, std::move(options));
  }
};

std::vector<CLI::Option*> add_levels(CLI::App& app, Log::Level& level) {
  auto* verbose = app.add_flag_callback(
      "-v,--verbose", [&level] { level = Log::Level::kDetails; }, "Say more on stderr");
  auto* quiet = app.add_flag_callback(
      "-q,--quiet", [&level] { level = Log::Level::kErrors; }, "Say only what is wrong");
  quiet->excludes(verbose);
  return {verbose, quiet};
}

ExitStatus print(const std::string& text, const std::string& program) {
  Output output;
  output.write(text);
  if (!output.failure()) return ExitStatus::kGood;
  Log(program, Log::Level::kErrors).error(to_string(*output.failure()));
  return ExitStatus::kSystemFailed;
}

}  // namespace

Check must_be_within(int least, int most) {
  return [range = CLI::Range(least, most)](std::string text) { return range(text); };
}

Option Option::type_name(const char* name) {
  option_->type_name(name);
  return *this;
}

Option Option::check(Check check) {
  option_->check(CLI::Validator([check = std::move(check)](std::string& text) { return check(text); }, ""));
  return *this;
}

Option Option::required() {
  option_->required();
  return *this;
}

Option Option::excludes(const Option& other) {
  option_->excludes(other.option_);
  return *this;
}

Option Option::unlisted() {
  option_->group(kUnlisted);
  return *this;
}

Option Option::repeatable() {
  option_->allow_extra_args(false);
  return *this;
}

CommandLine::CommandLine(const ProgramText& text, Log::Level& level)
    : app_(std::make_shared<CLI::App>(text.purpose, text.name)) {
  app_->formatter(std::make_shared<PlainFormatter>());
  app_->set_help_flag("-h,--help", "Print this help");
  app_->set_version_flag("--version", fmt::format("{} (isletime) {}", text.name, ISLETIME_VERSION),
                         "Print the version");
  add_levels(*app_, level);
  app_->footer(text.example);
}

CommandLine CommandLine::add_command(const char* name, const char* purpose, Log::Level& level) {
  CLI::App* command = app_->add_subcommand(name, purpose);
  command->group("");
  // A command's --help has no room for these, which the program's --help explains.
  for (CLI::Option* option : add_levels(*command, level)) option->group(kUnlisted);
  return CommandLine{app_->get_subcommand_ptr(command)};
}

void CommandLine::footer(const char* example) {
  app_->footer(example);
}

Option CommandLine::add_option(const char* names, std::string& value, const char* help) {
  return Option{*app_->add_option(names, value, help)};
}

Option CommandLine::add_option(const char* names, std::optional<std::string>& value, const char* help) {
  return Option{*app_->add_option(names, value, help)};
}

Option CommandLine::add_option(const char* names, std::vector<std::string>& values, const char* help) {
  return Option{*app_->add_option(names, values, help)};
}

Option CommandLine::add_option(const char* names, std::uint8_t& value, const char* help) {
  return Option{*app_->add_option(names, value, help)};
}

Option CommandLine::add_option(const char* names, std::optional<std::uint8_t>& value, const char* help) {
  return Option{*app_->add_option(names, value, help)};
}

Option CommandLine::add_option(const char* names, std::uint16_t& value, const char* help) {
  return Option{*app_->add_option(names, value, help)};
}

Option CommandLine::add_option(const char* names, int& value, const char* help) {
  return Option{*app_->add_option(names, value, help)};
}

Option CommandLine::add_option(const char* names, std::uint32_t& value, const char* help) {
  return Option{*app_->add_option(names, value, help)};
}

Option CommandLine::add_option(const char* names, std::optional<std::uint32_t>& value, const char* help) {
  return Option{*app_->add_option(names, value, help)};
}

Option CommandLine::add_option(const char* names, std::uint64_t& value, const char* help) {
  return Option{*app_->add_option(names, value, help)};
}

Option CommandLine::add_option(const char* names, std::function<void(const std::string&)> take,
                               const char* help) {
  return Option{*app_->add_option_function<std::string>(names, take, help)};
}

Option CommandLine::add_option(const char* names, std::function<void(const std::vector<std::string>&)> take,
                               const char* help) {
  return Option{*app_->add_option_function<std::vector<std::string>>(names, take, help)};
}

Option CommandLine::add_flag(const char* names, bool& value, const char* help) {
  return Option{*app_->add_flag(names, value, help)};
}

Option CommandLine::add_flag(const char* names, std::function<void()> take, const char* help) {
  return Option{*app_->add_flag_callback(names, std::move(take), help)};
}

bool CommandLine::has(const char* option) const {
  return app_->count(option) > 0;
}

bool CommandLine::has_any() const {
  const auto options = std::as_const(*app_).get_options();
  return std::any_of(options.begin(), options.end(),
                     [](const CLI::Option* option) { return option->count() > 0; });
}

std::vector<std::string> CommandLine::commands() const {
  std::vector<std::string> names;
  for (const CLI::App* command : app_->get_subcommands()) names.push_back(command->get_name());
  return names;
}

std::optional<ExitStatus> CommandLine::parse(int argc, const char* const* argv) {
  try {
    app_->parse(argc, argv);
    return std::nullopt;
  } catch (const CLI::CallForHelp&) {
    return print(app_->help(), app_->get_name());
  } catch (const CLI::CallForVersion& version) {
    return print(version.what() + std::string{'\n'}, app_->get_name());
  } catch (const CLI::Error& error) {
    Log(app_->get_name(), Log::Level::kErrors)
        .error(fmt::format("{}; see {} --help", error.what(), app_->get_name()));
    return ExitStatus::kUsage;
  }
}

}  // namespace isletime
