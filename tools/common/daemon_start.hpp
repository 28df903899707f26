// SPDX-License-Identifier: MIT
// How daemons start: they open their sockets and the folder for their state, as root if they need that, and
// then become a user who may do nothing else.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "libsync/core/ip_address.hpp"
#include "libsync/core/result.hpp"
#include "libsync/posix/privileges.hpp"
#include "libsync/posix/sandbox.hpp"
#include "libsync/posix/state_folder.hpp"
#include "libsync/posix/sys_error.hpp"
#include "tools/common/exit_status.hpp"
#include "tools/common/log.hpp"

namespace isletime {

// The text is one line that says what failed, why, and what to do.
struct StartFailure {
  ExitStatus status;
  std::string text;
};

struct ServiceUser {
  std::string name;
  std::optional<User> user;  // nothing unless root starts the daemon
  bool is_nobody = false;    // because there is no user of that name

  uid_t id() const;
};

// Chooses the user that the daemon becomes: the one that was asked for, who must exist, otherwise the usual
// one, or nobody if the system has no such user.
Result<ServiceUser, StartFailure> choose_user(const std::optional<std::string>& asked, const char* usual);

// Opens a socket at each address, or if there are none at all addresses of the machine, where a kernel
// without IPv6 will do. `port_options` are those that name another port: "--port".
using OpenSocket = std::function<std::optional<SysError>(const Endpoint&)>;
std::optional<StartFailure> open_sockets(std::span<const Endpoint> bind, std::uint16_t port,
                                         std::string_view port_options, const OpenSocket& open);

// The folder for a daemon's state, and the files that may be in it.
struct StatePlace {
  std::string path;
  bool is_given = false;  // by a person, for this daemon alone
  std::string_view daemon;
  std::span<const std::string_view> files;
};
// A folder of root's becomes the owner's only if a person has given it and it holds nothing else; if that
// fails, its files can still be read. An error is a clause with the path.
Result<StateFolder, std::string> open_state(const StatePlace& place, uid_t owner);

// Becomes the user, and enters the sandbox unless that is not wanted.
std::optional<StartFailure> give_up_rights(const std::optional<User>& user, Rights kept,
                                           std::optional<Sandbox> sandbox, const Log& log);

}  // namespace isletime
