// SPDX-License-Identifier: MIT
// rtcset's options.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "libsync/core/time_types.hpp"
#include "libsync/drivers/chip_model.hpp"
#include "tools/common/battery_clock/clock_choice.hpp"
#include "tools/common/exit_status.hpp"
#include "tools/common/log.hpp"

namespace isletime::rtcset {

enum class Command : std::uint8_t { kShow, kCompare, kSet, kToSystem, kCheck, kRepair, kTrim, kDetect };
const char* to_string(Command command);  // as on the command line

struct FromSystem {};
using SetTo = std::variant<FromSystem, WallTime>;

// In parts per 10^9; positive: the clock runs faster.
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
  std::optional<std::string> device;  // absent: the only one that has a clock
  std::optional<ChipModel> chip;
  std::optional<std::uint8_t> address;
  std::optional<std::string> control;  // of sntpd; absent: where it puts it by default
  bool is_local_time = false;          // what the clock is set to
  bool json = false;
  bool is_dry_run = false;
  bool force = false;
  Log::Level level = Log::Level::kNotices;
};

// The status: help was printed, or stderr says what is wrong.
std::variant<Options, ExitStatus> parse_options(int argc, const char* const* argv);

battery_clock::WantedClock wanted_clock(const Options& options);

// "-1.25": decimal, to the ninth part. Absent: it is no number, or beyond 1000.
std::optional<std::int64_t> parse_ppm(std::string_view text);

}  // namespace isletime::rtcset
