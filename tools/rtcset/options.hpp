// SPDX-License-Identifier: MIT
// rtcset's options.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "libsync/core/time_types.hpp"
#include "libsync/drivers/chip_model.hpp"
#include "libsync/drivers/chip_setting.hpp"
#include "tools/common/battery_clock/clock_choice.hpp"
#include "tools/common/exit_status.hpp"
#include "tools/common/log.hpp"

namespace isletime::rtcset {

enum class Command : std::uint8_t { kShow, kCompare, kSet, kToSystem, kCheck, kRepair, kTrim, kDetect };
const char* to_string(Command command);  // as on the command line

struct FromSystem {};
using SetTo = std::variant<FromSystem, WallTime>;

// Trims are in parts per 10^9; a positive one makes the clock run faster.
struct TrimShow {};
struct TrimTo {
  std::int64_t ppb;
};
struct TrimBy {
  std::int64_t ppb;
};
struct TrimFromInput {};
using TrimJob = std::variant<TrimShow, TrimTo, TrimBy, TrimFromInput>;

struct Options {
  Command command = Command::kShow;
  SetTo set_to;
  TrimJob trim;
  std::optional<WantedSetting> setting;  // of repair
  std::optional<std::string> device;     // nothing means the only one that has a clock
  std::optional<ChipModel> chip;
  std::optional<std::uint8_t> address;
  std::optional<std::string> control;  // sntpd's control socket; nothing means its default place
  bool is_local_time = false;          // the clock keeps local time, not UTC
  bool is_trusted = false;             // of a clock that cannot tell whether it kept its time
  bool json = false;
  bool is_dry_run = false;
  bool force = false;
  Log::Level level = Log::Level::kNotices;
};

// The error is the exit status: help was printed, or stderr says what is wrong.
std::variant<Options, ExitStatus> parse_options(int argc, const char* const* argv);

battery_clock::WantedClock wanted_clock(const Options& options);

// Parses a decimal number of ppm such as "-1.25", and returns parts per 10^9, or nothing if it is no number
// or beyond 1000 ppm.
std::optional<std::int64_t> parse_ppm(std::string_view text);

}  // namespace isletime::rtcset
