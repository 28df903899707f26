// SPDX-License-Identifier: MIT
// Changes from root to a daemon that may set the clock and use ports below 1024, and nothing else: of
// capabilities(7) it keeps CAP_SYS_TIME and CAP_NET_BIND_SERVICE, and no program that it could run would get
// more. Capabilities belong to a thread, so this must be called before there are others.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

#include "libsync/core/result.hpp"
#include "libsync/posix/sys_error.hpp"

namespace isletime {

struct User {
  uid_t id = 0;
  gid_t group = 0;
  std::vector<gid_t> further_groups;  // through which an administrator lets the daemon use an I2C bus
};

// Whom every system has, for a daemon that has no user of its own. Others may be nobody, too: nothing is
// theirs to change that is a daemon's.
inline constexpr uid_t kNobody = 65534;

// As the two files have it, group(5) and passwd(5). Asking the name service instead would load its
// modules, which cost a resting daemon 700 kB. Absent: they know no such user.
std::optional<User> find_user(const std::string& name, const char* passwd = "/etc/passwd",
                              const char* group = "/etc/group");

std::optional<gid_t> find_group(const std::string& name, const char* path = "/etc/group");

enum class Identity : std::uint8_t {
  kService,  // the user given; none: nobody
  kRoot,     // the user given is root: with the two capabilities only
  kAsRun,    // not started as root: as it was, with what it had of the two
};

Result<Identity, SysError> drop_privileges(const std::optional<User>& user);

}  // namespace isletime
