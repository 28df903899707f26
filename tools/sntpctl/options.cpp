// SPDX-License-Identifier: MIT
#include "tools/sntpctl/options.hpp"

#include <algorithm>
#include <array>

#include "libsync/core/rfc3339.hpp"
#include "libsync/posix/key_file.hpp"
#include "tools/common/command_line.hpp"
#include "tools/common/control_limits.hpp"
#include "tools/common/seconds_option.hpp"

namespace isletime::sntpctl {
namespace {

constexpr ProgramText kText{"sntpctl", "Ask a running sntpd, and feed it samples of any clock.",
                            "Commands: status, sources, clients, activity, feed, set TIME,\n"
                            "set-rate-error FILE, reload, keygen\n"
                            "Also, of keygen, see sntpctl(8): --format --id --out --type\n"
                            "Example: feed the hub the time of another server\n"
                            "  ntpprobe --json 192.168.4.7 | sntpctl feed"};

constexpr std::array kCommands{Command::kStatus,       Command::kSources, Command::kClients,
                               Command::kActivity,     Command::kFeed,    Command::kSet,
                               Command::kSetRateError, Command::kReload,  Command::kKeygen};

struct Words {
  std::string command;
  std::string argument;
  std::string control;
  std::string uncertainty;
  std::string id;
  std::string type;
  std::string dialect;
};

std::optional<Command> parse_command(const std::string& word) {
  const auto* found = std::find_if(kCommands.begin(), kCommands.end(),
                                   [&word](Command command) { return word == to_string(command); });
  return found == kCommands.end() ? std::nullopt : std::optional{*found};
}

// Returns a hint if the command was renamed, or an empty text. There is no alias, which would keep two names
// for one command.
std::string new_name_of(const std::string& command) {
  return command == "window" ? "window is now called set-rate-error" : "";
}

bool is_shown(Command command) {
  switch (command) {
    case Command::kStatus:
    case Command::kSources:
    case Command::kClients:
    case Command::kActivity:
      return true;
    case Command::kFeed:
    case Command::kSet:
    case Command::kSetRateError:
    case Command::kReload:
    case Command::kKeygen:
      return false;
  }
  return false;
}

void add_options(CommandLine& app, Options& options, Words& words) {
  app.add_option("COMMAND", words.command, "What to ask or to do")
      .type_name("")
      .required()
      .check(new_name_of)
      .check(must_be("a command", parse_command));
  app.add_option("ARGUMENT", words.argument, "TIME as in 2026-02-03T04:05:06Z, or FILE").type_name("");
  app.add_option("-c,--control", words.control, "The control socket of sntpd").type_name("PATH");
  app.add_flag("-f,--follow", options.follow, "Go on, and show every change");
  app.add_flag("--json", options.json, "Print the replies as JSON, one a line");
  app.add_option("-n,--lines", options.lines, "How much of the activity (default: 20)")
      .type_name("N")
      .check(must_be_within(1U, kMostActivityLines));
  app.add_option("-u,--uncertainty", words.uncertainty, "Seconds that TIME may be off (default: 0.5)")
      .type_name("S")
      .check(must_be("a number of seconds",
                     [](const std::string& text) { return parse_seconds(text).has_value(); }));
}

std::optional<std::uint32_t> parse_shared_key_id(const std::string& word) {
  const auto id = parse_key_id(word);
  return id && *id <= kLargestSharedKeyId ? id : std::nullopt;
}

std::optional<KeyDialect> parse_dialect(const std::string& word) {
  if (word == "chrony") return KeyDialect::kChrony;
  if (word == "ntpsec") return KeyDialect::kNtpsec;
  return std::nullopt;
}

// Adds options that --help, which must fit a screen, only names.
void add_keygen_options(CommandLine& app, KeygenOptions& options, Words& words) {
  app.add_option("--format", words.dialect)
      .check(must_be("a format: chrony or ntpsec", parse_dialect))
      .unlisted();
  app.add_option("--id", words.id)
      .check(must_be("a key's number, 1 to 65535", parse_shared_key_id))
      .unlisted();
  app.add_option("--out", options.out)
      .check(must_be("a file", [](const std::string& path) { return !path.empty(); }))
      .unlisted();
  app.add_option("--type", words.type)
      .check(must_be("a key's type: MD5, SHA1, SHA256, SHA512, AES128 or AES256", parse_key_type))
      .unlisted();
}

// Finds options that are for other commands. Returns null if there are none.
const char* find_fault_of_keygen(const CommandLine& app) {
  for (const char* option : {"--control", "--json"}) {
    if (app.has(option)) return "keygen asks no sntpd: --control and --json are not for it";
  }
  return nullptr;
}

// Finds arguments and options that do not belong to the command. Returns null if there are none.
const char* find_fault(const CommandLine& app, Command command) {
  const bool has_argument = app.has("ARGUMENT");
  if (command == Command::kSet && !has_argument) return "set: which time? As in 2026-02-03T04:05:06Z";
  if (command == Command::kSetRateError && !has_argument)
    return "set-rate-error: which fit? A file that driftlog fit --json printed, or - for stdin";
  if (command != Command::kSet && command != Command::kSetRateError && has_argument)
    return "a time is for set, and a file for set-rate-error alone";
  if (command != Command::kSet && app.has("--uncertainty")) return "--uncertainty is for set alone";
  if (command != Command::kActivity && app.has("--lines")) return "--lines is for activity alone";
  if (!is_shown(command) && app.has("--follow")) {
    return "--follow is for status, sources, clients and activity";
  }
  if (command == Command::kKeygen) return find_fault_of_keygen(app);
  for (const char* option : {"--format", "--id", "--out", "--type"}) {
    if (app.has(option)) return "--format, --id, --out and --type are for keygen alone";
  }
  return nullptr;
}

// Parses the command's argument. Returns null if that succeeded.
const char* parse_argument(const std::string& argument, bool has_uncertainty, Options& options) {
  if (options.command == Command::kSetRateError) options.fit = argument;
  if (options.command != Command::kSet) return nullptr;
  const auto time = parse_rfc3339(argument);
  if (!time) return "set: TIME is not a time as in 2026-02-03T04:05:06Z";
  options.time = *time;
  // A person, or date(1), gives a whole second, so the time lies somewhere within it.
  const bool is_whole = argument.find('.') == std::string::npos;
  if (is_whole && !has_uncertainty) options.time += std::chrono::milliseconds{500};
  return nullptr;
}

}  // namespace

const char* to_string(Command command) {
  switch (command) {
    case Command::kStatus:
      return "status";
    case Command::kSources:
      return "sources";
    case Command::kClients:
      return "clients";
    case Command::kActivity:
      return "activity";
    case Command::kFeed:
      return "feed";
    case Command::kSet:
      return "set";
    case Command::kSetRateError:
      return "set-rate-error";
    case Command::kReload:
      return "reload";
    case Command::kKeygen:
      return "keygen";
  }
  return "";
}

std::variant<Options, ExitStatus> parse_options(int argc, const char* const* argv) {
  Options options;
  Words words;
  CommandLine app(kText, options.level);
  add_options(app, options, words);
  add_keygen_options(app, options.keygen, words);
  if (const auto status = app.parse(argc, argv)) return *status;
  options.command = *parse_command(words.command);
  const char* fault = find_fault(app, options.command);
  if (fault == nullptr) fault = parse_argument(words.argument, !words.uncertainty.empty(), options);
  if (fault != nullptr) {
    Log(kText.name, Log::Level::kErrors).error(std::string{fault} + "; see sntpctl --help");
    return ExitStatus::kUsage;
  }
  if (!words.control.empty()) options.control = words.control;
  if (!words.id.empty()) options.keygen.id = *parse_shared_key_id(words.id);
  if (!words.type.empty()) options.keygen.type = *parse_key_type(words.type);
  if (!words.dialect.empty()) options.keygen.dialect = *parse_dialect(words.dialect);
  if (!words.uncertainty.empty()) options.uncertainty = Dispersion{*parse_seconds(words.uncertainty)};
  return options;
}

}  // namespace isletime::sntpctl
