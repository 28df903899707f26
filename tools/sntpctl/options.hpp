// SPDX-License-Identifier: MIT
// sntpctl's options.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "libsync/core/time_types.hpp"
#include "libsync/posix/key_maker.hpp"
#include "tools/common/exit_status.hpp"
#include "tools/common/log.hpp"

namespace isletime::sntpctl {

enum class Command : std::uint8_t {
  kStatus,
  kSources,
  kClients,
  kActivity,
  kFeed,
  kSet,
  kSetRateError,
  kReload,
  kKeygen
};
const char* to_string(Command command);  // as on the command line and in the request

struct KeygenOptions {
  std::uint32_t id = 1;
  KeyType type = KeyType::kSha256;
  KeyDialect dialect = KeyDialect::kChrony;
  std::optional<std::string> out;  // nothing means stdout
};

struct Options {
  Command command = Command::kStatus;
  std::optional<std::string> control;  // sntpd's control socket; nothing means its default place
  bool json = false;
  bool follow = false;
  unsigned lines = 20;  // of the activity to show
  WallTime time;        // to set
  Dispersion uncertainty{std::chrono::milliseconds{500}};
  std::string fit;                // the file of the fit; "-" is stdin
  std::optional<Ppm> rate_error;  // by the fit; nothing until it has been read
  KeygenOptions keygen;
  Log::Level level = Log::Level::kNotices;
};

// The error is the exit status: help was printed, or stderr says what is wrong.
std::variant<Options, ExitStatus> parse_options(int argc, const char* const* argv);

}  // namespace isletime::sntpctl
