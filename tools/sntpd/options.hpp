// SPDX-License-Identifier: MIT
// sntpd's options, from the command line and the configuration file.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "libsync/core/ntp_packet.hpp"
#include "libsync/hub/discipline/control_law.hpp"
#include "libsync/policy/access_rules.hpp"
#include "libsync/policy/key_bindings.hpp"
#include "tools/common/exit_status.hpp"
#include "tools/common/log.hpp"
#include "tools/sntpd/broadcast_option.hpp"
#include "tools/sntpd/rtc_option.hpp"
#include "tools/sntpd/server_option.hpp"

namespace isletime::sntpd {

inline constexpr const char* kDefaultUser = "isletime";

struct Options {
  std::vector<Endpoint> bind;            // any address of IPv4 and IPv6 if empty
  std::uint16_t port = kNtpPort;         // 0 means not to serve
  std::vector<AccessRule> access_rules;  // in order of precedence
  std::vector<AccessRule> monitors;      // clients that may send monitoring requests, likewise
  std::uint8_t local_stratum = 10;
  bool is_island_reference = false;  // --local
  Dispersion reliable_within{seconds{1}};
  std::vector<ServerOption> servers;
  std::vector<ServerOption> pools;
  std::vector<BroadcastOption> broadcasts;
  std::optional<RtcOption> rtc;
  std::optional<std::string> keys;  // path of the key file
  std::vector<KeyBinding> key_bindings;
  bool signed_only = false;
  bool no_rate_limit = false;
  std::uint8_t minpoll = 6;  // log2 seconds
  std::uint8_t maxpoll = 10;
  ControlLimits limits;
  bool no_clock = false;
  unsigned workers = 1;
  std::optional<std::string> state_folder;    // without it, that of default_paths()
  std::optional<std::string> control_socket;  // a path; without it, that of default_paths()
  bool no_control = false;
  std::string access_point = "ap0";  // the interface over which phones connect
  std::optional<std::string> user;   // without it, kDefaultUser if it exists, otherwise nobody
  bool no_sandbox = false;
  Log::Level level = Log::Level::kNotices;
};

// Returns whether broadcasts of any of its servers are accepted.
bool takes_broadcasts(const Options& options);

// Returns an exit status if help was printed or stderr says what is wrong.
std::variant<Options, ExitStatus> parse_options(int argc, const char* const* argv);

}  // namespace isletime::sntpd
