// SPDX-License-Identifier: MIT
// sntpd's options, from the command line and the configuration file.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "libsync/policy/access_rules.hpp"
#include "tools/common/exit_status.hpp"
#include "tools/common/log.hpp"

namespace isletime::sntpd {

struct Options {
  std::vector<Endpoint> bind;  // empty: any address, IPv4 and IPv6
  std::uint16_t port = 123;
  std::vector<AccessRule> access_rules;  // in order of precedence
  std::uint8_t local_stratum = 10;
  bool unsynchronised = false;
  unsigned workers = 1;
  Log::Level level = Log::Level::kNotices;
};

// The status: help was printed, or stderr says what is wrong.
std::variant<Options, ExitStatus> parse_options(int argc, const char* const* argv);

}  // namespace isletime::sntpd
