// SPDX-License-Identifier: MIT
// The default places of sntpd's state and control socket: the system's folders for root, the user's own (XDG
// Base Directory Specification) for anybody else.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace isletime {

inline constexpr const char* kSystemStateFolder = "/var/lib/isletime";
inline constexpr const char* kSystemControlSocket = "/run/isletime/sntpd.sock";

// The user and the variables on which the places depend. Empty or relative paths count as absent.
struct Surroundings {
  bool is_root = false;
  std::optional<std::string> home;
  std::optional<std::string> state_home;   // XDG_STATE_HOME
  std::optional<std::string> runtime_dir;  // XDG_RUNTIME_DIR
};
Surroundings surroundings();

struct DefaultPaths {
  std::string state_folder;
  std::string control_socket;
};
// Returns the places that sntpd uses. They are the system's if the user has no home.
DefaultPaths default_paths(const Surroundings& around);

// Returns where a client looks, in this order: for the system's sntpd, then for the user's own.
std::vector<std::string> control_sockets_to_try(const Surroundings& around);

}  // namespace isletime
