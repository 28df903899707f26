// SPDX-License-Identifier: MIT
#include "tools/rtcset/options.hpp"

#include <algorithm>
#include <array>
#include <span>

#include "libsync/core/rfc3339.hpp"
#include "libsync/record/decimal_seconds.hpp"
#include "tools/common/chip_address.hpp"
#include "tools/common/command_line.hpp"
#include "tools/rtcset/hwclock_habits.hpp"

namespace isletime::rtcset {
namespace {

constexpr ProgramText kText{"rtcset", "Read, set, check and trim a battery clock (RTC).",
                            "Commands: show, compare, set TIME|from-system, to-system, check,\n"
                            "          repair [SETTING=VALUE], trim show|PPM|+PPM|-, detect\n"
                            "Also, see rtcset(8): --address --chip --control --local-time --trust\n"
                            "Example: keep this machine's time over a power cut, and see how well\n"
                            "  rtcset set from-system"};

constexpr std::array kCommands{Command::kShow,  Command::kCompare, Command::kSet,  Command::kToSystem,
                               Command::kCheck, Command::kRepair,  Command::kTrim, Command::kDetect};

struct Words {
  std::string command;
  std::string argument;
  std::string chip;
  std::string address;
};

std::optional<Command> parse_command(const std::string& word) {
  const auto* found = std::find_if(kCommands.begin(), kCommands.end(),
                                   [&word](Command command) { return word == to_string(command); });
  return found == kCommands.end() ? std::nullopt : std::optional{*found};
}

std::optional<SetTo> parse_set_to(const std::string& word) {
  if (word == "from-system") return FromSystem{};
  const auto time = parse_rfc3339(word);
  return time ? std::optional<SetTo>{*time} : std::nullopt;
}

std::optional<TrimJob> parse_trim(const std::string& word) {
  if (word.empty() || word == "show") return TrimShow{};
  if (word == "-") return TrimFromInput{};
  const bool is_relative = word.starts_with('+');
  const auto ppb = parse_ppm(std::string_view{word}.substr(is_relative ? 1 : 0));
  if (!ppb) return std::nullopt;
  return is_relative ? TrimJob{TrimBy{*ppb}} : TrimJob{TrimTo{*ppb}};
}

void add_options(CommandLine& app, Options& options, Words& words) {
  app.add_option("COMMAND", words.command, "What to do")
      .type_name("")
      .required()
      .check(must_be("a command", parse_command));
  app.add_option("ARGUMENT", words.argument, "Of set, trim and repair").type_name("");
  app.add_option("-d,--device", options.device, "/dev/i2c-N or /dev/rtcN")
      .type_name("PATH")
      .check(must_be("a device", [](const std::string& path) { return !path.empty(); }));
  app.add_flag("-n,--dry-run", options.is_dry_run, "Say what would be done, and do not");
  app.add_flag("-f,--force", options.force, "Do it although there is a reason not to");
  app.add_flag("--json", options.json, "Print JSON, one object a line");
}

std::string one_of_the_chips() {
  std::string text;
  for (const ChipModel model : kChipModels)
    text += (text.empty() ? "a chip: " : ", ") + std::string{to_string(model)};
  return text;
}

// Adds options that --help, which must fit a screen, only names.
void add_rare_options(CommandLine& app, Options& options, Words& words) {
  static const std::string kOneOfTheChips = one_of_the_chips();
  app.add_option("--address", words.address)
      .check(must_be("an address on an I2C bus, 0x08 to 0x77", parse_chip_address))
      .unlisted();
  app.add_option("--chip", words.chip).check(must_be(kOneOfTheChips.c_str(), parse_chip_model)).unlisted();
  app.add_option("--control", options.control).unlisted();
  app.add_flag("--local-time", options.is_local_time).unlisted();
  app.add_flag("--trust", options.is_trusted).unlisted();
}

// Finds options that contradict each other. Returns null if there are none.
const char* find_fault(const CommandLine& app, const Options& options) {
  const bool has_argument = app.has("ARGUMENT");
  const bool takes_argument = options.command == Command::kSet || options.command == Command::kTrim ||
                              options.command == Command::kRepair;
  if (has_argument && !takes_argument) return "only set, trim and repair take an argument";
  if (options.command == Command::kDetect && app.has("--chip")) return "detect finds out the chip itself";
  return nullptr;
}

// Parses the command's argument. Returns null if that succeeded.
const char* parse_argument(Options& options, const std::string& word) {
  switch (options.command) {
    case Command::kSet: {
      const auto to = parse_set_to(word);
      if (!to) return "set: to what? A time as in 2026-02-03T04:05:06Z, or from-system";
      options.set_to = *to;
      return nullptr;
    }
    case Command::kTrim: {
      const auto job = parse_trim(word);
      if (!job) return "trim: by what? show, PPM, +PPM, or - for a drift fit on stdin";
      options.trim = *job;
      return nullptr;
    }
    case Command::kShow:
    case Command::kCompare:
    case Command::kToSystem:
    case Command::kCheck:
    case Command::kDetect:
      return nullptr;
    case Command::kRepair:
      if (word.empty()) return nullptr;
      options.setting = parse_setting(word);
      return options.setting ? nullptr
                             : "repair: what? load=7pF, load=12.5pF, clkout=on, clkout=off, backup=on, "
                               "backup=off, or nothing";
  }
  return nullptr;
}

}  // namespace

const char* to_string(Command command) {
  switch (command) {
    case Command::kShow:
      return "show";
    case Command::kCompare:
      return "compare";
    case Command::kSet:
      return "set";
    case Command::kToSystem:
      return "to-system";
    case Command::kCheck:
      return "check";
    case Command::kRepair:
      return "repair";
    case Command::kTrim:
      return "trim";
    case Command::kDetect:
      return "detect";
  }
  return "";
}

battery_clock::WantedClock wanted_clock(const Options& options) {
  return {options.device, options.chip, options.address, options.force};
}

std::optional<std::int64_t> parse_ppm(std::string_view text) {
  constexpr std::int64_t kMost = 1'000'000;
  // The number is parsed like seconds, so a part per 10^9, which is a thousandth of a ppm, is a millisecond.
  const auto parts = parse_decimal_seconds(text);
  if (!parts) return std::nullopt;
  const std::int64_t ppb = std::chrono::round<std::chrono::milliseconds>(*parts).count();
  if (ppb > kMost || ppb < -kMost) return std::nullopt;
  return ppb;
}

std::variant<Options, ExitStatus> parse_options(int argc, const char* const* argv) {
  Options options;
  Words words;
  const std::span arguments{argv, static_cast<std::size_t>(argc)};
  if (const auto answer =
          answer_hwclock_habit(arguments.subspan(std::min<std::size_t>(1, arguments.size())))) {
    Log(kText.name, Log::Level::kErrors).error(*answer);
    return ExitStatus::kUsage;
  }
  CommandLine app(kText, options.level);
  add_options(app, options, words);
  add_rare_options(app, options, words);
  if (const auto status = app.parse(argc, argv)) return *status;
  options.command = *parse_command(words.command);
  const char* fault = find_fault(app, options);
  if (fault == nullptr) fault = parse_argument(options, words.argument);
  if (fault != nullptr) {
    Log(kText.name, Log::Level::kErrors).error(std::string{fault} + "; see rtcset --help");
    return ExitStatus::kUsage;
  }
  if (!words.chip.empty()) options.chip = parse_chip_model(words.chip);
  if (!words.address.empty()) options.address = parse_chip_address(words.address);
  return options;
}

}  // namespace isletime::rtcset
