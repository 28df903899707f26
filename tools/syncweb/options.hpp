// SPDX-License-Identifier: MIT
// syncweb's options, from the command line and the configuration file.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "libsync/core/time_types.hpp"
#include "libsync/policy/access_rules.hpp"
#include "tools/common/exit_status.hpp"
#include "tools/common/log.hpp"
#include "tools/syncweb/access/place.hpp"

namespace isletime::syncweb {

inline constexpr const char* kDefaultUser = "isletime-web";

struct Options {
  std::vector<Endpoint> bind;            // any address of IPv4 and IPv6 if empty
  std::uint16_t port = 80;               // of HTTP; 0: none
  std::uint16_t tls_port = 443;          // of HTTPS; 0: none
  std::vector<AccessRule> access_rules;  // who may read, in order of precedence
  // From there the time may be set and presses be reset.
  std::vector<Place> permitted{Place{"lo"}, Place{"ap0"}};
  // There a phone that opens the page may set the hub without being asked to.
  std::vector<Place> automatic{Place{"ap0"}};
  std::vector<std::string> names;  // by which browsers may call the hub, besides its own addresses
  bool is_portal = false;          // answers the probes of phones for captive portals
  // The most by which a phone's own clock may be off, besides what the exchange can tell.
  Dispersion phone_error{std::chrono::milliseconds{500}};
  std::optional<std::string> pin_file;       // a PIN is asked for if there is one
  bool is_to_make_pin = false;               // only makes a line for such a file
  std::optional<std::string> state_folder;   // without it, "-web" after that of default_paths()
  std::vector<std::string> control_sockets;  // of sntpd; the first that answers
  std::optional<std::string> user;           // without it, kDefaultUser if it exists, otherwise nobody
  bool no_sandbox = false;
  Log::Level level = Log::Level::kNotices;
};

// Returns an exit status if help was printed or stderr says what is wrong.
std::variant<Options, ExitStatus> parse_options(int argc, const char* const* argv);

}  // namespace isletime::syncweb
