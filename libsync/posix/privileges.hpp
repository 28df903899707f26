// SPDX-License-Identifier: MIT
// Turns root into a daemon that may do only its own work. A daemon that keeps time retains two
// capabilities(7), CAP_SYS_TIME and CAP_NET_BIND_SERVICE, any other daemon none, and no program that it might
// run can gain more. Capabilities belong to a thread, so call this before other threads start.
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
  std::vector<gid_t> further_groups;  // for example the group that may use an I2C bus
};

// The user that every system has, for a daemon without its own. Other programs may run as nobody too, so it
// must own none of the daemon's files.
inline constexpr uid_t kNobody = 65534;

// Looks the user up in the two files, group(5) and passwd(5). The name service would load modules that cost
// an idle daemon 700 kB. Returns nothing if they have no such user.
std::optional<User> find_user(const std::string& name, const char* passwd = "/etc/passwd",
                              const char* group = "/etc/group");

std::optional<gid_t> find_group(const std::string& name, const char* path = "/etc/group");

// The capabilities that are kept.
enum class Rights : std::uint8_t {
  kKeepTime,  // CAP_SYS_TIME to set the clock, and CAP_NET_BIND_SERVICE for ports below 1024
  kNone,
};

enum class Identity : std::uint8_t {
  kService,  // the given user, or nobody without one
  kRoot,     // the given user is root, with only the kept capabilities
  kAsRun,    // not started as root: unchanged, with those of the kept capabilities that it had
};

Result<Identity, SysError> drop_privileges(const std::optional<User>& user, Rights kept = Rights::kKeepTime);

}  // namespace isletime
