// SPDX-License-Identifier: MIT
// ntpprobe's options.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "libsync/core/time_types.hpp"
#include "tools/common/exit_status.hpp"
#include "tools/common/host.hpp"
#include "tools/common/log.hpp"

namespace isletime::ntpprobe {

enum class Format : std::uint8_t { kText, kCsv, kJson };

struct Options {
  std::vector<Host> hosts;
  unsigned samples = 1;
  std::optional<nanoseconds> interval;  // nothing means that it depends on the server's address
  nanoseconds timeout = seconds{2};
  bool monitor = false;
  Format format = Format::kText;
  std::optional<nanoseconds> max_offset;
  std::optional<std::uint8_t> max_stratum;
  bool interleaved = false;
  std::optional<std::string> keys;   // a file
  std::optional<std::uint32_t> key;  // the number of the key that signs; only with `keys`
  Log::Level level = Log::Level::kNotices;
  std::optional<WallTime> era_pivot;  // see ClientConfig; not on the command line
};

// The error is the exit status: help was printed, or stderr says what is wrong.
std::variant<Options, ExitStatus> parse_options(int argc, const char* const* argv);

}  // namespace isletime::ntpprobe
