// SPDX-License-Identifier: MIT
#include "tools/driftlog/options.hpp"

#include <algorithm>
#include <optional>
#include <string>

#include <fmt/format.h>

#include "tools/common/command_line.hpp"
#include "tools/driftlog/clocks.hpp"
#include "tools/driftlog/duration.hpp"
#include "tools/driftlog/plot.hpp"

namespace isletime::driftlog {
namespace {

using std::chrono::milliseconds;

constexpr ProgramText kText{"driftlog", "Log how clocks drift, as sample records.",
                            "Also, see driftlog(1): --camera-zone --csv --insecure --thermal-file\n"
                            "-t,--timeout. Commands, each with --help: fit, plot, simulate\n"
                            "Example: a row a minute for a day\n"
                            "  driftlog --duration 1d rtc:/dev/i2c-1 > run.csv"};

struct Words {
  std::vector<std::string> sources;
  std::string reference;
  std::string interval;
  std::string duration;
  std::string timeout;
  std::string thermal_file;
  std::string camera_zone;
  bool thermal = false;
  bool csv = false;
  bool json = false;
};

Check must_be_source() {
  return [](const std::string& text) {
    const auto source = parse_source(text);
    return source ? std::string{} : '"' + text + "\" " + source.error();
  };
}

void add_log_options(CommandLine& app, LogOptions& options, Words& words) {
  app.add_option("SOURCE", words.sources, "ntp:HOST rtc:PATH ssh:HOST http:URL ccapi:URL cmd:RUN")
      .type_name("")
      .check(must_be_source());
  app.add_option("-i,--interval", words.interval, "Between rows: seconds, or 5m, 1h, 1d (default: 1m)")
      .type_name("S")
      .check(must_be_duration(milliseconds{10}, "a time, at least 0.01 s"));
  app.add_option("-d,--duration", words.duration, "How long (default: until interrupted)")
      .type_name("S")
      .check(must_be_duration(nanoseconds::zero(), "a time, as in 90, 5m, 1.5h, 2d"));
  app.add_option("-r,--reference", words.reference, "By this clock, not by the system's")
      .type_name("SOURCE")
      .check(must_be_source());
  app.add_option("--resume", options.resume, "Go on with the file of a run that was interrupted")
      .type_name("FILE");
  app.add_flag("--set-first", options.sets_first, "Set the sources that can be set");
  app.add_flag("--thermal", words.thermal, "Log the machine's temperature as well");
  app.add_flag("--json", words.json, "Print JSON, one object a line, and no CSV");
}

// Adds options that --help, which must fit a screen, only names.
void add_rare_options(CommandLine& app, LogOptions& options, Words& words) {
  app.add_flag("--csv", words.csv).unlisted();
  app.add_option("-t,--timeout", words.timeout)
      .check(must_be_duration(milliseconds{100}, "a time, at least 0.1 s"))
      .unlisted();
  app.add_flag("--insecure", options.trusts_any_certificate).unlisted();
  app.add_option("--thermal-file", words.thermal_file).unlisted();
  app.add_option("--camera-zone", words.camera_zone)
      .check(must_be("current or standard",
                     [](const std::string& text) { return text == "current" || text == "standard"; }))
      .unlisted();
}

// Finds arguments and options that contradict each other.
std::optional<std::string> find_fault(const LogOptions& options) {
  if (options.sources.empty()) return "SOURCE is required";
  for (auto source = options.sources.begin(); source != options.sources.end(); ++source) {
    if (std::any_of(options.sources.begin(), source,
                    [source](const SourceText& other) { return other.name == source->name; }))
      return source->name + ": is named twice";
  }
  if (options.reference && options.reference->kind != SourceKind::kNtp)
    return "--reference: " + options.reference->name + " is not ntp:HOST";
  return std::nullopt;
}

LogOptions converted(LogOptions options, const Words& words) {
  for (const std::string& text : words.sources) options.sources.push_back(*parse_source(text));
  if (!words.reference.empty()) options.reference = *parse_source(words.reference);
  if (!words.interval.empty()) options.interval = *parse_duration(words.interval);
  if (!words.duration.empty()) options.duration = parse_duration(words.duration);
  if (!words.timeout.empty()) options.timeout = *parse_duration(words.timeout);
  if (words.camera_zone == "standard") options.camera_zone = CameraZone::kStandard;
  if (words.json) options.format = Format::kJson;
  if (!words.thermal_file.empty()) options.thermal = words.thermal_file;
  return options;
}

ExitStatus refuse(const std::string& why) {
  Log(kText.name, Log::Level::kErrors).error(why + "; see driftlog --help");
  return ExitStatus::kUsage;
}

// Finds the thermometer to log by. Returns what is wrong if it cannot be read.
std::optional<std::string> find_thermal(LogOptions& options, bool is_asked_for) {
  if (options.thermal) {
    if (read_celsius(*options.thermal)) return std::nullopt;
    return fmt::format("--thermal-file: {}: holds no temperature in thousandths of a degree",
                       *options.thermal);
  }
  if (!is_asked_for) return std::nullopt;
  options.thermal = find_thermal_zone();
  if (options.thermal) return std::nullopt;
  return "--thermal: this machine shows no temperature: leave it out, or name a --thermal-file";
}

}  // namespace

std::variant<Options, ExitStatus> parse_options(int argc, const char* const* argv) {
  Options options;
  LogOptions log;
  FitOptions fit;
  PlotOptions plot;
  SimulateOptions simulation;
  Words words;
  CommandLine app(kText, options.level);
  add_log_options(app, log, words);
  add_rare_options(app, log, words);
  add_fit_command(app, fit, options.level);
  add_plot_command(app, plot, options.level);
  add_simulate_command(app, simulation, options.level);
  if (const auto status = app.parse(argc, argv)) return *status;
  if (const auto commands = app.commands(); !commands.empty()) {
    if (commands.size() > 1 || app.has_any())
      return refuse(commands[0] + ": is to come first, with its options behind it");
    if (commands[0] == "fit") options.job = fit;
    if (commands[0] == "plot") options.job = plot;
    if (commands[0] == "simulate") options.job = simulation;
    return options;
  }
  if (words.csv && words.json) return refuse("--csv and --json exclude each other");
  log = converted(std::move(log), words);
  if (const auto fault = find_fault(log)) return refuse(*fault);
  if (const auto fault = find_thermal(log, words.thermal)) {
    Log(kText.name, Log::Level::kErrors).error(*fault);
    return ExitStatus::kSystemFailed;
  }
  options.job = log;
  return options;
}

}  // namespace isletime::driftlog
