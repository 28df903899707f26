// SPDX-License-Identifier: MIT
// The process at the other end of a local socket, as the kernel recorded it when the connection was made
// (unix(7), SO_PEERCRED).
#pragma once

#include <vector>

#include <sys/types.h>

#include "libsync/core/result.hpp"
#include "libsync/posix/fd.hpp"
#include "libsync/posix/sys_error.hpp"

namespace isletime {

struct Peer {
  pid_t pid = 0;
  uid_t uid = 0;
  gid_t gid = 0;
  std::vector<gid_t> groups;  // supplementary; empty if the kernel (before 4.13) cannot report them
};

bool is_member(const Peer& peer, gid_t group);

Result<Peer, SysError> peer_of(const Fd& socket);

}  // namespace isletime
