// SPDX-License-Identifier: MIT
#include "tools/rtcset/hwclock_habits.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include <fmt/format.h>

namespace isletime::rtcset {
namespace {

struct Function {
  std::string_view brief;
  std::string_view name;
  const char* command;      // of rtcset
  const char* remark = "";  // after the line to type
};
constexpr std::array kFunctions{
    Function{"-r", "--show", "show"},
    Function{"-r", "--get", "show"},
    Function{"-w", "--systohc", "set from-system"},
    Function{"-s", "--hctosys", "to-system"},
    Function{"", "--set", "set 2026-02-03T04:05:06Z", ", with your time"},
    Function{"", "--systz", "to-system", ": there is no need to tell the kernel a time zone"},
    Function{"", "--predict", "compare", ", and \"driftlog fit\" tells how far it will drift"},
    Function{"-a", "--adjust", "trim PPM", ", which corrects the chip's rate for good"},
};

bool is_either(std::string_view word, std::string_view brief, std::string_view name) {
  return word == name || (!brief.empty() && word == brief);
}

// The words that belong to hwclock's options for the device.
struct Line {
  const Function* function = nullptr;
  std::string_view word;  // that named it
  std::string device;
  bool is_local_time = false;
  std::string_view scale;  // the option that tells the scale
};

Line read_line(std::span<const char* const> arguments) {
  Line line;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string_view word = arguments[i];
    constexpr std::string_view kDevice = "--rtc=";
    if (word.starts_with(kDevice)) line.device = word.substr(kDevice.size());
    if (is_either(word, "-f", "--rtc") && i + 1 < arguments.size()) line.device = arguments[i + 1];
    if (is_either(word, "-u", "--utc") || is_either(word, "-l", "--localtime")) line.scale = word;
    line.is_local_time = line.is_local_time || is_either(word, "-l", "--localtime");
    const auto* found = std::find_if(kFunctions.begin(), kFunctions.end(), [word](const Function& each) {
      return is_either(word, each.brief, each.name);
    });
    if (found == kFunctions.end()) continue;
    line.function = found;
    line.word = word;
  }
  return line;
}

}  // namespace

std::optional<std::string> answer_hwclock_habit(std::span<const char* const> arguments) {
  const Line line = read_line(arguments);
  if (line.function != nullptr) {
    return fmt::format("{} is an option of hwclock: type \"rtcset {}{}{}\"{}", line.word,
                       line.device.empty() ? "" : "--device " + line.device + ' ',
                       line.is_local_time ? "--local-time " : "", line.function->command,
                       line.function->remark);
  }
  if (line.scale.empty()) return std::nullopt;
  if (line.is_local_time)
    return fmt::format("{} is an option of hwclock: type \"--local-time\" instead", line.scale);
  return fmt::format("{} is an option of hwclock: UTC is what rtcset supposes, so leave it out", line.scale);
}

}  // namespace isletime::rtcset
