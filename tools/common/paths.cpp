// SPDX-License-Identifier: MIT
#include "tools/common/paths.hpp"

#include <cstdlib>

#include <unistd.h>

namespace isletime {
namespace {

std::optional<std::string> variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::nullopt : std::optional<std::string>{value};
}

bool is_absolute(const std::optional<std::string>& path) {
  return path && path->starts_with('/');
}

std::optional<std::string> own_state_folder(const Surroundings& around) {
  if (is_absolute(around.state_home)) return *around.state_home + "/isletime";
  if (is_absolute(around.home)) return *around.home + "/.local/state/isletime";
  return std::nullopt;
}

std::optional<std::string> own_control_socket(const Surroundings& around) {
  if (is_absolute(around.runtime_dir)) return *around.runtime_dir + "/isletime/sntpd.sock";
  const auto folder = own_state_folder(around);
  return folder ? std::optional{*folder + "/sntpd.sock"} : std::nullopt;
}

}  // namespace

Surroundings surroundings() {
  return {geteuid() == 0, variable("HOME"), variable("XDG_STATE_HOME"), variable("XDG_RUNTIME_DIR")};
}

DefaultPaths default_paths(const Surroundings& around) {
  if (around.is_root) return {kSystemStateFolder, kSystemControlSocket};
  return {own_state_folder(around).value_or(kSystemStateFolder),
          own_control_socket(around).value_or(kSystemControlSocket)};
}

std::vector<std::string> control_sockets_to_try(const Surroundings& around) {
  std::vector<std::string> paths{kSystemControlSocket};
  if (auto own = own_control_socket(around)) paths.push_back(std::move(*own));
  return paths;
}

}  // namespace isletime
