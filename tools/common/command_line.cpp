// SPDX-License-Identifier: MIT
#include "tools/common/command_line.hpp"

#include <utility>
#include <vector>

#include <fmt/format.h>

#include "tools/common/output.hpp"

namespace isletime {
namespace {

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

}  // namespace

std::unique_ptr<CLI::App> make_command_line(const ProgramText& text, Log::Level& level) {
  auto app = std::make_unique<CLI::App>(text.purpose, text.name);
  app->formatter(std::make_shared<PlainFormatter>());
  app->set_help_flag("-h,--help", "Print this help");
  app->set_version_flag("--version", fmt::format("{} (isletime) {}", text.name, ISLETIME_VERSION),
                        "Print the version");
  add_levels(*app, level);
  app->footer(text.example);
  return app;
}

void add_levels(CLI::App& app, Log::Level& level) {
  auto* verbose = app.add_flag_callback(
      "-v,--verbose", [&level] { level = Log::Level::kDetails; }, "Say more on stderr");
  app.add_flag_callback(
         "-q,--quiet", [&level] { level = Log::Level::kErrors; }, "Say only what is wrong")
      ->excludes(verbose);
}

namespace {

ExitStatus print(const std::string& text, const std::string& program) {
  Output output;
  output.write(text);
  if (!output.failure()) return ExitStatus::kGood;
  Log(program, Log::Level::kErrors).error(to_string(*output.failure()));
  return ExitStatus::kSystemFailed;
}

}  // namespace

std::optional<ExitStatus> parse_command_line(CLI::App& app, int argc, const char* const* argv) {
  try {
    app.parse(argc, argv);
    return std::nullopt;
  } catch (const CLI::CallForHelp&) {
    return print(app.help(), app.get_name());
  } catch (const CLI::CallForVersion& version) {
    return print(version.what() + std::string{'\n'}, app.get_name());
  } catch (const CLI::Error& error) {
    Log(app.get_name(), Log::Level::kErrors)
        .error(fmt::format("{}; see {} --help", error.what(), app.get_name()));
    return ExitStatus::kUsage;
  }
}

}  // namespace isletime
