// SPDX-License-Identifier: MIT
// The memory of logins: the hash of the PIN, who is in, and who has tried.
#pragma once

#include <optional>
#include <string>

#include "tools/syncweb/access/sessions.hpp"
#include "tools/syncweb/access/try_limit.hpp"

namespace isletime::syncweb {

struct LoginState {
  std::optional<std::string> pin_hash;  // from options.pin_file; without it nobody can log in
  Sessions sessions;
  TryLimit tries;
};

}  // namespace isletime::syncweb
